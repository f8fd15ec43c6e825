"""The broker's time: real time plus what tests added, or a time that only tests move."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Seconds since the epoch.

    source: what it follows. Clients check lock times against real time, so the broker's must not stand still;
    tests of the entities alone give a source that does.
    """

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self.ahead_s = 0.0

    def now_s(self) -> float:
        """The broker's time."""
        return self._source() + self.ahead_s

    def advance(self, seconds: float) -> None:
        """Move on; nothing moves back."""
        if seconds < 0:
            raise ValueError(f"time does not go back ({seconds} s)")
        self.ahead_s += seconds

    def told_s(self, at_s: float) -> float:
        """The end of a lock as clients are told it."""
        return at_s


class StandingClock(Clock):
    """A time that stands still, and begins anew when a test does.

    Microsoft's client drops a lock by its own, real clock: so it is told as far ahead of that as it is of ours.
    """

    def __init__(self, start_s: float) -> None:
        self._now_s = start_s
        super().__init__(lambda: self._now_s)

    def restart(self, at_s: float) -> None:
        """Begin anew, earlier perhaps: only where nothing remembers."""
        self._now_s, self.ahead_s = at_s, 0.0

    def told_s(self, at_s: float) -> float:
        return time.time() + at_s - self.now_s()
