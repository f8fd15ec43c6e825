"""The clock of models: it moves to what is due next, and never waits. Microseconds since the epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

US = 1_000_000
START_US = 1_767_355_200 * US
"""2026-01-02 12:00 UTC."""
DELIVERIES_MAX = 10_000


class Moving(Protocol):
    """Something that does things by itself, at a time: a subscription, schedules, state machines."""

    def next_due_us(self, *, with_delayed: bool, now_us: int) -> int | None:
        """When it does something next, None for never. with_delayed: also what is not back-off."""
        ...

    def deliver_next(self, now_us: int) -> None:
        """Do one thing that is due."""
        ...


class NeverEnds(Exception):
    """The sources went on; something is retried for ever."""


class World:
    """Sources of events on one virtual clock, one thing at a time.

    pump: called before every step; moves what an emulator was sent into the sources. told: what time it is, whenever
    that changes.
    """

    def __init__(
        self,
        *sources: Moving,
        pump: Callable[[int], None] = lambda now_us: None,
        told: Callable[[int], None] = lambda now_us: None,
        start_us: int = START_US,
    ) -> None:
        self.now_us = start_us
        self.sources = list(sources)
        self._pump = pump
        self._told = told
        told(start_us)

    def pass_to(self, at_us: int) -> None:
        """Let it be that time, and do nothing of it yet."""
        self.now_us = at_us
        self._told(at_us)

    def run(self) -> None:
        """Deliver everything, back-off included, until nothing but delayed messages waits."""
        self._until(None)

    def advance(self, seconds: float) -> None:
        """Deliver everything that is due within so many seconds, and end there."""
        end_us = self.now_us + round(seconds * US)
        self._until(end_us)
        self.pass_to(end_us)

    def _until(self, end_us: int | None) -> None:
        for _ in range(DELIVERIES_MAX):
            self._pump(self.now_us)
            due = [
                (due_us, at) for at, one in enumerate(self.sources) if (due_us := self._due_us(one, end_us)) is not None
            ]
            if not due or (end_us is not None and min(due)[0] > end_us):
                return
            due_us, at = min(due)
            if due_us > self.now_us:
                self.pass_to(due_us)
            self.sources[at].deliver_next(self.now_us)
        raise NeverEnds(f"{DELIVERIES_MAX:,} deliveries, and still {self.sources}"[:2_000])

    def _due_us(self, source: Moving, end_us: int | None) -> int | None:
        return source.next_due_us(with_delayed=end_us is not None, now_us=self.now_us)
