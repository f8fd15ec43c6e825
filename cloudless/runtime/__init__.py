"""What runs inside a deployed function, on every cloud and in memory.

    cloud event ── adapter ──► Envelope ──► deliver(envelope) ──► Outcome ── adapter ──► cloud reply

    plan.py      Plan: what a handler needs to be run, precomputed by the compiler; plain JSON
    call.py      Plan + the user's function ──► one call with the parameters it asked for
    consumer.py  one message a call: decode, attempts, call, outcome, dead letters
    once.py      `once_by`: the ledger around a consumer
    batch.py     many messages a call, single failures
    function.py  a direct call: arguments in, result or error out
    outcome.py   Again: the one outcome that needs the adapter
    http.py      one endpoint: request in, answer out; router.py: which one it is
    filter.py    which messages of a topic a subscription wants, where the cloud cannot say
    schedule.py  when schedules are due
    step.py      what an orchestration calls; routine.py: it, and direct calls, by one function of a cloud's
    log.py       what is said of failures; lines.py: as JSON, for platforms that take lines
    stranger.py  what a function was called with that it does not take

Standard library only at import; never imports the front end, the compilers or the IR of resources.
"""
