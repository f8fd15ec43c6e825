"""What a cloud gives behind the contract: one table a provider, by the keys of ASPECTS.

The contract (docs/mechanisms.md) is the same on every cloud. How it is kept is not: how late a delayed message may be,
what a crash brings back, what shares an instance. That is what two tables of this kind are compared by.
"""

from __future__ import annotations

from cloudless.node import node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

FEATURES: Mapping[str, str] = {
    "handler": "handlers",
    "delivery": "messages to consumers and subscribers",
    "queue.delay": "messages that are delivered later",
    "queue.long_delay": "messages that are delivered later than in 15 minutes",
    "queue.ordered": "ordered queues",
    "queue.batch": "batches",
    "topic": "topics",
    "topic.filter": "filters",
    "schedule": "schedules",
    "http": "HTTP endpoints",
    "orchestration": "orchestrations",
    "orchestration.parallel": "gather and fan_out",
    "orchestration.sleep": "sleeps and time-outs of orchestrations",
}
"""What a program may use and clouds keep differently, in the order in which it is told; see `cloudless.passes.uses`."""

SUPPORT = "support"
DIMENSIONS = (
    "order", "duplicates", "redelivery", "back-off", "batch", "concurrency", "delay precision", "schedule precision",
    "changes", "requests", "time-outs", "memory", "length", "cold start", "limits", SUPPORT,
)  # fmt: skip
"""In which respect. "limits" and "support" are told from the tables of limits and gaps, by no aspect."""


@node()
class Aspect:
    """Where clouds may differ. feature: of FEATURES; dimension: of DIMENSIONS; meaning: what is asked."""

    feature: str
    dimension: str
    meaning: str


ASPECTS: Mapping[str, Aspect] = {
    "handler.cold_start": Aspect("handler", "cold start", "what a new instance is started for, and who shares it"),
    "handler.time_out": Aspect("handler", "time-outs", "what becomes of code whose time is up"),
    "handler.memory": Aspect("handler", "memory", "what `memory_mb` is the memory of"),
    "queue.order": Aspect("delivery", "order", "the order in which messages reach a handler"),
    "queue.duplicates": Aspect("delivery", "duplicates", "when a message comes again although it was handled"),
    "queue.redelivery": Aspect("delivery", "redelivery", "when a message comes again whose process died"),
    "queue.back_off": Aspect("delivery", "back-off", "how exactly a failed message waits as its retry says"),
    "queue.concurrency": Aspect("delivery", "concurrency", "how many messages are handled at a time, unasked"),
    "delay.precision": Aspect("queue.delay", "delay precision", "how late a message may be that is delayed"),
    "long_delay.precision": Aspect("queue.long_delay", "delay precision", "the same, beyond 15 minutes"),
    "ordered.redelivery": Aspect("queue.ordered", "redelivery", "what of a group comes again after a crash"),
    "ordered.back_off": Aspect("queue.ordered", "back-off", "how a group waits behind a message that failed"),
    "ordered.concurrency": Aspect("queue.ordered", "concurrency", "how many groups are handled at a time"),
    "batch.size": Aspect("queue.batch", "batch", "how many messages one call is given"),
    "filter.change": Aspect("topic.filter", "changes", "when a filter that a deployment changed holds"),
    "schedule.precision": Aspect("schedule", "schedule precision", "how late a run may begin"),
    "schedule.duplicates": Aspect("schedule", "duplicates", "whether one due time may come twice"),
    "http.concurrency": Aspect("http", "concurrency", "requests that an instance answers at a time"),
    "http.bodies": Aspect("http", "requests", "bodies that come in chunks, of unknown length"),
    "orchestration.length": Aspect("orchestration", "length", "what ends an execution that does too much"),
    "orchestration.parallel": Aspect("orchestration.parallel", "concurrency", "branches that run at a time"),
    "orchestration.sleep": Aspect("orchestration.sleep", "delay precision", "how late an execution may go on"),
}
"""Every key that a table may have. New ones add theirs here, and a value in the table of each provider."""


@node()
class Guarantee:
    """What one cloud gives. gives: a few words, equal where two clouds give the same; note: what follows; link: source.

    note is one sentence without a full stop, "" where `gives` says all.
    """

    gives: str
    note: str = ""
    link: str = ""


def of(provider: object) -> Mapping[str, Guarantee]:
    """The table of a provider; empty where it has none (see `provider.Compares`). KeyError for a key of no aspect."""
    table: Mapping[str, Guarantee] = getattr(provider, "guarantees", {})
    if unknown := sorted(table.keys() - ASPECTS.keys()):
        raise KeyError(f"guarantees of {getattr(provider, 'name', provider)}: no such aspects: {unknown}")
    return table
