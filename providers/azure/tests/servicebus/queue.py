"""What a Service Bus queue does with messages, without any socket. Also a subscription, and a dead-letter sub-queue.

active ── take ──► locked ── complete ──► gone
   ▲                 ├── abandon, lock ends ──► active, or dead letter after `max_deliveries`
   └── due ── scheduled, deferred ◄── defer ────┘

Where it forwards, what becomes active goes on instead, or is a dead letter where it cannot:
https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-auto-forwarding#autoforwarding-considerations

https://learn.microsoft.com/en-us/azure/service-bus-messaging/message-transfers-locks-settlement
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import inf
from uuid import UUID, uuid4

from providers.azure.tests.servicebus.clock import Clock
from providers.azure.tests.servicebus.content import Content
from providers.azure.tests.servicebus.problems import (
    Disabled,
    Full,
    LockLost,
    NotAllowed,
    NotDeferred,
    Problem,
    TooManyHops,
)
from providers.azure.tests.servicebus.sessions import Sessions
from providers.azure.tests.servicebus.stored import ACTIVE, DEFERRED, ENDLESS, LOCKED, SCHEDULED, Settings, Stored

DEAD_LETTERS = "$DeadLetterQueue"
_NO_SESSION = (
    "The SessionId was not set on a message, and it cannot be sent to the entity. Entities that have session support "
    "enabled can only receive messages that have the SessionId set to a valid value."
)
_REASONS: dict[type[Problem], str] = {TooManyHops: "MaxTransferHopCountExceeded", NotAllowed: "Session ID is null."}
"""https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-dead-letter-queues#moving-messages-to-the-dlq"""


class Queue:
    """One queue and its dead letters. Not safe from several threads.

    forward: takes what this queue forwards, with the target's address; raises Problem where that cannot take it.
    """

    def __init__(
        self,
        name: str,
        settings: Settings,
        clock: Clock,
        forward: Callable[[str, Content], None],
        *,
        has_dead_letters: bool = True,
    ) -> None:
        self.name = name
        self.settings = settings
        self.messages: dict[int, Stored] = {}
        self.sessions = Sessions(settings.lock_s)
        self._clock = clock
        self._forward = forward
        self._numbers = 0
        self._seen: dict[object, float] = {}
        self._tokens: dict[UUID, Stored] = {}
        self._due_s = inf  # nothing is due before; the moment itself may have become void
        self.dead_letters = self._sub_queue() if has_dead_letters else None

    def _sub_queue(self) -> Queue:
        settings = Settings(lock_s=self.settings.lock_s, max_deliveries=ENDLESS)
        return Queue(f"{self.name}/{DEAD_LETTERS}", settings, self._clock, self._forward, has_dead_letters=False)

    # --- in -------------------------------------------------------------------------------------------

    def put(self, content: Content) -> int:
        """Store a message, or pass it on; returns its sequence number (0 where it is a duplicate).

        Raises Disabled, Full and NotAllowed (it needs a session, and has none).
        """
        self._check(content)
        if self._is_duplicate(content):
            return 0
        now_s = self._clock.now_s()
        stored = Stored(self._next(), content, now_s, self._ttl_s(content))
        self.messages[stored.number] = stored
        if content.scheduled_s and content.scheduled_s > now_s:
            stored.state, stored.scheduled_s = SCHEDULED, content.scheduled_s
        else:
            self._arrive(stored)
        self._watch(stored.scheduled_s, stored.expires_s)
        return stored.number

    def _check(self, content: Content) -> None:
        if not self.settings.takes:
            raise Disabled(self.name, "send")
        if self.settings.sessions and content.session is None:
            raise NotAllowed(_NO_SESSION)
        most_bytes = self.settings.size_bytes
        if most_bytes is not None and self.size_bytes() + content.size_bytes > most_bytes:
            raise Full(self.name, most_bytes)

    def size_bytes(self) -> int:
        """How much is stored, dead letters included.

        https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-quotas
        """
        own = sum(stored.content.size_bytes for stored in self.messages.values())
        return own + (self.dead_letters.size_bytes() if self.dead_letters else 0)

    def _arrive(self, stored: Stored) -> None:
        """It has become active."""
        if not self.settings.forward_to:
            return
        content = stored.content
        try:
            self._forward(
                self.settings.forward_to, content.passed_on(ttl_s=self._ttl_s(content), hops=content.hops + 1)
            )
        except Problem as problem:
            self._keep_dead(stored, content.dead(self.name, _reason(problem), str(problem)))
        else:
            del self.messages[stored.number]

    def _next(self) -> int:
        self._numbers += 1
        return self._numbers

    def _ttl_s(self, content: Content) -> float | None:
        """The shorter of the message's and the queue's: a longer one is cut without a word."""
        limits = [ttl_s for ttl_s in (content.ttl_s, self.settings.ttl_s) if ttl_s is not None]
        return min(limits, default=None)

    def _is_duplicate(self, content: Content) -> bool:
        """https://learn.microsoft.com/en-us/azure/service-bus-messaging/duplicate-detection."""
        if not self.settings.duplicates_s or content.id is None:
            return False
        now_s = self._clock.now_s()
        if self._seen.get(content.id, float("-inf")) > now_s - self.settings.duplicates_s:
            return True
        self._seen[content.id] = now_s
        return False

    def cancel(self, number: int) -> None:
        """Forget a scheduled message."""
        if number in self.messages and self.messages[number].state == SCHEDULED:
            del self.messages[number]

    def clear(self) -> None:
        """Forget every message, here and among the dead letters; links stay."""
        self.messages.clear()
        self._tokens.clear()
        self._seen.clear()
        if self.dead_letters:
            self.dead_letters.clear()

    # --- out ------------------------------------------------------------------------------------------

    def ready(self, holder: object | None = None, session: str | None = None) -> Iterator[Stored]:
        """What can be taken now, in order; with sessions, only what the holder's session has."""
        self.tick()
        if self.settings.sessions and (session is None or not self.sessions.holds(session, holder)):
            return
        for stored in list(self.messages.values()):
            if stored.state == ACTIVE and (not self.settings.sessions or stored.content.session == session):
                yield stored

    def lock(self, stored: Stored) -> Stored:
        """Hand a message out: hidden from others until it is settled or its lock ends."""
        stored.state = LOCKED
        return self._give_token(stored)

    def _give_token(self, stored: Stored) -> Stored:
        stored.deliveries += 1
        stored.token, stored.until_s = uuid4(), self._lock_ends_s(stored)
        self._tokens[stored.token] = stored
        self._watch(stored.until_s)
        return stored

    def take(self, holder: object | None = None, session: str | None = None) -> Stored | None:
        """Lock the first message that is ready; None where there is none."""
        first = next(self.ready(holder, session), None)
        return first and self.lock(first)

    def delete(self, stored: Stored) -> None:
        """Hand a message out for good."""
        stored.deliveries += 1
        del self.messages[stored.number]

    def take_deferred(self, number: int) -> Stored:
        """Lock a deferred message; it stays deferred until it is settled. Raises NotDeferred."""
        stored = self.messages.get(number)
        if stored is None or stored.state != DEFERRED:
            raise NotDeferred(number)
        return self._give_token(stored)

    def peek(self, start: int, limit: int, session: str | None = None) -> list[Stored]:
        """Look at messages of any state, in order, from a sequence number on."""
        self.tick()
        found = [one for one in self.messages.values() if one.number >= start]
        return [one for one in found if session is None or one.content.session == session][:limit]

    def count(self, *states: str) -> int:
        """How many messages there are, of these states (of any, where none is given)."""
        self.tick()
        return sum(not states or stored.state in states for stored in self.messages.values())

    def _lock_ends_s(self, stored: Stored) -> float:
        if self.settings.sessions and stored.content.session:
            return self.sessions.locked_until_s(stored.content.session)
        return self._clock.now_s() + self.settings.lock_s

    # --- settle: each raises LockLost -----------------------------------------------------------------

    def complete(self, token: UUID) -> None:
        del self.messages[self._settle(token).number]

    def abandon(self, token: UUID) -> None:
        self._release(self._settle(token))

    def defer(self, token: UUID) -> None:
        stored = self._settle(token)
        stored.state = DEFERRED
        self._watch(stored.ends_s)

    def dead_letter(self, token: UUID, reason: str | None, description: str | None) -> None:
        self._bury(self._settle(token), reason, description)

    def renew(self, token: UUID) -> float:
        """Lock from now on; returns when that ends."""
        stored = self._locked(token)
        stored.until_s = self._lock_ends_s(stored)
        return stored.until_s

    def told_s(self, at_s: float) -> float:
        """The end of a lock as clients are told it."""
        return self._clock.told_s(at_s)

    def _locked(self, token: UUID) -> Stored:
        self.tick()
        if token not in self._tokens:
            raise LockLost(token)
        return self._tokens[token]

    def _settle(self, token: UUID) -> Stored:
        """The message of a lock, which ends with that."""
        stored = self._locked(token)
        self._drop_token(stored)
        return stored

    def _drop_token(self, stored: Stored) -> None:
        if stored.token:
            del self._tokens[stored.token]
        stored.token = None

    def _release(self, stored: Stored) -> None:
        """Make it visible again (a deferred one stays deferred), or a dead letter."""
        if stored.state == LOCKED:
            stored.state = ACTIVE
        self._watch(stored.ends_s)
        if stored.deliveries >= self.settings.max_deliveries:
            text = f"Message could not be consumed after {self.settings.max_deliveries} delivery attempts."
            self._bury(stored, "MaxDeliveryCountExceeded", text)

    def _bury(self, stored: Stored, reason: str | None, description: str | None) -> None:
        """Make it a dead letter, and forward that; where it cannot be forwarded, it stays."""
        content = stored.content.dead(self.name, reason, description)
        if not self.settings.forward_dead_letters_to:
            self._keep_dead(stored, content)
            return
        try:
            self._forward(self.settings.forward_dead_letters_to, content.passed_on(ttl_s=None, hops=content.hops + 1))
        except Problem:
            self._keep_dead(stored, content)
        else:
            del self.messages[stored.number]

    def _keep_dead(self, stored: Stored, content: Content) -> None:
        """Dead letters themselves are dead-lettered in place: there is nothing behind."""
        del self.messages[stored.number]
        behind = self.dead_letters or self
        buried = Stored(behind._next(), content, stored.enqueued_s, None)
        buried.deliveries = stored.deliveries
        behind.messages[buried.number] = buried

    # --- sessions -------------------------------------------------------------------------------------

    def free_sessions(self) -> list[str]:
        """The sessions that have messages and no holder, the one with the oldest message first."""
        self.tick()
        active = [stored.content.session for stored in self.messages.values() if stored.state == ACTIVE]
        return [name for name in dict.fromkeys(active) if name is not None and self.sessions.is_free(name)]

    def free_session(self) -> str | None:
        """The first of them; None where there is none."""
        return next(iter(self.free_sessions()), None)

    def accept_session(self, name: str, holder: object) -> float:
        """Hold a session; returns when its lock ends. Raises SessionTaken."""
        self.tick()
        until_s = self.sessions.accept(name, holder, self._clock.now_s())
        self._watch(until_s)
        return until_s

    def renew_session(self, name: str) -> float:
        """Hold a session from now on; returns when that ends. Raises SessionLost."""
        self.tick()
        until_s = self.sessions.renew(name, self._clock.now_s())
        for stored in self._of_session(name):
            stored.until_s = until_s
        return until_s

    def leave_session(self, name: str, holder: object) -> None:
        """Let go of a session; what its holder had not settled is free again."""
        if self.sessions.give_up(name, holder):
            self._free(name)

    def is_busy(self, session: str) -> bool:
        """Whether a message of a session is out."""
        return bool(self._of_session(session))

    def _free(self, session: str) -> None:
        for stored in self._of_session(session):
            self._lose(stored)

    def _lose(self, stored: Stored) -> None:
        """Its lock has ended."""
        self._drop_token(stored)
        self._release(stored)

    def _of_session(self, name: str) -> Sequence[Stored]:
        return [one for one in self._tokens.values() if one.content.session == name]

    # --- time -----------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Do what is due by the clock."""
        now_s = self._clock.now_s()
        if now_s < self._due_s:
            return
        if self.settings.sessions:
            for session in self.sessions.expire(now_s):
                self._free(session)
        for stored in sorted(self.messages.values(), key=lambda one: one.scheduled_s or 0):
            self._tick_one(stored, now_s)
        self._due_s = min(self._times(), default=inf)

    def _tick_one(self, stored: Stored, now_s: float) -> None:
        if stored.scheduled_s is not None and stored.state == SCHEDULED and stored.scheduled_s <= now_s:
            stored.enter(now_s)
            self._to_the_end(stored)
            self._arrive(stored)
        if stored.number not in self.messages:
            return
        if stored.token and not self.settings.sessions and stored.until_s <= now_s:
            self._lose(stored)
        elif stored.ends_s is not None and stored.ends_s <= now_s:
            self._expire(stored)

    def _to_the_end(self, stored: Stored) -> None:
        """A scheduled message is enqueued when it becomes active, with a new sequence number."""
        del self.messages[stored.number]
        stored.number = self._next()
        self.messages[stored.number] = stored

    def _expire(self, stored: Stored) -> None:
        if self.settings.dead_letter_expired:
            self._bury(stored, "TTLExpiredException", "The message expired and was dead lettered.")
        else:
            del self.messages[stored.number]

    def next_s(self) -> float:
        """When something may be due here next, seconds since the epoch; infinite for never."""
        return self._due_s

    def _watch(self, *times_s: float | None) -> None:
        for time_s in times_s:
            if time_s is not None:
                self._due_s = min(self._due_s, time_s)

    def _times(self) -> Iterator[float]:
        if self.settings.sessions and (ends_s := self.sessions.next_s()) is not None:
            yield ends_s
        for stored in self.messages.values():
            if stored.state == SCHEDULED and stored.scheduled_s is not None:
                yield stored.scheduled_s
            if stored.ends_s is not None:
                yield stored.ends_s
            if stored.token and not self.settings.sessions:
                yield stored.until_s


def _reason(problem: Problem) -> str:
    """Why a message that could not be forwarded is dead; the names of the rest are ours."""
    return _REASONS.get(type(problem), type(problem).__name__)
