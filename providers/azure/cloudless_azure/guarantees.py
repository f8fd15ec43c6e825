"""What Azure gives behind the contract, to be compared with other clouds, each with its page.

docs/mechanisms.md tells how. May import: `cloudless.driver.guarantee`.
"""

from __future__ import annotations

from cloudless.driver.guarantee import Guarantee

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_DOCS = "https://learn.microsoft.com/en-us/azure"
_BUS = f"{_DOCS}/service-bus-messaging"
_FUNCTIONS = f"{_DOCS}/azure-functions"
_TRIGGER = f"{_FUNCTIONS}/functions-bindings-service-bus"
_SEQUENCING = f"{_BUS}/message-sequencing"
_SETTLEMENT = f"{_BUS}/message-transfers-locks-settlement"
_TIMER = f"{_FUNCTIONS}/functions-bindings-timer"
_FLEX = f"{_FUNCTIONS}/flex-consumption-plan"

GUARANTEES: Mapping[str, Guarantee] = {
    "handler.cold_start": Guarantee(
        "endpoints together, functions and orchestrations together, each consumer by itself",
        "who shares an app shares its instances, and the highest `min_instances` of it",
        f"{_FLEX}#per-function-scaling",
    ),
    "handler.time_out": Guarantee(
        "it goes on, and counts no more",
        "its thread runs until it returns, and may still write what it writes",
        f"{_FUNCTIONS}/functions-scale#timeout",
    ),
    "handler.memory": Guarantee(
        "of an instance, 2,048 or 4,096 MB",
        "all that runs there at a time shares it: 16 messages, or 16 or 32 requests",
        f"{_FLEX}#instance-sizes",
    ),
    "queue.order": Guarantee(
        "as sent, 16 at a time",
        "those of an instance run side by side, and what failed comes behind",
        f"{_BUS}/service-bus-queues-topics-subscriptions",
    ),
    "queue.duplicates": Guarantee(
        "only where its lock was lost", "the host renews locks for as long as a handler may run", _SETTLEMENT
    ),
    "queue.redelivery": Guarantee(
        "within a minute, of a batch within five",
        "those that the same process was at, up to 16, come again with it",
        _SETTLEMENT,
    ),
    "queue.back_off": Guarantee("not before, and no bound", "a scheduled copy waits for it", _SEQUENCING),
    "queue.concurrency": Guarantee(
        "16 messages an instance, at the same time",
        "they share memory, processor and what is at module level; `native=` sets maximum_instance_count",
        _TRIGGER,
    ),
    "delay.precision": Guarantee("not before, and no bound", "it depends on the load of the queue", _SEQUENCING),
    "long_delay.precision": Guarantee("not before, and no bound", "it depends on the load of the queue", _SEQUENCING),
    "ordered.redelivery": Guarantee("the message alone", "", f"{_BUS}/message-sessions"),
    "ordered.back_off": Guarantee(
        "none: at once", "attempts of an ordered queue may be used up in a second", f"{_BUS}/message-sessions"
    ),
    "ordered.concurrency": Guarantee("8 an instance", "a group is held until it is empty for a second", _TRIGGER),
    "batch.size": Guarantee(
        "up to `batch_size`, where the time-out is at most 240 s",
        "lists of one otherwise, since the host renews no locks of batches",
        _TRIGGER,
    ),
    "filter.change": Guarantee("at once", "messages that have arrived are not filtered again", f"{_BUS}/topic-filters"),
    "schedule.precision": Guarantee(
        "when an instance has started",
        "timers are the host's: what an outage missed is one run, late",
        _TIMER,
    ),
    "schedule.duplicates": Guarantee(
        "once, by a lock of the host", "a tick that failed comes again after 10 s", _TIMER
    ),
    "http.concurrency": Guarantee(
        "16, or 32 with 4,096 MB",
        "all endpoints are one app: requests share memory, processor and what is at module level",
        f"{_FUNCTIONS}/functions-concurrency#http-trigger-concurrency",
    ),
    "http.bodies": Guarantee(
        "refused with 411",
        "the host hands on no body without a length",
        "https://github.com/Azure/azure-functions-host/issues/4926",
    ),
    "orchestration.length": Guarantee(
        "no limit of its own",
        "each turn replays all that was: long ones get slower, and are billed for it",
        f"{_FUNCTIONS}/durable/durable-functions-billing",
    ),
    "orchestration.parallel": Guarantee(
        "as many as there are",
        "a fan_out over more than 200 items goes in parts of 100",
        f"{_FUNCTIONS}/durable/durable-functions-perf-and-scale",
    ),
    "orchestration.sleep": Guarantee(
        "within some seconds",
        "the hub's queues are looked into every 2 s at least, while an instance is up",
        f"{_FUNCTIONS}/durable/durable-functions-perf-and-scale",
    ),
}
"""By key of `cloudless.driver.guarantee.ASPECTS`."""
