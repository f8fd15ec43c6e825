"""kombu: the messaging of Celery, on its transport in memory."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from itertools import count as numbers
from time import perf_counter
from typing import Any

from tests.benchmarks.payload import ORDER
from tests.benchmarks.peers import Contestant, Peer, counted
from tests.benchmarks.peers.references import SUBSCRIBERS

PEER = Peer(
    name="kombu",
    requirements=("kombu==5.7.0",),
    link="https://docs.celeryq.dev/projects/kombu/en/stable/reference/kombu.transport.memory.html",
    used="a producer, consumers and drain_events on memory://, JSON, acknowledgement",
    more="the same code on real brokers",
    less="no lease that ends, no dead letters, no time",
)
tags = numbers()


def timed(messages: int, consumers: int) -> float:
    kombu: Any = import_module("kombu")
    tag, seen = next(tags), [0]
    exchange = kombu.Exchange(f"e{tag}", type="fanout" if consumers > 1 else "direct")

    def on_message(body: Any, message: Any) -> None:
        seen[0] += body["n"]
        message.ack()

    with kombu.Connection("memory://") as connection:
        channel = connection.channel()
        producer = kombu.Producer(channel, exchange=exchange, routing_key="k", serializer="json")
        queues = [kombu.Queue(f"q{tag}-{n}", exchange, routing_key="k") for n in range(consumers)]
        listening = [kombu.Consumer(channel, [one], callbacks=[on_message], accept=["json"]) for one in queues]
        for one in listening:
            one.consume()
        took = _drained(messages, messages * consumers, producer.publish, connection.drain_events, seen)
    counted(seen[0], messages * consumers)
    return took


def _drained(
    messages: int, deliveries: int, publish: Callable[[Any], object], drain: Callable[..., object], seen: list[int]
) -> float:
    began = perf_counter()
    for _ in range(messages):
        publish(ORDER)
    while seen[0] < deliveries:
        drain(timeout=5)
    return perf_counter() - began


def queue(count: int) -> float:
    return timed(count, 1)


def fan_out(count: int) -> float:
    return timed(count // SUBSCRIBERS, SUBSCRIBERS)


CONTESTANTS = (
    Contestant("queue", "kombu memory://, acknowledged", queue, 3_000),
    Contestant("fan_out", "kombu memory://, fanout to 10 queues", fan_out, 2_000),
    Contestant("backlog", "kombu memory://, 20,000 over 1,000", queue, 20_000, reference=lambda: queue(1_000) / 1_000),
)
FIRST = {
    "a message": """
from kombu import Connection, Consumer, Exchange, Producer, Queue

seen = []

def take(body, message):
    seen.append(body)
    message.ack()

exchange = Exchange("orders", type="direct")
with Connection("memory://") as connection:
    channel = connection.channel()
    with Consumer(channel, [Queue("orders", exchange, routing_key="k")], callbacks=[take], accept=["json"]):
        Producer(channel, exchange=exchange, routing_key="k", serializer="json").publish({"id": "1"})
        connection.drain_events(timeout=5)
assert seen == [{"id": "1"}]
"""
}
