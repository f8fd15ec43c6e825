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
        self._held: dict[tuple[str, str], float] = {}  # by queue and session: when it was accepted

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
        found = self._broker.on_queue(trigger.address, self._take_next)
        return self._delivery(trigger, [found[1]], found[0]) if found else None

    def _take_next(self, queue: Queue) -> tuple[str, Stored] | None:
        """From the session that waited longest: the real host serves several at a time, none holds up another."""
        self._forget_lost(queue)
        sessions = self.shuffled([*queue.free_sessions(), *self._held_and_ready(queue)])
        if not sessions:
            return None
        session = min(sessions, key=lambda name: self._served.get((queue.name, name), -1))
        self._turns += 1
        self._served[queue.name, session] = self._turns
        if (queue.name, session) not in self._held:
            queue.accept_session(session, self)
            self._held[queue.name, session] = self._broker.clock.now_s()
        taken = queue.take(self, session)
        assert taken, f"session {session} had a message"
        return session, taken

    def _held_and_ready(self, queue: Queue) -> list[str]:
        """Sessions of ours whose next message may be handed out: none of theirs is out."""
        held = [session for name, session in self._held if name == queue.name and not queue.is_busy(session)]
        return [session for session in held if any(queue.ready(self, session))]

    def _forget_lost(self, queue: Queue) -> None:
        """Sessions whose locks have ended are others', or free."""
        for name, session in list(self._held):
            if name == queue.name and not queue.sessions.holds(session, self):
                del self._held[name, session]

    def _delivery(self, trigger: Trigger, taken: Sequence[Stored], session: str = "") -> Delivery:
        return Delivery(trigger, taken, session, self._broker.clock.now_s())

    def renew(self, deliveries: Sequence[Delivery]) -> None:
        """Hold on to messages whose functions still run, up to maxAutoLockRenewalDuration; never to a list.

        Sessions are held from when they were accepted, however many messages that are, whether or not one is out.
        """
        for delivery in deliveries:
            if not delivery.trigger.many and not delivery.session and self._is_renewed(delivery.at_s):
                self._broker.on_queue(delivery.trigger.address, lambda queue, one=delivery: _renew(queue, one))
        for (name, session), at_s in list(self._held.items()):
            if self._is_renewed(at_s):
                self._broker.on_queue(name, lambda queue, session=session: _renew_session(queue, session, self))

    def _is_renewed(self, from_s: float) -> bool:
        return self._broker.clock.now_s() - from_s <= self._renewal_s

    def settle(self, delivery: Delivery, *, is_done: bool) -> None:
        """Complete, or abandon, all alike; a lock that is lost meanwhile is no more than a line in the host's log."""
        self._broker.on_queue(delivery.trigger.address, lambda queue: self._settle(queue, delivery, is_done=is_done))

    def _settle(self, queue: Queue, delivery: Delivery, *, is_done: bool) -> None:
        for lock in delivery.locks:
            with suppress(LockLost):
                (queue.complete if is_done else queue.abandon)(lock)
        if delivery.session:
            self._forget_lost(queue)
            if not any(queue.ready(self, delivery.session)):  # sessionIdleTimeout is up before anything else happens
                self._leave(queue, delivery.session)

    def drop(self, delivery: Delivery) -> None:
        """The host ends in the middle of it: locks stay until they end by themselves; sessions are let go of."""
        if delivery.session:
            self._broker.on_queue(delivery.trigger.address, lambda queue: self._leave(queue, delivery.session))

    def close(self) -> None:
        """Let go of all sessions."""
        for name, session in list(self._held):
            self._broker.on_queue(name, lambda queue, session=session: self._leave(queue, session))

    def _leave(self, queue: Queue, session: str) -> None:
        queue.leave_session(session, self)
        self._held.pop((queue.name, session), None)

    def shuffled(self, items: list[T]) -> list[T]:
        """In the order of the rng."""
        return self.rng.sample(items, len(items)) if self.rng else items


def _renew(queue: Queue, delivery: Delivery) -> None:
    with suppress(Problem):
        for lock in delivery.locks:
            queue.renew(lock)


def _renew_session(queue: Queue, session: str, holder: object) -> None:
    if queue.sessions.holds(session, holder):
        with suppress(Problem):
            queue.renew_session(session)
