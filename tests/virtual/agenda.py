"""What is due when: the one queue that all work of a service goes through."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from random import Random
from typing import Any

Work = Callable[[], None]


class Kind(Enum):
    """Why something is due: at once, after a back-off, after a Wait, or because time is up.

    At one instant, what is at once comes before what is up.
    """

    NOW = 0
    BACKOFF = 1
    SLEEP = 2
    LIMIT = 3


@dataclass(slots=True, order=True)
class Entry:
    """One action. It may return work to do without the service's lock."""

    due_us: int
    rank: int
    tie: float
    number: int
    kind: Kind = field(compare=False)
    action: Callable[[], Work | None] = field(compare=False)
    is_cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.is_cancelled = True


class Agenda:
    """Entries in the order of their time. random: shuffles what is due at one instant; without, first in first out."""

    def __init__(self, random: Random | None = None) -> None:
        self._entries: list[Entry] = []
        self._numbers = count()
        self._random = random

    def add(self, due_us: int, action: Callable[[], Any], kind: Kind = Kind.NOW) -> Entry:
        tie = self._random.random() if self._random is not None else 0.0
        rank = int(kind is Kind.LIMIT)
        entry = Entry(due_us, rank, tie, next(self._numbers), kind, action)
        heapq.heappush(self._entries, entry)
        return entry

    def pop(self, now_us: int) -> Entry | None:
        """Take what is due first, None where nothing is."""
        self._clean()
        if self._entries and self._entries[0].due_us <= now_us:
            return heapq.heappop(self._entries)
        return None

    def next_due_us(self, *, sleeps: bool = True) -> int | None:
        """When something is due. sleeps: count waits and time-outs too, not only work and back-off."""
        self._clean()
        if sleeps:
            return self._entries[0].due_us if self._entries else None
        awake = (one.due_us for one in self._entries if one.kind.value < Kind.SLEEP.value and not one.is_cancelled)
        return min(awake, default=None)

    def clear(self) -> None:
        self._entries.clear()

    def _clean(self) -> None:
        while self._entries and self._entries[0].is_cancelled:
            heapq.heappop(self._entries)
