"""Cooperative strands: what runs at the same time in an execution, as generators that yield what they wait for."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Protocol

from providers.gcp.tests.gcwsim.errors import Raised
from providers.gcp.tests.gcwsim.slots import Slots
from tests.virtual import Agenda, Entry, Kind


class Effect(Protocol):
    """What a strand waits for. Once it is there, `strand.resume` is called, from the agenda."""

    def start(self, strand: Strand) -> None: ...

    def cancel(self) -> None:
        """The strand will not be resumed any more."""
        ...


Body = Generator[Effect, Any, Any]
Done = Callable[[Any, Raised | None], None]


class Strand:
    """One body and what it waits for.

    done: called once with the body's value or what it raised. has_slot: whether it counts among those at once.
    """

    def __init__(self, body: Body, done: Done, *, has_slot: bool) -> None:
        self._body = body
        self._done = done
        self._effect: Effect | None = None
        self.has_slot = has_slot
        self.is_over = False

    def resume(self, value: Any = None, error: Raised | None = None) -> None:
        """Go on until the next effect."""
        if self.is_over:
            return
        self._effect = None
        try:
            effect = self._body.throw(error) if error is not None else self._body.send(value)
        except StopIteration as stop:
            self.is_over = True
            self._done(stop.value, None)
        except Raised as failure:
            self.is_over = True
            self._done(None, failure)
        else:
            self._effect = effect
            effect.start(self)

    def cancel(self) -> None:
        """End it where it is."""
        self.is_over = True
        if self._effect is not None:
            self._effect.cancel()
        self._body.close()


class Turn:
    """Let others go first, if they like to."""

    def __init__(self, agenda: Agenda, now_us: int) -> None:
        self._agenda = agenda
        self._now_us = now_us
        self._entry: Entry | None = None

    def start(self, strand: Strand) -> None:
        self._entry = self._agenda.add(self._now_us, strand.resume)

    def cancel(self) -> None:
        if self._entry is not None:
            self._entry.cancel()


class Pause:
    """Until a time."""

    def __init__(self, agenda: Agenda, until_us: int, kind: Kind) -> None:
        self._agenda = agenda
        self._until_us = until_us
        self._kind = kind
        self._entry: Entry | None = None

    def start(self, strand: Strand) -> None:
        self._entry = self._agenda.add(self._until_us, strand.resume, self._kind)

    def cancel(self) -> None:
        if self._entry is not None:
            self._entry.cancel()


class Fork:
    """Several bodies; gives what each raised, None for those that did not, once all have ended.

    order: in which they begin, as far as there is room. limit: how many of these run at once.
    """

    def __init__(
        self, agenda: Agenda, now_us: Callable[[], int], slots: Slots, bodies: Callable[[int], Body], order: list[int]
    ) -> None:
        self._agenda = agenda
        self._now_us = now_us
        self._slots = slots
        self._bodies = bodies
        self._order = order
        self._children: dict[int, Strand] = {}
        self._entries: list[Entry] = []
        self._errors: list[Raised | None] = [None] * len(order)
        self._left = len(order)
        self._is_cancelled = False
        self.limit = len(order)

    def start(self, strand: Strand) -> None:
        self._strand = strand
        if strand.has_slot:
            self._slots.give()
        if self._left == 0:
            self._join()
        for _ in range(min(self.limit, self._left)):
            self._queue()

    def cancel(self) -> None:
        self._is_cancelled = True
        for entry in self._entries:
            entry.cancel()
        for child in self._children.values():
            child.cancel()

    def _queue(self) -> None:
        if self._order:
            index = self._order.pop(0)
            self._slots.take(lambda: self._begin(index))

    def _begin(self, index: int) -> None:
        if self._is_cancelled:
            return
        child = Strand(self._bodies(index), lambda value, error: self._ended(index, error), has_slot=True)
        self._children[index] = child
        self._entries.append(self._agenda.add(self._now_us(), child.resume))

    def _ended(self, index: int, error: Raised | None) -> None:
        del self._children[index]
        self._errors[index] = error
        self._left -= 1
        self._slots.give()
        self._queue()
        if self._left == 0:
            self._join()

    def _join(self) -> None:
        if self._strand.has_slot:
            self._slots.take(self._resume, is_back=True)
        else:
            self._resume()

    def _resume(self) -> None:
        self._entries.append(self._agenda.add(self._now_us(), lambda: self._strand.resume(self._errors)))
