"""Shrinking: fewer and smaller decisions, as long as what they make still fails in the same way."""

from __future__ import annotations

from collections.abc import Callable

TRIES = 4_000
Fails = Callable[[list[int]], bool]


def shrunk(taken: list[int], fails: Fails, tries: int = TRIES) -> list[int]:
    """The smallest decisions found; fails: whether what some make is still a failure of the kind."""
    search = _Search(_trimmed(taken), fails, tries)
    before: list[int] | None = None
    while search.best != before and search.left > 0:
        before = search.best
        size = max(1, len(before) // 2)
        while size:
            search.without(size)
            search.zeroed(size)
            size //= 2
        search.lower()
    return search.best


def _trimmed(taken: list[int]) -> list[int]:
    """Without zeros at the end: where decisions end, all others are 0."""
    end = len(taken)
    while end and not taken[end - 1]:
        end -= 1
    return taken[:end]


class _Search:
    """best: so far. left: attempts that may still be made."""

    def __init__(self, best: list[int], fails: Fails, left: int) -> None:
        self.best = best
        self.left = left
        self._fails = fails
        self._known: set[tuple[int, ...]] = set()

    def without(self, size: int) -> None:
        """Leave out runs of so many decisions, from the end on: what comes last depends on what comes first."""
        start = len(self.best) - size
        while start >= 0:
            start -= 0 if self._try([*self.best[:start], *self.best[start + size :]]) else max(1, size // 3)
            start = min(start, len(self.best) - size)

    def zeroed(self, size: int) -> None:
        """Take the simplest for runs of so many decisions."""
        for start in range(0, len(self.best), size):
            self._try([*self.best[:start], *[0] * len(self.best[start : start + size]), *self.best[start + size :]])

    def lower(self) -> None:
        """Take simpler ones, one by one."""
        for at in range(len(self.best)):
            value = self.best[at] if at < len(self.best) else 0
            for other in sorted({0, value // 2, value - 1} - {value, -1}):
                if self._try([*self.best[:at], other, *self.best[at + 1 :]]):
                    break

    def _try(self, attempt: list[int]) -> bool:
        attempt = _trimmed(attempt)
        key = tuple(attempt)
        if self.left <= 0 or key in self._known or (len(attempt), attempt) >= (len(self.best), self.best):
            return False
        self._known.add(key)
        self.left -= 1
        is_one = self._fails(attempt)
        if is_one:
            self.best = attempt
        return is_one
