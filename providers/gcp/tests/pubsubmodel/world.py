"""The model's clock: it moves to what is due next, and never waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from providers.gcp.tests.pubsubmodel.subscription import US, Subscription

START_US = 1_767_355_200 * US
"""2026-01-02 12:00 UTC."""
PUSHES_MAX = 10_000


class NeverEnds(Exception):
    """The subscriptions went on pushing; something is retried for ever."""


class World:
    """Subscriptions on one virtual clock, one push at a time.

    pump: called before every step; moves what was published elsewhere into the subscriptions.
    """

    def __init__(self, *subscriptions: Subscription, pump: Callable[[int], None] = lambda now_us: None) -> None:
        self.now_us = START_US
        self.subscriptions = list(subscriptions)
        self._pump = pump

    def run(self) -> None:
        """Deliver everything, back-off included, until nothing waits; the clock ends at the last push."""
        self._until(None)

    def advance(self, seconds: float) -> None:
        """Deliver everything that is due within so many seconds, and end there."""
        end_us = self.now_us + round(seconds * US)
        self._until(end_us)
        self.now_us = end_us

    def _until(self, end_us: int | None) -> None:
        for _ in range(PUSHES_MAX):
            self._pump(self.now_us)
            due_us = self._next_due_us()
            if due_us is None or (end_us is not None and due_us > end_us):
                return
            self.now_us = max(self.now_us, due_us)
            self._push_one()
        raise NeverEnds(f"{PUSHES_MAX:,} pushes, and still {list(self._waiting())[:5]} waiting")

    def _next_due_us(self) -> int | None:
        return min((due for one in self.subscriptions if (due := one.next_due_us()) is not None), default=None)

    def _push_one(self) -> None:
        first = min(self.subscriptions, key=lambda one: (due := one.next_due_us()) is None or due > self.now_us)
        first.push_next(self.now_us)

    def _waiting(self) -> Iterable[str]:
        return (message.id for one in self.subscriptions for message in one.waiting())
