"""Journal: the last entries, numbered, and who is in which journey. Bounded: a server may run for months."""

from __future__ import annotations

import asyncio
from collections import deque
from itertools import islice
from json import loads
from typing import TYPE_CHECKING, Any, NamedTuple

from cloudless.dev.page.entry import REQUEST, Author, Entry
from cloudless.dev.page.plain import written

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cloudless.dev.feed import News

KEPT_MOST = 10_000
"""Entries that are kept; of 1,000 messages a second, with a send and a delivery each, the last five seconds."""

JOURNEYS_MOST = 50_000
"""Messages whose journey is known; one that lives longer begins another."""

LEFT_MOST = 2_000
"""Of both, for the next process: it must be there within a moment."""

_RUNS = frozenset({"deliver", "invoke", "step", REQUEST})
_SENDS = frozenset({"event", "fire", "publish", "send", "start"})


class Kept(NamedTuple):
    """An entry as it is sent: text is its JSON."""

    number: int
    journey: str
    text: str


class Page(NamedTuple):
    """Entries after a number. missed: how many were between that and the first, and are kept no more, or left out."""

    entries: tuple[Kept, ...]
    missed: int


class Journal:
    """author: writes entries. now_ms: virtual, for news without a time.

    changed: an event that streams wait for. runs: handler → calls, and failed ones among them. sends: queue, topic,
    schedule, orchestration or event → how often.
    """

    def __init__(self, author: Author, now_ms: Callable[[], int], *, most: int = KEPT_MOST) -> None:
        self._author = author
        self._now_ms = now_ms
        self._kept: deque[Kept] = deque(maxlen=most)
        self._journeys: dict[str, str] = {}
        self.last = 0
        self.changed = asyncio.Event()
        self.runs: dict[str, list[int]] = {}
        self.sends: dict[str, int] = {}

    def tell(self, news: News) -> None:
        """Write an entry."""
        entry = self._author.entry(self.last + 1, self._now_ms(), news, self._journey)
        self.last = entry.number
        self._count(entry)
        self._keep(Kept(entry.number, entry.journey, written(entry.plain())))

    def after(self, number: int, most: int) -> Page:
        """Up to so many of the newest entries after a number, oldest first."""
        wanted = max(0, self.last - number)
        count = min(wanted, most, len(self._kept))
        found = tuple(islice(self._kept, len(self._kept) - count, None)) if count else ()
        return Page(found, wanted - count)

    def journey(self, id: str) -> Sequence[Kept]:
        """The entries of a journey that are still kept, oldest first."""
        return [one for one in self._kept if one.journey == id]

    def state(self) -> dict[str, Any]:
        """The newest of it as JSON, for the journal of the next process."""
        kept = islice(self._kept, max(0, len(self._kept) - LEFT_MOST), None)
        journeys = islice(self._journeys.items(), max(0, len(self._journeys) - LEFT_MOST), None)
        return {
            "last": self.last,
            "entries": [[one.number, one.journey, one.text] for one in kept],
            "journeys": dict(journeys),
            "runs": self.runs,
            "sends": self.sends,
        }

    def resume(self, state: dict[str, Any]) -> None:
        """Go on from the state of another process."""
        self.last, self._journeys = state["last"], state["journeys"]
        self.runs, self.sends = state["runs"], state["sends"]
        for number, journey, text in state["entries"]:
            self._keep(Kept(number, journey, text))

    def _keep(self, one: Kept) -> None:
        self._kept.append(one)
        self.changed.set()

    def _journey(self, message: str, cause: str) -> str:
        """Where it began: where it was before, with what caused it, or with itself."""
        known = self._journeys
        journey = known.get(message) or known.get(cause) or cause or message
        if message and message not in known:
            known[message] = journey
            if len(known) > JOURNEYS_MOST:
                del known[next(iter(known))]
        return journey

    def _count(self, entry: Entry) -> None:
        if entry.kind in _SENDS:
            self.sends[entry.name] = self.sends.get(entry.name, 0) + 1
        elif entry.kind in _RUNS:
            runner = entry.name if entry.kind in {"invoke", "step"} else entry.handler
            counts = self.runs.setdefault(runner, [0, 0])
            counts[0] += 1
            counts[1] += entry.is_failure


def read(kept: Sequence[Kept]) -> list[Any]:
    """Entries as JSON values."""
    return [loads(one.text) for one in kept]
