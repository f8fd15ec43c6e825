"""A queue to a handler, and a topic to ten subscribers, against a deque and `json`."""

from __future__ import annotations

import json
from collections import deque
from time import perf_counter
from typing import Any

from cloudless import App
from cloudless.testing import simulate
from tests.benchmarks.order import ORDER, Order
from tests.benchmarks.rounds import compare, show

MESSAGES = 10_000
SUBSCRIBERS = 10

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


def reference(count: int = MESSAGES) -> float:
    """One deque, one json.dumps and one json.loads a message."""
    waiting: deque[str] = deque()
    began = perf_counter()
    for _ in range(count):
        waiting.append(json.dumps(ORDER))
    done = 0
    while waiting:
        done += json.loads(waiting.popleft())["n"]
    assert done == count
    return (perf_counter() - began) / count


def queue(target: Any, body: Any, count: int = MESSAGES) -> float:
    handled[0] = 0
    with simulate(app) as cloud:
        began = perf_counter()
        for _ in range(count):
            target.send(body)
        cloud.run()
        took = perf_counter() - began
    assert handled[0] == count
    return took / count


def fan_out_reference(count: int = MESSAGES // SUBSCRIBERS) -> float:
    waiting: list[deque[str]] = [deque() for _ in range(SUBSCRIBERS)]
    began = perf_counter()
    for _ in range(count):
        text = json.dumps(ORDER)
        for one in waiting:
            one.append(text)
    done = 0
    for one in waiting:
        while one:
            done += json.loads(one.popleft())["n"]
    assert done == count * SUBSCRIBERS
    return (perf_counter() - began) / done


def fan_out(count: int = MESSAGES // SUBSCRIBERS) -> float:
    handled[0] = 0
    with simulate(app) as cloud:
        began = perf_counter()
        for _ in range(count):
            placed.publish(ORDER)
        cloud.run()
        took = perf_counter() - began
    assert handled[0] == count * SUBSCRIBERS
    return took / handled[0]


def main() -> None:
    model = Order(**ORDER)
    show(
        "queue → handler, all semantics on, per message",
        compare({
            "deque + json (R)": reference,
            "cloudless, dict body": lambda: queue(orders, ORDER),
            "cloudless, pydantic body": lambda: queue(typed, model),
        }),
        {"cloudless, dict body": 1.8, "cloudless, pydantic body": 2.3},
    )  # fmt: skip
    show(
        "topic → 10 subscribers, per delivery",
        compare({"10 deques + json": fan_out_reference, "cloudless": fan_out}),
        {"cloudless": 1.6},
    )
    show(
        "backlog, per message",
        compare({
            "1,000 waiting": lambda: queue(orders, ORDER, 1_000),
            "10,000 waiting": lambda: queue(orders, ORDER, 10_000),
            "100,000 waiting": lambda: queue(orders, ORDER, 100_000),
        }, rounds=5),
        {"100,000 waiting": 1.3},
    )  # fmt: skip
