"""Cooperative strands: what runs at the same time in an execution, as generators that yield what they wait for."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any, Protocol

from providers.aws.tests.stepfunctions.errors import StateFailed
from tests.virtual.agenda import Agenda, Entry, Kind


class Effect(Protocol):
    """What a strand waits for. Once it is there, `strand.resume` is called, from the agenda."""

    def start(self, strand: Strand) -> None: ...

    def cancel(self, *, is_told: bool) -> None:
        """The strand will not be resumed any more. is_told: whether the history hears of what was ended."""
        ...


Body = Generator[Effect, Any, Any]
Done = Callable[[Any, StateFailed | None], None]


class Strand:
    """One body and what it waits for. done: called once with the body's value or its failure."""

    def __init__(self, body: Body, done: Done) -> None:
        self._body = body
        self._done = done
        self._effect: Effect | None = None
        self.is_over = False

    def resume(self, value: Any = None, failed: StateFailed | None = None) -> None:
        """Go on until the next effect."""
        if self.is_over:
            return
        self._effect = None
        try:
            effect = self._body.throw(failed) if failed is not None else self._body.send(value)
        except StopIteration as stop:
            self.is_over = True
            self._done(stop.value, None)
        except StateFailed as failure:
            self.is_over = True
            self._done(None, failure)
        else:
            self._effect = effect
            effect.start(self)

    def cancel(self, *, is_told: bool) -> None:
        """End it where it is."""
        self.is_over = True
        if self._effect is not None:
            self._effect.cancel(is_told=is_told)
        self._body.close()


class Pause:
    """Until a time."""

    def __init__(self, agenda: Agenda, until_us: int, kind: Kind) -> None:
        self._agenda = agenda
        self._until_us = until_us
        self._kind = kind
        self._entry: Entry | None = None

    def start(self, strand: Strand) -> None:
        self._entry = self._agenda.add(self._until_us, strand.resume, self._kind)

    def cancel(self, *, is_told: bool) -> None:
        if self._entry is not None:
            self._entry.cancel()


class Watcher(Protocol):
    """Hears how the children of a fork get on, by their index."""

    def started(self, index: int) -> Body: ...
    def succeeded(self, index: int) -> None: ...
    def failed(self, index: int) -> None: ...
    def aborted(self, index: int) -> None: ...


class Fork:
    """Several bodies, at most `limit` at a time; gives their values in order, or the first failure, ending the rest."""

    def __init__(self, agenda: Agenda, now_us: Callable[[], int], count: int, limit: int, watcher: Watcher) -> None:
        self._agenda = agenda
        self._now_us = now_us
        self._count = count
        self._limit = limit
        self._watcher = watcher
        self._children: dict[int, Strand] = {}
        self._entries: list[Entry] = []
        self._values: dict[int, Any] = {}
        self._next = 0

    def start(self, strand: Strand) -> None:
        self._strand = strand
        if self._count == 0:
            self._entries.append(self._agenda.add(self._now_us(), lambda: strand.resume([])))
        self._fill()

    def cancel(self, *, is_told: bool) -> None:
        for entry in self._entries:
            entry.cancel()
        for index, child in list(self._children.items()):
            child.cancel(is_told=is_told)
            if is_told:
                self._watcher.aborted(index)
        self._children.clear()

    def _fill(self) -> None:
        while self._next < self._count and len(self._children) < self._limit:
            index, self._next = self._next, self._next + 1
            child = Strand(self._watcher.started(index), self._done(index))
            self._children[index] = child
            self._entries.append(self._agenda.add(self._now_us(), child.resume))

    def _done(self, index: int) -> Done:
        def done(value: Any, failed: StateFailed | None) -> None:
            del self._children[index]
            if failed is not None:
                self._watcher.failed(index)
                self.cancel(is_told=True)
                self._strand.resume(failed=failed)
                return
            self._watcher.succeeded(index)
            self._values[index] = value
            if len(self._values) == self._count:
                self._strand.resume(self.values())
            else:
                self._fill()

        return done

    def values(self) -> Sequence[Any]:
        return [self._values[index] for index in range(self._count)]
