"""pytest-pubsub: Google's Pub/Sub as dicts in a process."""

from __future__ import annotations

import json
from importlib import import_module
from time import perf_counter
from typing import Any

from tests.benchmarks.payload import ORDER
from tests.benchmarks.peers import Contestant, Peer, counted
from tests.benchmarks.peers.references import SUBSCRIBERS

PEER = Peer(
    name="pubsub",
    requirements=("pytest-pubsub==0.1.1",),
    link="https://pypi.org/project/pytest-pubsub/",
    used="its publisher and subscriber on one broker, pull of 10, acknowledgement",
    more="",
    less="no lease that ends, no retry, no dead letters, no filters, no time",
)
TOPIC = "projects/p/topics/t"


def opened(subscriptions: int) -> tuple[Any, Any, list[str]]:
    """A publisher, a subscriber, and the names of the subscriptions."""
    broker = import_module("pytest_pubsub.registry").PubSubBroker()
    publisher: Any = import_module("pytest_pubsub.publisher").MockPublisherClient(broker)
    subscriber: Any = import_module("pytest_pubsub.subscriber").MockSubscriberClient(broker)
    publisher.create_topic(name=TOPIC)
    names = [f"projects/p/subscriptions/s{n}" for n in range(subscriptions)]
    for name in names:
        subscriber.create_subscription(name=name, topic=TOPIC)
    return publisher, subscriber, names


def timed(messages: int, subscriptions: int) -> float:
    publisher, subscriber, names = opened(subscriptions)
    seen = 0
    began = perf_counter()
    for _ in range(messages):
        publisher.publish(TOPIC, json.dumps(ORDER).encode())
    for name in names:
        while got := subscriber.pull(subscription=name, max_messages=10).received_messages:
            for one in got:
                seen += json.loads(one.message.data)["n"]
            subscriber.acknowledge(subscription=name, ack_ids=[one.ack_id for one in got])
    took = perf_counter() - began
    counted(seen, messages * subscriptions)
    return took


def queue(count: int) -> float:
    return timed(count, 1)


def fan_out(count: int) -> float:
    return timed(count // SUBSCRIBERS, SUBSCRIBERS)


CONTESTANTS = (
    Contestant("queue", "pytest-pubsub, pull and acknowledge", queue, 5_000),
    Contestant("fan_out", "pytest-pubsub, 10 subscriptions", fan_out, 5_000),
    Contestant("backlog", "pytest-pubsub, 100,000 over 1,000", queue, 100_000, reference=lambda: queue(1_000) / 1_000),
)
FIRST = {
    "a message": """
import json
from pytest_pubsub.publisher import MockPublisherClient
from pytest_pubsub.registry import PubSubBroker
from pytest_pubsub.subscriber import MockSubscriberClient

broker = PubSubBroker()
publisher, subscriber = MockPublisherClient(broker), MockSubscriberClient(broker)
publisher.create_topic(name="projects/p/topics/t")
subscriber.create_subscription(name="projects/p/subscriptions/s", topic="projects/p/topics/t")
publisher.publish("projects/p/topics/t", b'{"id": "1"}')
got = subscriber.pull(subscription="projects/p/subscriptions/s", max_messages=10).received_messages
assert json.loads(got[0].message.data) == {"id": "1"}
subscriber.acknowledge(subscription="projects/p/subscriptions/s", ack_ids=[got[0].ack_id])
"""
}
