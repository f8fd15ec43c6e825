"""The in-memory cloud: a deterministic discrete-event world that keeps the whole contract.

    world.py       World: the virtual clock (whole microseconds), the heap of events, seeded disorder, the main loop
    channel.py     Channel: a queue, subscription or internal queue: the hot path, one explained room of plain code
    ordered.py     OrderedChannel: groups, their heads, and what blocks them
    topic.py       fan-out and filters
    schedule.py    timers of schedules
    function.py    direct calls
    ledger.py      leases
    secret.py      secrets and configuration
    doubles.py     fail, crash, takes, replace
    fault.py       what may go wrong, planned or by chance      adversary.py attacked.py   carry it out
    loop.py        async handlers on virtual time
    history.py     what happened, as plain data
    state.py       what a cloud holds, as JSON, for the cloud of another process      envelope.py   a message in it
    cloud.py       MemoryCloud: all of it behind the driver protocols

Handlers run one after another, on the caller's thread. A handler takes no virtual time unless it is told to
(`takes`, or by awaiting); then its effects stand at their own virtual times, and the delivery ends later.
"""
