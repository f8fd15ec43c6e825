"""The broker's time: real time plus what tests added."""

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
