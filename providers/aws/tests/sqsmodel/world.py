"""The model's clock: it moves to what is due next, and never waits."""

from __future__ import annotations

from collections.abc import Callable

from providers.aws.tests.sqsmodel.source import US, EventSource

START_US = 1_767_355_200 * US
"""2026-01-02 12:00 UTC."""
DELIVERIES_MAX = 10_000


class NeverEnds(Exception):
    """The sources went on delivering; something is retried for ever."""


class World:
    """Event sources on one virtual clock, one delivery at a time.

    pump: called before every step; moves what was sent to ministack into the sources.
    """

    def __init__(self, *sources: EventSource, pump: Callable[[int], None] = lambda now_us: None) -> None:
        self.now_us = START_US
        self.sources = list(sources)
        self._pump = pump

    def run(self) -> None:
        """Deliver everything, back-off included, until nothing but delayed messages waits."""
        self._until(None)

    def advance(self, seconds: float) -> None:
        """Deliver everything that is due within so many seconds, and end there."""
        end_us = self.now_us + round(seconds * US)
        self._until(end_us)
        self.now_us = end_us

    def _until(self, end_us: int | None) -> None:
        for _ in range(DELIVERIES_MAX):
            self._pump(self.now_us)
            due = [
                (due_us, at) for at, one in enumerate(self.sources) if (due_us := self._due_us(one, end_us)) is not None
            ]
            if not due or (end_us is not None and min(due)[0] > end_us):
                return
            due_us, at = min(due)
            self.now_us = max(self.now_us, due_us)
            self.sources[at].deliver_next(self.now_us)
        raise NeverEnds(f"{DELIVERIES_MAX:,} deliveries, and still {[one.waiting()[:3] for one in self.sources]}")

    def _due_us(self, source: EventSource, end_us: int | None) -> int | None:
        return source.next_due_us(with_delayed=end_us is not None, now_us=self.now_us)
