"""One message in one queue, and the settings that a queue has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from providers.azure.tests.servicebus.codec import Symbol, int32, timestamp
from providers.azure.tests.servicebus.content import Content

ACTIVE, LOCKED, DEFERRED, SCHEDULED = "active", "locked", "deferred", "scheduled"
_STATES = {ACTIVE: 0, LOCKED: 0, DEFERRED: 1, SCHEDULED: 2}
STATUSES = {"Active": "", "Disabled": "send, receive", "SendDisabled": "send", "ReceiveDisabled": "receive"}
"""https://learn.microsoft.com/en-us/azure/service-bus-messaging/entity-suspend"""
ENDLESS = 1 << 31
"""More deliveries than there will be: a dead-letter sub-queue gives nothing up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """As in ARM; of a queue, a subscription, or (ttl_s, duplicates_s, size_bytes, status) a topic.

    lock_s: 5 to 300. max_deliveries: 1 to 2,000. ttl_s: None for no limit of the entity's own. dead_letter_expired:
    whether what expires is kept as a dead letter. duplicates_s: window of duplicate detection, 0 for none. sessions:
    whether it needs sessions. forward_to, forward_dead_letters_to: another entity, or "". size_bytes: how much it
    holds, None for more than tests send. status: of STATUSES, with what it switches off.
    """

    lock_s: float = 60
    max_deliveries: int = 10
    ttl_s: float | None = None
    dead_letter_expired: bool = False
    duplicates_s: float = 0
    sessions: bool = False
    forward_to: str = ""
    forward_dead_letters_to: str = ""
    size_bytes: int | None = None
    status: str = "Active"

    def __post_init__(self) -> None:
        """Refuse what Service Bus refuses (ValueError)."""
        if not 5 <= self.lock_s <= 300:
            raise ValueError(f"lock duration of {self.lock_s} s: 5 s to 5 minutes")
        if not 1 <= self.max_deliveries <= 2_000 and self.max_deliveries != ENDLESS:
            raise ValueError(f"max delivery count {self.max_deliveries}: 1 to 2,000")
        if self.sessions and (self.forward_to or self.forward_dead_letters_to):
            raise ValueError("auto-forwarding is not supported for session-enabled entities")
        if self.duplicates_s and not 20 <= self.duplicates_s <= 7 * 86_400:
            raise ValueError(f"duplicate detection over {self.duplicates_s} s: 20 s to 7 days")
        if self.status not in STATUSES:
            raise ValueError(f"status {self.status!r}: one of {sorted(STATUSES)}")

    @property
    def takes(self) -> bool:
        """Whether messages can be sent there."""
        return "send" not in STATUSES[self.status]

    @property
    def gives(self) -> bool:
        """Whether messages can be received from there."""
        return "receive" not in STATUSES[self.status]


class Stored:
    """One message in one queue. deliveries: how often it was handed out. token: of its lock."""

    __slots__ = (
        "content",
        "deliveries",
        "enqueued_s",
        "expires_s",
        "number",
        "scheduled_s",
        "state",
        "token",
        "until_s",
    )

    def __init__(self, number: int, content: Content, enqueued_s: float, ttl_s: float | None) -> None:
        self.number = number
        self.content = content
        self.enqueued_s = enqueued_s
        self.expires_s = None if ttl_s is None else enqueued_s + ttl_s
        self.deliveries = 0
        self.state = ACTIVE
        self.scheduled_s: float | None = None
        self.token: UUID | None = None
        self.until_s = 0.0

    def enter(self, now_s: float) -> None:
        """Become active after it was scheduled; its time to live begins."""
        if self.expires_s is not None:
            self.expires_s += now_s - self.enqueued_s
        self.state, self.enqueued_s = ACTIVE, now_s

    @property
    def ends_s(self) -> float | None:
        """When it expires, as long as nobody has it; None for never. Deferred ones do not.

        https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-dead-letter-queues#time-to-live
        """
        return self.expires_s if self.state == ACTIVE and not self.token else None

    def encoded(self, told_s: Callable[[float], float] = float) -> bytes:
        """As a receiver or peeker gets it; a lock token travels outside of it. told_s: of the broker's clock."""
        added = {
            Symbol("x-opt-enqueued-time"): timestamp(self.enqueued_s),
            Symbol("x-opt-sequence-number"): self.number,
            Symbol("x-opt-message-state"): int32(_STATES[self.state]),
        }
        if self.token:
            added[Symbol("x-opt-locked-until")] = timestamp(told_s(self.until_s))
        expires_in_s = None if self.expires_s is None else self.expires_s - self.enqueued_s
        return self.content.encoded(self.deliveries - (self.token is not None), expires_in_s, added)
