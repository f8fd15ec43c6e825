"""Steps that are ready to run, and how one leads to the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from providers.gcp.tests.gcwsim.context import Frame
from providers.gcp.tests.gcwsim.errors import Raised
from providers.gcp.tests.gcwsim.history import FAILED, SUCCEEDED, History
from providers.gcp.tests.gcwsim.strand import Body, Turn


class Way(Enum):
    """How a step is left, if not to the next one."""

    JUMP = "next"
    BREAK = "break"
    CONTINUE = "continue"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Signal:
    """block: to whose step `at` a jump goes, or the body of the loop that is left. value: what is returned."""

    way: Way
    block: Block | None = None
    at: int = 0
    value: Any = None


END = Signal(Way.RETURN)
Plain = Callable[[Frame], Signal | None]
Running = Callable[[Frame], Body]


class Step:
    """One step: `plain` where it never waits, else `body`. next: where it goes when it is done.

    routine: the workflow that it belongs to. kind: as the history has it, "STEP_ASSIGN".
    """

    __slots__ = ("body", "kind", "name", "next", "plain", "routine")

    def __init__(self, routine: str, name: str) -> None:
        self.routine = routine
        self.name = name
        self.kind = ""
        self.plain: Plain | None = None
        self.body: Running | None = None
        self.next: Signal | None = None

    def run(self, frame: Frame) -> Body:
        """As a step inside of another one, which is no step in a list of its own."""
        if self.plain is not None:
            return self.plain(frame)
        assert self.body is not None
        return (yield from self.body(frame))


class Block:
    """A list of steps. is_forked: whether other strands may come in between."""

    __slots__ = ("is_forked", "steps")

    def __init__(self, *, is_forked: bool) -> None:
        self.steps: list[Step] = []
        self.is_forked = is_forked

    def run(self, frame: Frame) -> Body:
        """Run the steps; gives the signal that leaves the block, None at its end."""
        steps, run, at = self.steps, frame.run, 0
        takes_turns = self.is_forked and run.is_hostile
        while at < len(steps):
            step = steps[at]
            run.count_step()
            if takes_turns:
                yield Turn(run.agenda, run.now_us())
            if run.history is not None:
                signal = (yield from _recorded(run.history, step, frame)) or step.next
            else:
                signal = (step.plain(frame) if step.plain is not None else (yield from step.run(frame))) or step.next
            if signal is None:
                at += 1
            elif signal.way is Way.JUMP and signal.block is self:
                at = signal.at
            else:
                return signal
        return None


def _recorded(history: History, step: Step, frame: Frame) -> Body:
    """Run a step and note how it went."""
    outer = frame.entry
    entry = history.enter(step.routine, step.name, step.kind, outer)
    frame.entry = entry.id
    try:
        signal = yield from step.run(frame)
    except Raised as raised:
        history.leave(entry, FAILED, raised.value)
        raise
    finally:
        frame.entry = outer
    history.leave(entry, SUCCEEDED)
    return signal
