"""Entities by address, and what passes between them.

Addresses: `queue`, `topic`, `topic/Subscriptions/name`, and `…/$DeadLetterQueue` behind a queue or a subscription.
They are not case-sensitive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from providers.azure.tests.servicebus.access import Anybody, Authoriser
from providers.azure.tests.servicebus.clock import Clock
from providers.azure.tests.servicebus.content import Content
from providers.azure.tests.servicebus.filters import Rule
from providers.azure.tests.servicebus.problems import BadArgument, Busy, NoEntity, TooManyHops
from providers.azure.tests.servicebus.queue import DEAD_LETTERS, Queue
from providers.azure.tests.servicebus.stored import Settings
from providers.azure.tests.servicebus.topic import Subscription, Topic

HOPS_MAX = 4
"""https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-auto-forwarding#autoforwarding-considerations"""
ENTITIES_MAX = 10_000
SUBSCRIPTIONS_MAX = 2_000
ID_MAX = 128
PROPERTY_BYTES_MAX = 32 * 1024
PROPERTIES_BYTES_MAX = 64 * 1024
"""Standard tier: https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-quotas"""
_SUFFIX = f"/{DEAD_LETTERS}".lower()


class TooManyEntities(Exception):
    """The namespace, or the topic, holds as many as it may."""


class Namespace:
    """Every entity of a broker. Not safe from several threads.

    authoriser: who may do what there. entities_max: how many queues and topics it holds.
    """

    def __init__(
        self, clock: Clock | None = None, *, authoriser: Authoriser | None = None, entities_max: int = ENTITIES_MAX
    ) -> None:
        self.clock = clock or Clock()
        self.authoriser: Authoriser = authoriser or Anybody()
        self._entities_max = entities_max
        self._queues: dict[str, Queue] = {}
        self._topics: dict[str, Topic] = {}
        self._throttled: dict[str, int] = {}

    # --- entities -------------------------------------------------------------------------------------

    def add_queue(self, name: str, settings: Settings | None = None) -> Queue:
        """Make a queue; where there is one, it is replaced. Raises TooManyEntities."""
        self._make_room(name)
        queue = Queue(name, settings or Settings(), self.clock, self._forward)
        self._queues[name.lower()] = queue
        return queue

    def add_topic(self, name: str, settings: Settings | None = None) -> Topic:
        """Make a topic; raises TooManyEntities."""
        self._make_room(name)
        topic = Topic(name, settings or Settings(), self.clock, self._forward)
        self._topics[name.lower()] = topic
        return topic

    def add_subscription(
        self, topic: str, name: str, settings: Settings | None = None, rules: Mapping[str, Rule] | None = None
    ) -> Subscription:
        """Make a subscription, with the rule that takes everything unless others are given; raises TooManyEntities."""
        queue = Queue(f"{topic}/Subscriptions/{name}", settings or Settings(), self.clock, self._forward)
        subscription = Subscription(queue, rules)
        others = self._topics[topic.lower()].subscriptions
        if len(others) >= SUBSCRIPTIONS_MAX:
            raise TooManyEntities(f"topic {topic}: at most {SUBSCRIPTIONS_MAX} subscriptions")
        others[name.lower()] = subscription
        return subscription

    def remove(self, address: str) -> None:
        """Delete a queue, a topic or a subscription with all that is in it, as somebody may behind our back."""
        path = address.lower()
        if self._queues.pop(path, None) or self._topics.pop(path, None):
            return
        self.subscription(path)
        topic, _, name = path.partition("/subscriptions/")
        del self._topics[topic].subscriptions[name]

    def _make_room(self, name: str) -> None:
        others = (self._queues.keys() | self._topics.keys()) - {name.lower()}
        if len(others) >= self._entities_max:
            raise TooManyEntities(f"{name}: at most {self._entities_max} queues and topics in a namespace")

    # --- by address -----------------------------------------------------------------------------------

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

    def intake(self, address: str) -> Queue:
        """The queue or topic to which messages are sent; raises NoEntity."""
        path = address.lower()
        found = self._queues.get(path) or self._topics.get(path)
        if found is None:
            raise NoEntity(address)
        return found

    def queues(self) -> Iterator[Queue]:
        """Every queue, topic, subscription and dead-letter sub-queue."""
        owners: list[Queue] = [*self._queues.values(), *self._topics.values()]
        owners += [one.queue for topic in self._topics.values() for one in topic.subscriptions.values()]
        for owner in owners:
            yield owner
            if owner.dead_letters:
                yield owner.dead_letters

    def _plain(self, path: str) -> Queue:
        return self._queues[path] if path in self._queues else self.subscription(path).queue

    # --- messages -------------------------------------------------------------------------------------

    def publish(self, address: str, content: Content) -> int:
        """Send a message; returns its sequence number. Raises NoEntity, Disabled, Full, NotAllowed, BadArgument."""
        intake = self.intake(address)
        _check(content)
        return intake.put(content)

    def throttle(self, times: int, address: str = "") -> None:
        """Answer the next requests to an entity (to any, where none is named) with ServerBusy."""
        self._throttled[address.lower()] = times

    def admit(self, address: str) -> None:
        """Raise Busy, if the entity is throttled; to be asked at every request."""
        for place in ("", address.lower()):
            if self._throttled.get(place, 0) > 0:
                self._throttled[place] -= 1
                raise Busy

    def _forward(self, target: str, content: Content) -> None:
        if content.hops > HOPS_MAX:
            raise TooManyHops
        self.intake(target).put(content)

    # --- time -----------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Do everywhere what is due by the clock."""
        for queue in self.queues():
            queue.tick()

    def next_s(self) -> float:
        """When something may be due next, seconds since the epoch; infinite for never."""
        return min((queue.next_s() for queue in self.queues()), default=float("inf"))


def _check(content: Content) -> None:
    """Refuse what is longer than the quotas allow."""
    for name, text in {"MessageId": content.id, "SessionId": content.session}.items():
        if isinstance(text, str) and len(text) > ID_MAX:
            raise BadArgument(f"{name} of {len(text)} characters: at most {ID_MAX}")
    sizes = {name: len(name.encode()) + len(str(value).encode()) for name, value in content.application.items()}
    if any(size > PROPERTY_BYTES_MAX for size in sizes.values()) or sum(sizes.values()) > PROPERTIES_BYTES_MAX:
        raise BadArgument(f"application properties of {sizes} bytes: at most 32 KB each and 64 KB together")
