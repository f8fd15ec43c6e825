"""What Terraform makes in a real stage, made on the emulator: topics, subscriptions, and reading them dry."""

from __future__ import annotations

import warnings
from importlib import import_module
from itertools import count
from typing import Any

import pytest

from providers.gcp.tests.pubsubmodel import PubsubMessage

PULLED_MAX = 1_000
WARM_UP_S = 30
_PROJECTS = count(1)


def new_project() -> str:
    """A project that nobody uses yet: the emulators take any, and keep them apart."""
    return f"test-{next(_PROJECTS)}"


def warm_up(host: str) -> None:
    """Publish and pull once: the emulator's first answers take seconds, longer than a driver waits for messages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PUBSUB_EMULATOR_HOST", host)
        broker = Broker(new_project())
        topic = broker.make_queue("first")
        broker.publish(topic, b"{}", {})
        request = {"subscription": broker.subscription("first"), "max_messages": 1}
        received = broker.subscriber.pull(request=request, timeout=WARM_UP_S)
        assert len(received.received_messages) == 1
        broker.close()


class Broker:
    """One project of the emulator. Needs PUBSUB_EMULATOR_HOST; close it after use."""

    def __init__(self, project: str) -> None:
        sdk: Any = import_module("google.cloud.pubsub_v1")
        self.project = project
        self.publisher = sdk.PublisherClient()
        self.subscriber = sdk.SubscriberClient()

    def make_queue(self, name: str, **settings: Any) -> str:
        """A topic with a subscription of its name; gives the topic's full name. settings: of the subscription."""
        topic, subscription = self.topic(name), self.subscription(name)
        self.publisher.create_topic(name=topic)
        self.subscriber.create_subscription(request={"name": subscription, "topic": topic, **settings})
        return topic

    def topic(self, name: str) -> str:
        return f"projects/{self.project}/topics/{name}"

    def subscription(self, name: str) -> str:
        return f"projects/{self.project}/subscriptions/{name}"

    def publish(self, topic: str, data: bytes, attributes: dict[str, str], ordering_key: str = "") -> None:
        """One message, by its full topic name, as a foreign program would."""
        raw = import_module("google.pubsub_v1").PublisherClient(transport=self.publisher.transport)
        raw.publish(topic=topic, messages=[{"data": data, "attributes": attributes, "ordering_key": ordering_key}])

    def take(self, name: str, *, now_us: int = 0) -> list[PubsubMessage]:
        """Everything that waits in a subscription, taken away. now_us: told as the time of publication."""
        taken: list[PubsubMessage] = []
        while received := self._pull(name):
            self.subscriber.acknowledge(subscription=self.subscription(name), ack_ids=[one.ack_id for one in received])
            taken += [_plain(one.message, now_us) for one in received]
        return taken

    def close(self) -> None:
        self.publisher.transport.close()
        self.subscriber.close()

    def _pull(self, name: str) -> list[Any]:
        with warnings.catch_warnings():
            # Deprecated, since the service may then say "none" too early; the emulator does not.
            warnings.filterwarnings("ignore", message="The return_immediately flag")
            answer = self.subscriber.pull(
                subscription=self.subscription(name), max_messages=PULLED_MAX, return_immediately=True
            )
        return list(answer.received_messages)


def _plain(message: Any, now_us: int) -> PubsubMessage:
    return PubsubMessage(message.message_id, message.data, dict(message.attributes), message.ordering_key, now_us)
