"""What may go wrong, and in what order equal things happen."""

from __future__ import annotations

from random import Random


class Chaos:
    """Nothing goes wrong: what happens at the same time happens in the order of its causes, in one turn."""

    def rank(self) -> float:
        """The place of a message among those of its time."""
        return 0

    def batch(self, most: int) -> int:
        """How many of the messages that wait one turn takes, 1 to most."""
        return most

    def loses_turn(self) -> bool:
        """Whether the worker is lost before its answer arrives: the turn is repeated."""
        return False

    def loses_result(self) -> bool:
        """Whether an activity's worker is lost before its result arrives: it is executed again."""
        return False


class Hostile(Chaos):
    """All of it, by a seed. crashes: how likely a loss is each time; 0 for order and batches alone."""

    def __init__(self, seed: int, crashes: float = 0.1) -> None:
        self._random = Random(seed)
        self._crashes = crashes

    def rank(self) -> float:
        return self._random.random()

    def batch(self, most: int) -> int:
        return self._random.randint(1, most)

    def loses_turn(self) -> bool:
        return self._random.random() < self._crashes

    def loses_result(self) -> bool:
        return self._random.random() < self._crashes


class CrashAt(Chaos):
    """The worker is lost once: at the turn, or at the activity, with that number, from 0."""

    def __init__(self, *, turn: int = -1, activity: int = -1) -> None:
        self._turn = turn
        self._activity = activity
        self.came = False

    def loses_turn(self) -> bool:
        self._turn -= 1
        return self._note(self._turn == -1)

    def loses_result(self) -> bool:
        self._activity -= 1
        return self._note(self._activity == -1)

    def _note(self, lost: bool) -> bool:
        self.came = self.came or lost
        return lost


class CrashEverywhere(Chaos):
    """The worker is lost once at every turn and once at every activity, each time."""

    def __init__(self) -> None:
        self._turns = self._results = 0

    def loses_turn(self) -> bool:
        self._turns += 1
        return self._turns % 2 == 1

    def loses_result(self) -> bool:
        self._results += 1
        return self._results % 2 == 1
