"""The driver of queues: standard, ordered and dead-letter ones alike."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Protocol

    from cloudless.errors import CloudlessError
    from cloudless.message import Envelope
else:
    Protocol = object


class Unsent:
    """One message that was not stored, and why. index: its place in the list that was given."""

    __slots__ = ("error", "index")

    def __init__(self, index: int, error: CloudlessError) -> None:
        self.index = index
        self.error = error


class Delivered:
    """One message handed out by `receive`: the envelope, and the receipt that settles it."""

    __slots__ = ("envelope", "receipt")

    def __init__(self, envelope: Envelope, receipt: Any) -> None:
        self.envelope = envelope
        self.receipt = receipt


class QueueDriver(Protocol):
    """Five methods. `queue` is always the logical name, as in the IR; the driver knows the physical one."""

    def send(self, queue: str, messages: Sequence[Envelope]) -> Sequence[Unsent]:
        """Store every message, and return once the provider has them; say which it has not.

        messages: 1 or more, already within the contract's limits (192 KiB, 7 attributes …); the driver
        cuts the list into the provider's batches (number and total bytes) and keeps the order of a
        group. `delay_s`: not delivered before; beyond what the queue itself can wait, by the
        provider's scheduler. `group` orders on an ordered queue; any other (dead letters) just carries it. `attempt`,
        `error`, `trace` and `correlation` travel in the system attribute (`system.pack_system`).

        Delivered at least once. Partial failures are repeated at most three times, then reported.
        Raises PermissionDenied, NotFound, Unavailable when nothing was stored.
        """
        ...

    def receive(self, queue: str, limit: int) -> Sequence[Delivered]:
        """Take up to `limit` (1 to 1,000) messages that are visible now, and lock them for a minute.

        For dead letters and tools: consumers are fed by the platform. May return fewer, and may raise
        the provider's receive count. Never waits for messages to come.
        """
        ...

    def acknowledge(self, queue: str, receipts: Sequence[Any]) -> None:
        """Remove received messages for good. A receipt whose lock has expired is ignored."""
        ...

    def release(self, queue: str, receipts: Sequence[Any]) -> None:
        """Make received messages visible again, at once. A receipt whose lock has expired is ignored."""
        ...

    def native(self, queue: str) -> Any:
        """The provider's own client and identifier of the queue, e.g. (SQS.Client, queue URL)."""
        ...


class Browsing(Protocol):
    """What a queue driver has besides, where its provider shows messages without delivering them."""

    def peek(self, queue: str, limit: int) -> Sequence[Envelope]:
        """Up to `limit` (1 to 1,000) messages that wait, oldest first. They stay, and nothing is counted."""
        ...


class Counting(Protocol):
    """What a queue driver has besides, where its provider counts messages."""

    def count(self, queue: str) -> int:
        """How many messages wait, as far as the provider tells."""
        ...


def browsing(driver: Any) -> Browsing | None:
    """The driver, where it can browse; None where one has to receive and release to look."""
    return driver if hasattr(driver, "peek") else None


def counting(driver: Any) -> Counting | None:
    """The driver, where it can count."""
    return driver if hasattr(driver, "count") else None
