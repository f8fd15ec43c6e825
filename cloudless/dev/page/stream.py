"""Stream: what happens, as server-sent events, a frame at a time.

https://html.spec.whatwg.org/multipage/server-sent-events.html

    event: hello     {"run", "app"}
    event: frame     {"status", "entries", "missed"}      id: number of the last entry

A stream holds no queue of its own but a number: how far it is in the journal. Where its reader is slow, or more
happens than a frame may hold, the oldest are left out and counted (`missed`): it never falls behind.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cloudless.dev.page.plain import written

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from cloudless.dev.page.journal import Journal
    from cloudless.dev.page.status import Status

FRAME_S = 0.1
"""Between two frames: more often, nobody could read."""

QUIET_S = 0.5
"""Between two frames where nothing happens: depths and clocks change all the same."""

FRAME_MOST = 800
"""Entries of a frame: 8,000 a second."""

AGAIN_MS = 200
"""After which a browser asks again, where a stream has ended: while the application starts anew."""


class Stream:
    """journal: what is told. status: how it stands. is_over: whether the server ends."""

    def __init__(self, journal: Journal, status: Callable[[], Status], is_over: Callable[[], bool]) -> None:
        self._journal = journal
        self._status = status
        self._is_over = is_over

    async def events(self, hello: dict[str, Any], after: int) -> AsyncIterator[str]:
        """The stream from behind an entry, until the server ends or nobody listens."""
        yield f"retry: {AGAIN_MS}\n{_event('hello', hello)}"
        at = min(after, self._journal.last)
        while not self._is_over():
            page = self._journal.after(at, FRAME_MOST)
            at = self._journal.last
            yield f"id: {at}\n{_frame(self._status(), [one.text for one in page.entries], page.missed)}"
            await asyncio.sleep(FRAME_S)
            await self._change(at)

    async def _change(self, at: int) -> None:
        """Wait until something has happened, or for so long."""
        if self._journal.last > at:
            return
        self._journal.changed.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._journal.changed.wait(), QUIET_S - FRAME_S)


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {written(data)}\n\n"


def _frame(status: Status, entries: list[str], missed: int) -> str:
    """Entries are JSON already; no JSON of ours has a line break."""
    told = written(status.plain())
    return f'event: frame\ndata: {{"status":{told},"missed":{missed},"entries":[{",".join(entries)}]}}\n\n'
