"""Executions under attack: what they are told is lost, comes late, or comes twice; and their engine dies.

A "call" of an orchestration, as faults count them, is one thing that one of its executions is told: the end of a step,
a timer, an event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless.memory.execution import MemoryExecution
from cloudless.memory.journal import CALLED, ENDED
from cloudless.memory.world import US

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cloudless.memory.adversary import Adversary
    from cloudless.memory.fault import Fault
    from cloudless.memory.journal import Record

LATE = frozenset({"delay", "reorder"})


class AttackedExecution(MemoryExecution):
    """See MemoryExecution."""

    def __init__(self, adversary: Adversary, *given: Any) -> None:
        super().__init__(*given)
        self._adversary = adversary

    def _tell(self, record: Record) -> None:
        if not self._is_awaited(record):
            return
        faults = self._adversary.turn(self.orchestration)
        for fault in faults:
            if fault.kind in LATE:
                self._strike(fault)
                self._later(record, _us(fault))
                return
        if self._dies(faults, after=False):
            self._lose(record)
            return
        super()._tell(record)
        self._repeat(faults, record)
        self._dies(faults, after=True)

    def _dies(self, faults: Sequence[Fault], *, after: bool) -> bool:
        """Whether the engine dies here; it is made anew from the journal at once."""
        for fault in faults:
            if fault.kind == "crash" and fault.after == after:
                self._strike(fault)
                self.replay()
                return True
        return False

    def _lose(self, record: Record) -> None:
        """What was not recorded: a step is carried out again; timers and events are the platform's, and come again."""
        if record[1] == ENDED:
            self.again(*self._task(record))
        else:
            self._later(record, 0)

    def _later(self, record: Record, by_us: int) -> None:
        """Tell it then, as of then."""
        when_us = self.world.base_us + by_us
        self.world.at(when_us, super()._tell, (when_us, *record[1:]), work=True)

    def _repeat(self, faults: Sequence[Fault], record: Record) -> None:
        for fault in faults:
            if fault.kind == "duplicate" and record[1] == ENDED:
                self._strike(fault)
                task = self._task(record)
                self.world.at(self.world.base_us + _us(fault), lambda task: self.again(*task), task, work=True)

    def _task(self, record: Record) -> tuple[Any, ...]:
        """The step that has ended, as it is carried out."""
        call = next(one for one in reversed(self.journal) if one[1] == CALLED and one[2] == record[2])
        return call[2], call[4], call[5]

    def _strike(self, fault: Fault) -> None:
        self._adversary.struck.add(id(fault))


def _us(fault: Fault) -> int:
    return round(fault.seconds * US)
