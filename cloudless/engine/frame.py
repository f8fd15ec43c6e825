"""Frame: the variables of one orchestration, or branch, that is under way, and where it is."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from cloudless.engine.definition import Program

    class Clock(Protocol):
        """What a program may know of the world without a step; the same whenever it is replayed."""

        entropy: str
        """What nobody outside can guess, of this execution alone: UUIDs are made of it."""

        portion_size: int
        """Fan-outs of more than twice as many items are divided into portions of so many; 0 for never."""

        def now(self) -> str:
            """The time of the last thing that happened, RFC 3339, UTC, six digits of fraction, "Z"."""
            ...


class Frame:
    """base: where it runs, the beginning of its keys. rounds: of the loops around, from 0. value: of a return."""

    __slots__ = ("base", "clock", "program", "rounds", "value", "variables")

    def __init__(self, program: Program, variables: dict[str, Any], base: str, clock: Clock) -> None:
        self.program = program
        self.variables = variables
        self.base = base
        self.clock = clock
        self.rounds: list[int] = []
        self.value: Any = None

    def key(self, id: str) -> str:
        """What tells this run of a statement from every other one."""
        rounds = self.rounds
        return f"{self.base}:{id}/{'.'.join(map(str, rounds))}" if rounds else f"{self.base}:{id}"

    def branch(self, id: str, index: int) -> Frame:
        """The frame of a branch: it sees these variables, and its own are nobody else's."""
        return Frame(self.program, dict(self.variables), f"{self.key(id)}[{index}]", self.clock)
