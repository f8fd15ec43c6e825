"""FastStream: its test brokers, in process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from importlib import import_module
from time import perf_counter
from typing import Any

from tests.benchmarks.payload import ORDER
from tests.benchmarks.peers import Contestant, Peer, counted
from tests.benchmarks.peers.references import SUBSCRIBERS

PEER = Peer(
    name="faststream",
    requirements=("faststream[kafka,nats,rabbit]==0.7.8",),
    link="https://faststream.ag2.ai/latest/getting-started/subscription/test/",
    used="TestKafkaBroker, TestNatsBroker and TestRabbitBroker: publishing awaits the handlers",
    more="its API on the real brokers, AsyncAPI",
    less="no queue in between, no redelivery, no dead letters, no time",
)
Subscribe = Callable[[Any, int], Any]
"""A decorator for a subscriber of that number."""


def timed(kind: str, messages: int, subscribers: int, subscribe: Subscribe, to: Mapping[str, Any]) -> float:
    library: Any = import_module(f"faststream.{kind.lower()}")
    broker = getattr(library, f"{kind}Broker")()
    seen = [0]

    async def take(order: dict[str, Any]) -> None:
        seen[0] += order["n"]

    async def run() -> float:
        for number in range(subscribers):
            subscribe(broker, number)(_named(take, number))
        async with getattr(library, f"Test{kind}Broker")(broker) as opened:
            began = perf_counter()
            for _ in range(messages):
                await opened.publish(ORDER, **to)
            return perf_counter() - began

    took = asyncio.run(run())
    counted(seen[0], messages * subscribers)
    return took


def _named(take: Callable[[dict[str, Any]], Any], number: int) -> Callable[..., Any]:
    """A handler of its own for each subscriber."""

    async def handle(order: dict[str, Any]) -> None:
        await take(order)

    handle.__name__ = f"handle_{number}"
    handle.__annotations__ = {"order": dict, "return": None}
    return handle


def kafka(count: int) -> float:
    return timed("Kafka", count, 1, lambda broker, _: broker.subscriber("orders"), {"topic": "orders"})


def nats(count: int) -> float:
    return timed("Nats", count, 1, lambda broker, _: broker.subscriber("orders"), {"subject": "orders"})


def rabbit(count: int) -> float:
    return timed("Rabbit", count, 1, lambda broker, _: broker.subscriber("orders"), {"queue": "orders"})


def kafka_groups(count: int) -> float:
    def subscribe(broker: Any, number: int) -> Any:
        return broker.subscriber("orders", group_id=f"g{number}")

    return timed("Kafka", count // SUBSCRIBERS, SUBSCRIBERS, subscribe, {"topic": "orders"})


CONTESTANTS = (
    Contestant("queue", "FastStream TestKafkaBroker", kafka, 500),
    Contestant("queue", "FastStream TestNatsBroker", nats, 500),
    Contestant("queue", "FastStream TestRabbitBroker", rabbit, 200),
    Contestant("fan_out", "FastStream TestKafkaBroker, 10 groups", kafka_groups, 500),
)
FIRST = {
    "a message": """
import asyncio
from faststream.kafka import KafkaBroker, TestKafkaBroker

broker = KafkaBroker()
seen = []

@broker.subscriber("orders")
async def take(order: dict):
    seen.append(order)

async def test():
    async with TestKafkaBroker(broker) as opened:
        await opened.publish({"id": "1"}, "orders")

asyncio.run(test())
assert seen == [{"id": "1"}]
"""
}
