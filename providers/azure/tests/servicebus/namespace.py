"""Entities by address, and what passes between them.

Addresses: `queue`, `topic`, `topic/Subscriptions/name`, and `…/$DeadLetterQueue` behind a queue or a subscription.
They are not case-sensitive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from providers.azure.tests.servicebus.clock import Clock
from providers.azure.tests.servicebus.content import Content
from providers.azure.tests.servicebus.filters import Rule
from providers.azure.tests.servicebus.queue import DEAD_LETTERS, Queue
from providers.azure.tests.servicebus.stored import Settings
from providers.azure.tests.servicebus.topic import Subscription, Topic

HOPS_MAX = 4
"""https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-auto-forwarding#considerations"""
_SUFFIX = f"/{DEAD_LETTERS}".lower()


class NoEntity(KeyError):
    """Nothing has that address."""


class Namespace:
    """Every entity of a broker. Not safe from several threads."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self._queues: dict[str, Queue] = {}
        self._topics: dict[str, Topic] = {}
        self._hops = 0

    def add_queue(self, name: str, settings: Settings | None = None) -> Queue:
        """Make a queue; where there is one, it is replaced."""
        queue = Queue(name, settings or Settings(), self.clock, self._forward)
        self._queues[name.lower()] = queue
        return queue

    def add_topic(self, name: str) -> Topic:
        topic = Topic(name)
        self._topics[name.lower()] = topic
        return topic

    def add_subscription(
        self, topic: str, name: str, settings: Settings | None = None, rules: Mapping[str, Rule] | None = None
    ) -> Subscription:
        queue = Queue(f"{topic}/Subscriptions/{name}", settings or Settings(), self.clock, self._forward)
        subscription = Subscription(queue, rules)
        self._topics[topic.lower()].subscriptions[name.lower()] = subscription
        return subscription

    def queue(self, address: str) -> Queue:
        """The queue, subscription or dead-letter sub-queue of an address; raises NoEntity."""
        path = address.lower()
        found = self._plain(path.removesuffix(_SUFFIX))
        if not path.endswith(_SUFFIX):
            return found
        if found.dead_letters is None:
            raise NoEntity(address)
        return found.dead_letters

    def subscription(self, address: str) -> Subscription:
        """The subscription of an address; raises NoEntity."""
        topic, _, name = address.lower().partition("/subscriptions/")
        if topic not in self._topics or name not in self._topics[topic].subscriptions:
            raise NoEntity(address)
        return self._topics[topic].subscriptions[name]

    def takes(self, address: str) -> bool:
        """Whether something can be sent there."""
        return address.lower() in self._queues or address.lower() in self._topics

    def publish(self, address: str, content: Content) -> int:
        """Send a message; returns its sequence number (0 from a topic). Raises NoEntity."""
        path = address.lower()
        if path in self._topics:
            self._topics[path].publish(content)
            return 0
        if path not in self._queues:
            raise NoEntity(address)
        return self._queues[path].put(content)

    def queues(self) -> Iterator[Queue]:
        """Every queue, subscription and dead-letter sub-queue."""
        owners = list(self._queues.values())
        owners += [one.queue for topic in self._topics.values() for one in topic.subscriptions.values()]
        for owner in owners:
            yield owner
            if owner.dead_letters:
                yield owner.dead_letters

    def tick(self) -> None:
        """Do everywhere what is due by the clock."""
        for queue in self.queues():
            queue.tick()

    def next_s(self) -> float:
        """When something may be due next, seconds since the epoch; infinite for never."""
        return min((queue.next_s() for queue in self.queues()), default=float("inf"))

    def _plain(self, path: str) -> Queue:
        return self._queues[path] if path in self._queues else self.subscription(path).queue

    def _forward(self, target: str, content: Content) -> None:
        if self._hops >= HOPS_MAX:
            return  # the service dead-letters it at the last hop; no chain of ours is that long
        self._hops += 1
        try:
            self.publish(target, content)
        finally:
            self._hops -= 1
