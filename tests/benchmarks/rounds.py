"""Interleaved rounds: A B C, A B C, …; a ratio is the median of the ratios of each round."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from statistics import median
from time import monotonic
from typing import NamedTuple

from tests.benchmarks.row import OURS, REFERENCE, Goal, Row, Table

Contestant = Callable[[], float]
"""Runs once and returns seconds per unit."""

UNITS = {"ns": 1e9, "µs": 1e6, "ms": 1e3, "s": 1.0}
"""How many of each a second has."""

LEAST = 3
"""Rounds, however long they take."""
MOST = "CLOUDLESS_BENCH_ROUNDS"
"""Set to a number, there are no more rounds than that, and none to warm up: for a look, whose figures say little."""
LOOK = 20
"""Units of a round, at most, in a quick look."""


class Figure(NamedTuple):
    """The median of some rounds, the extremes, and the median ratio to the reference of the same round."""

    value: float
    low: float
    high: float
    ratio: float | None = None

    def row(self, name: str, kind: str, unit: str = "s", goal: Goal | None = None, version: str = "") -> Row:
        """A row of a table in that unit, of a figure in seconds."""
        value, low, high = (each * UNITS.get(unit, 1.0) for each in (self.value, self.low, self.high))
        return Row(name, kind, value, low, high, self.ratio, goal, version)


def figure(times: Sequence[float], references: Sequence[float] | None = None) -> Figure:
    """Of the rounds of a contestant, and those of the reference in the same rounds."""
    ratio = None if references is None else median(a / b for a, b in zip(times, references, strict=True))
    return Figure(median(times), min(times), max(times), ratio)


def over(times: Sequence[float], bare: Sequence[float]) -> Figure:
    """How much more than the bare run of the same round."""
    return figure([a - b for a, b in zip(times, bare, strict=True)])


def enough(turn: int, rounds: int, began: float, budget_s: float) -> bool:
    """Whether a comparison that began then may end before that turn."""
    wanted = min(rounds, int(os.environ.get(MOST, rounds)))
    return turn >= wanted or (turn >= LEAST and monotonic() - began > budget_s)


def warming(rounds: int) -> int:
    """The turn to begin with, where that many come before the first that counts: that one itself in a quick look."""
    return 0 if MOST in os.environ else -rounds


def units(count: int) -> int:
    """Of a round of a process that is told nothing else."""
    return min(count, LOOK) if MOST in os.environ else count


@contextmanager
def settled() -> Generator[None]:
    """Let no collection of garbage look at what is there already; a process in which none does is left as it is."""
    is_settled = gc.get_freeze_count() > 0
    if not is_settled:
        gc.collect()
        gc.freeze()
    try:
        yield
    finally:
        if not is_settled:
            gc.unfreeze()


def compare(contestants: Mapping[str, Contestant], rounds: int = 7, budget_s: float = 30.0) -> dict[str, Figure]:
    """Figures in seconds a unit by name; ratios are to the first contestant. Fewer rounds once the budget is spent."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for run in contestants.values() if warming(1) else ():
        run()  # warm
    with settled():  # modules that others imported must not slow our collections
        began, turn = monotonic(), 0
        while not enough(turn, rounds, began, budget_s):
            for name, run in contestants.items():
                times[name].append(run())
            turn += 1
    first = next(iter(times.values()))
    return {name: figure(own, first) for name, own in times.items()}


def table(
    title: str,
    figures: Mapping[str, Figure],
    goals: Mapping[str, float],
    *,
    unit: str = "µs",
    note: str = "",
    references: int = 1,
) -> Table:
    """A table of figures in seconds. goals: ratios. references: how many of the first are not ours."""
    rows = [
        one.row(name, REFERENCE if at < references else OURS, unit, goal=Goal(goals[name]) if name in goals else None)
        for at, (name, one) in enumerate(figures.items())
    ]
    return Table(title, unit, tuple(rows), note)


def alone(name: str, times: Sequence[float], unit: str, goal: float | None = None) -> Row:
    """A row of ours without a reference, of times in seconds. goal: a value in the unit."""
    return figure(times).row(name, OURS, unit, None if goal is None else Goal(goal, "value"))
