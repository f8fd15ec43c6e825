"""Mailbox: the events that were sent to one execution, in order of arrival, by name.

An event may come before the wait; one wait takes one event; one with the id of an earlier event is dropped.
"""

from __future__ import annotations

from collections import deque

from cloudless.driver.error import error_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cloudless.engine.scheduler import Scheduler, Strand


class Waiter:
    """A strand until an event comes, or its timer fires. timer: its handle, 0 for none."""

    __slots__ = ("event", "strand", "timer")

    def __init__(self, strand: Strand, event: str) -> None:
        self.strand = strand
        self.event = event
        self.timer = 0

    def completed(self, scheduler: Scheduler, reply: dict[str, Any]) -> None:
        """Never: it is a timer."""

    def fired(self, scheduler: Scheduler) -> None:
        scheduler.mailbox.leave(self)
        scheduler.fail(self.strand, error_of("TimeoutError", f"no event {self.event!r} came in time"))


class Mailbox:
    """Events that nobody has taken yet, and strands that wait for one: of a name, never both."""

    __slots__ = ("_ids", "_kept", "_waiters")

    def __init__(self) -> None:
        self._ids: set[tuple[str, str]] = set()
        self._kept: dict[str, deque[Any]] = {}
        self._waiters: dict[str, deque[Waiter]] = {}

    def put(self, name: str, payload: Any, id: str) -> Waiter | None:
        """Keep an event, unless somebody waits for it, who is returned."""
        if id and (name, id) in self._ids:
            return None
        self._ids.add((name, id))
        waiting = self._waiters.get(name)
        if waiting:
            return waiting.popleft()
        self._kept.setdefault(name, deque()).append(payload)
        return None

    def has(self, name: str) -> bool:
        """Whether an event of that name is kept."""
        return bool(self._kept.get(name))

    def take(self, name: str) -> Any:
        """The oldest event of that name, which is kept."""
        return self._kept[name].popleft()

    def wait(self, waiter: Waiter) -> None:
        """Give the waiter the next event of its name."""
        self._waiters.setdefault(waiter.event, deque()).append(waiter)

    def awaited(self) -> list[str]:
        """Names that somebody waits for."""
        return [name for name, waiting in self._waiters.items() if waiting]

    def leave(self, waiter: Waiter) -> None:
        """Wait no longer."""
        self._waiters[waiter.event].remove(waiter)
