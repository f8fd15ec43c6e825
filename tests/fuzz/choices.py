"""Choices: where a generator's decisions come from, so that the same decisions make the same program.

Each decision is a number below some bound, and 0 is always the simplest. So a program is shrunk by shrinking the list
of its decisions (shrink.py): whatever list it is, the program made of it is well-typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Choices:
    """Decisions of a random generator. taken: those so far, in order."""

    def __init__(self, seed: int | str = 0) -> None:
        self.taken: list[int] = []
        self._random = Random(seed).random

    def below(self, bound: int) -> int:
        """A number of 0 to bound - 1."""
        number = int(self._random() * bound)
        self.taken.append(number)
        return number

    def pick(self, options: Sequence[T]) -> T:
        """One of them; the first is the simplest."""
        return options[self.below(len(options))]

    def chance(self, percent: int) -> bool:
        """True so often; False is simpler."""
        return self.below(100) >= 100 - percent

    def many(self, least: int, most: int) -> Iterator[int]:
        """So many rounds; the decisions of each follow upon the decision that there is one, and can go with it."""
        for number in range(most):
            if number >= least and self.below(8) < 2:
                return
            yield number


class Repeated(Choices):
    """Given decisions once more; 0 where they end."""

    def __init__(self, given: Sequence[int]) -> None:
        super().__init__()
        self._given = given

    def below(self, bound: int) -> int:
        at = len(self.taken)
        number = self._given[at] % bound if at < len(self._given) else 0
        self.taken.append(number)
        return number
