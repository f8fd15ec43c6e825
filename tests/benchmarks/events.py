"""Warm calls of handlers: an event of SQS, one of API Gateway, and a request in a test; ours and everybody's."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.peers.parent import contest
from tests.benchmarks.row import Table

BY_HAND = "× a handler by hand that reads and writes dicts"


def tables() -> Iterator[Table]:
    yield Table(
        "An event of SQS with 10 messages, a message",
        "µs",
        tuple(contest("batch", ("chalice", "powertools"), unit="µs", rounds=9, budget_s=10)),
        "× a loop by hand with `json.loads`, which reports what failed",
    )
    yield Table(
        "A request of API Gateway",
        "µs",
        tuple(contest("request", ("chalice", "powertools", "web"), unit="µs", rounds=9, budget_s=10)),
        BY_HAND,
    )
    yield Table(
        "A request in a unit test",
        "µs",
        tuple(contest("client", ("chalice", "web"), unit="µs", rounds=9, budget_s=10)),
        BY_HAND,
    )
