"""The world: a virtual clock, a heap of events, sources with something to deliver, and seeded disorder.

Time is a whole number of microseconds since the epoch: floats lose it over the years. Two kinds of event:
work (back-off, locks that end, handlers that take time), which `run` waits for, and timers (schedules,
delayed messages), which only `advance` waits for. Both happen in order of time, then of creation.
"""

from __future__ import annotations

from heapq import heappop, heappush
from random import Random
from typing import TYPE_CHECKING, Any

from cloudless.errors import NeverQuiet, hidden

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Protocol

    from cloudless.errors import CloudlessError
    from cloudless.memory.history import History

    class Source(Protocol):
        """Something to deliver from: a channel, or the steps of an execution.

        listed: whether it is in `ready`. weight: of a delivery, where deliveries are counted to tell a world that is
        never quiet; 0 for a source that notices so itself.
        """

        listed: bool
        weight: int

        def deliver_next(self) -> None: ...
        def has_ready(self) -> bool: ...
        def waiting(self) -> int: ...


__tracebackhide__ = hidden
US = 1_000_000
"""Microseconds in a second."""

_PATIENCE = 10_000
_PATIENCE_PER_MESSAGE = 200


def _first() -> float:
    """The choice of a calm world: always what comes first."""
    return 0.0


class World:
    """now_us: virtual time; ahead of `base_us` while a handler that takes time has spent some of it.

    is_calm: whether things happen in the order in which they were asked for, instead of the seed's.
    """

    __slots__ = (
        "_events",
        "_random",
        "_sequence",
        "_work",
        "base_us",
        "delivered",
        "history",
        "is_calm",
        "now_us",
        "random",
        "ready",
        "refused",
    )

    def __init__(self, start_us: int, seed: int, history: History, *, is_calm: bool = False) -> None:
        self.now_us = self.base_us = start_us
        self.history = history
        self.ready: list[Source] = []
        self.delivered = 0
        self.refused: CloudlessError | None = None
        self._events: list[tuple[int, int, bool, Callable[[Any], None], Any]] = []
        self._sequence = 0
        self._work = 0
        self._random = Random(seed)
        self.is_calm = is_calm
        self.random = _first if is_calm else self._random.random

    def new_id(self) -> str:
        """32 hexadecimal digits from the seed."""
        return "%032x" % self._random.getrandbits(128)  # noqa: UP031  (0.2 µs; an f-string of an int is slower here)

    def at(self, when_us: int, action: Callable[[Any], None], argument: Any, *, work: bool) -> None:
        """Call `action(argument)` at a time, or now if that has passed."""
        self._sequence += 1
        self._work += work
        heappush(self._events, (when_us, self._sequence, work, action, argument))

    def waiting(self) -> int:
        """How many messages wait to be delivered now."""
        return sum(source.waiting() for source in self.ready)

    def next_us(self) -> int | None:
        """When something happens next by itself; None where nothing does."""
        return self._events[0][0] if self._events else None

    def due(self) -> Iterator[tuple[int, Callable[[Any], None], Any]]:
        """Time, action and argument of everything that is to happen, in no order."""
        return ((when_us, action, argument) for when_us, _, _, action, argument in self._events)

    def run(self) -> None:
        """Carry out what is in flight, and its back-off; stop before schedules and delays alone are left."""
        patience = self._patience()
        self._drain(patience)
        while self._work:
            self._step()
            self._drain(patience)
        self.raise_refused()

    def advance(self, by_us: int) -> None:
        """Do everything that is due within `by_us`, in order of time."""
        self._advance_to(self.base_us + by_us, self._patience(by_us))
        self.raise_refused()

    def run_until(self, condition: Callable[[], bool], limit_us: int) -> bool:
        """Go on, event by event, until the condition holds; False where `limit_us` passes first."""
        end = self.base_us + limit_us
        while not condition():
            if self.ready:
                self._deliver_one()
            elif self._events and self._events[0][0] <= end:
                self._step()
            else:
                self._move_to(end)
                return condition()
            self.raise_refused()
        return True

    def meanwhile(self, by_us: int) -> None:
        """Do everything that is due within `by_us` while the handler that is running stands still."""
        end_us, self.now_us = self.now_us + by_us, self.base_us  # others begin where the world is
        self._advance_to(end_us, self._patience(by_us))

    def refuse(self, error: CloudlessError) -> CloudlessError:
        """Remember what a handler must not get away with: the verb that is going on will raise it at its end.

        In the cloud it would be one more exception in a handler, retried and dead-lettered; a test must fail.
        """
        self.refused = self.refused or error
        return error

    def raise_refused(self) -> None:
        """Raise what was refused since the last verb, if anything."""
        error, self.refused = self.refused, None
        if error is not None:
            raise error

    def _advance_to(self, end_us: int, patience: int) -> None:
        self._drain(patience)
        while self._events and self._events[0][0] <= end_us:
            self._step()
            if self.ready:
                self._drain(patience)
        self._move_to(end_us)

    def _step(self) -> None:
        when_us, _, work, action, argument = heappop(self._events)
        self._work -= work
        if when_us > self.base_us:
            self.now_us = self.base_us = when_us
        action(argument)

    def _move_to(self, when_us: int) -> None:
        self.now_us = self.base_us = max(self.base_us, when_us)

    def _drain(self, patience: int) -> None:
        """Deliver until nothing is ready; which channel is next, the seed decides."""
        ready, random = self.ready, self.random
        while ready:
            count = len(ready)
            index = int(random() * count) if count > 1 else 0
            channel = ready[index]
            channel.deliver_next()
            if channel.listed and not channel.has_ready():
                self._delist(channel, index)
            self.delivered += channel.weight
            if self.delivered > patience:
                raise NeverQuiet(self.history.loop(patience))

    def _delist(self, channel: Source, index: int) -> None:
        """Take a channel off the list: from its place, unless others were delivered meanwhile."""
        ready = self.ready
        channel.listed = False
        if index >= len(ready) or ready[index] is not channel:
            index = ready.index(channel)
        if self.is_calm:
            del ready[index]
            return
        ready[index] = ready[-1]
        ready.pop()

    def _deliver_one(self) -> None:
        index = int(self.random() * len(self.ready))
        channel = self.ready[index]
        channel.deliver_next()
        if channel.listed and not channel.has_ready():
            self._delist(channel, index)
        self.delivered += channel.weight

    def _patience(self, by_us: int = 0) -> int:
        """The delivery count at which the world is called restless: generous, and growing with what waits."""
        waiting = self.waiting() + len(self._events)
        minutes = by_us // (60 * US)
        return self.delivered + _PATIENCE + _PATIENCE_PER_MESSAGE * waiting + 100 * minutes
