"""A queue to a handler, a topic to ten subscribers, and what a backlog costs: ours and everybody's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cloudless import App
from tests.benchmarks.order import Order
from tests.benchmarks.peers.parent import contest
from tests.benchmarks.peers.references import SUBSCRIBERS
from tests.benchmarks.row import Table

PEERS = ("pubsub", "kombu", "workers", "faststream", "moto")

app = App("bench")
orders = app.queue("orders", dict[str, Any])
typed = app.queue("typed", Order)
placed = app.topic("placed", dict[str, Any])
handled = [0]


@orders.consumer
def take(order: dict[str, Any]) -> None:
    handled[0] += order["n"]


@typed.consumer
def take_typed(order: Order) -> None:
    handled[0] += order.n


def subscriber(number: int) -> None:
    def got(order: dict[str, Any]) -> None:
        handled[0] += order["n"]

    placed.subscriber(name=f"s{number}")(got)


for number in range(SUBSCRIBERS):
    subscriber(number)


def tables() -> Iterator[Table]:
    yield Table(
        "A queue to a handler, a message",
        "µs",
        tuple(contest("queue", PEERS, unit="µs", rounds=9)),
        "× a deque with one `json.dumps` and one `json.loads` a message",
    )
    yield Table(
        "A topic to 10 subscribers, a delivery",
        "µs",
        tuple(contest("fan_out", PEERS, unit="µs", rounds=9)),
        "× ten deques with one `json.dumps` a message and one `json.loads` a delivery",
    )
    yield Table(
        "A message where many wait",
        "µs",
        tuple(contest("backlog", PEERS, unit="µs", rounds=5, budget_s=10)),
        "× a message of the same contestant where fewer wait",
    )
