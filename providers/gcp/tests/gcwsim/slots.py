"""How many branches and iterations of an execution run at once.

https://cloud.google.com/workflows/quotas#resource_limits
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

Start = Callable[[], None]


class Slots:
    """So many at once; the rest waits. random: who is next is anybody; without, who waits longest.

    A branch that waits for branches inside of it holds no slot meanwhile: nothing says so, but otherwise nested
    branches could wait for each other for ever.
    """

    def __init__(self, count: int, random: Random | None) -> None:
        self._free = count
        self._random = random
        self._waiting: list[Start] = []
        self._returning: list[Start] = []

    def take(self, start: Start, *, is_back: bool = False) -> None:
        """Call start once there is a slot. is_back: it had one before, and goes first."""
        (self._returning if is_back else self._waiting).append(start)
        self._fill()

    def give(self) -> None:
        """A slot is free again."""
        self._free += 1
        self._fill()

    def _fill(self) -> None:
        while self._free and (self._returning or self._waiting):
            self._free -= 1
            self._next()()

    def _next(self) -> Start:
        if self._returning:
            return self._returning.pop(0)
        at = self._random.randrange(len(self._waiting)) if self._random is not None else 0
        return self._waiting.pop(at)
