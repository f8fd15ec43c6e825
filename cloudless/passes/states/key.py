"""Keys: what tells one run of a step from every other one, the same text that the engine makes.

order-7/fulfil:3.body.0/2.0        statement 3.body.0 of fulfil, in round 2 of a loop and round 0 of one in it
order-7/fulfil:4[1]:4.branches.1.0 in branch 1 of the gather or fan-out that is statement 4
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Generic, NamedTuple, TypeVar

C = TypeVar("C")


class Key(NamedTuple, Generic[C]):
    """parts: texts, and what the platform writes for a value that is a text or a number."""

    parts: tuple[str | C, ...]

    def plus(self, *parts: str | C) -> Key[C]:
        """The key and more."""
        return Key((*self.parts, *parts))

    def of(self, id: str, rounds: Iterable[C]) -> Key[C]:
        """That of a statement here. rounds: the numbers of the rounds of the loops around it."""
        counted: list[str | C] = []
        for number in rounds:
            counted += ["." if counted else "/", number]
        return self.plus(":", id, *counted)

    def merged(self) -> Iterator[str | C]:
        """The parts, texts in a row as one."""
        for is_text, parts in groupby(self.parts, key=lambda part: isinstance(part, str)):
            if is_text:
                yield "".join(part for part in parts if isinstance(part, str))
            else:
                yield from parts
