"""What the Service Bus listener does with messages: takes, renews, settles.

https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-service-bus#hostjson-settings
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import suppress
from typing import TypeVar

from providers.azure.tests.functionshost.bindings import Trigger
from providers.azure.tests.functionshost.settings import HostSettings
from providers.azure.tests.servicebus import Broker, LockLost, Problem, Queue, Stored

T = TypeVar("T")
BATCH_MAX = 1_000
RENEWAL = "00:05:00"


class Delivery:
    """Messages that were handed to a function. session: whose they are, "" for none. at_s: when that was."""

    def __init__(self, trigger: Trigger, taken: Sequence[Stored], session: str, at_s: float) -> None:
        self.trigger = trigger
        self.taken = taken
        self.session = session
        self.at_s = at_s
        self.counts = [stored.deliveries for stored in taken]
        self.locks = [stored.token for stored in taken if stored.token]


class Listener:
    """Takes messages from the broker's entities for one function app.

    rng: chooses which of several messages comes first, since Service Bus promises no order without sessions; without
    one, the oldest does.
    """

    def __init__(self, broker: Broker, settings: HostSettings, rng: random.Random | None) -> None:
        self.rng = rng
        self._broker = broker
        self._batch_max = settings.number("extensions.serviceBus.maxMessageBatchSize", BATCH_MAX)
        self._renewal_s = settings.seconds("extensions.serviceBus.maxAutoLockRenewalDuration", RENEWAL)
        self._served: dict[tuple[str, str], int] = {}  # by queue and session: number of the last turn
        self._turns = 0

    def take(self, trigger: Trigger) -> Delivery | None:
        """What a function is to be called with; None where nothing is ready."""
        if trigger.sessions:
            return self._take_session(trigger)
        taken = self._broker.on_queue(trigger.address, lambda queue: self._lock(queue, trigger))
        return self._delivery(trigger, taken) if taken else None

    def _lock(self, queue: Queue, trigger: Trigger) -> list[Stored]:
        ready = self.shuffled(list(queue.ready()))
        return [queue.lock(stored) for stored in ready[: self._batch_max if trigger.many else 1]]

    def _take_session(self, trigger: Trigger) -> Delivery | None:
        """One message of one session, one at a time (maxConcurrentCallsPerSession is 1)."""
        session = self._broker.on_queue(trigger.address, self._accept)
        if session is None:
            return None
        taken = self._broker.take(trigger.address, self, session)
        assert taken, f"session {session} had a message"
        return self._delivery(trigger, [taken], session)

    def _accept(self, queue: Queue) -> str | None:
        """Take the session that waited longest: the real host serves several at a time, none holds up another."""
        free = self.shuffled(queue.free_sessions())
        if not free:
            return None
        session = min(free, key=lambda name: self._served.get((queue.name, name), -1))
        self._turns += 1
        self._served[queue.name, session] = self._turns
        queue.accept_session(session, self)
        return session

    def _delivery(self, trigger: Trigger, taken: Sequence[Stored], session: str = "") -> Delivery:
        return Delivery(trigger, taken, session, self._broker.clock.now_s())

    def renew(self, delivery: Delivery) -> None:
        """Hold on to a message whose function still runs, up to maxAutoLockRenewalDuration; never to a list."""
        is_over = self._broker.clock.now_s() - delivery.at_s > self._renewal_s
        if not delivery.trigger.many and not is_over:
            self._broker.on_queue(delivery.trigger.address, lambda queue: _renew(queue, delivery))

    def settle(self, delivery: Delivery, *, is_done: bool) -> None:
        """Complete, or abandon, all alike; a lock that is lost meanwhile is no more than a line in the host's log."""
        self._broker.on_queue(delivery.trigger.address, lambda queue: self._settle(queue, delivery, is_done=is_done))

    def _settle(self, queue: Queue, delivery: Delivery, *, is_done: bool) -> None:
        for lock in delivery.locks:
            with suppress(LockLost):
                (queue.complete if is_done else queue.abandon)(lock)
        if delivery.session:
            queue.leave_session(delivery.session, self)

    def drop(self, delivery: Delivery) -> None:
        """The host ends in the middle of it: locks stay until they end by themselves; sessions are let go of."""
        if delivery.session:
            self._broker.on_queue(delivery.trigger.address, lambda queue: queue.leave_session(delivery.session, self))

    def shuffled(self, items: list[T]) -> list[T]:
        """In the order of the rng."""
        return self.rng.sample(items, len(items)) if self.rng else items


def _renew(queue: Queue, delivery: Delivery) -> None:
    with suppress(Problem):
        if delivery.session:
            queue.renew_session(delivery.session)
            return
        for lock in delivery.locks:
            queue.renew(lock)
