"""Interleaved rounds: A B C, A B C, …; a ratio is the median of the ratios of each round."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from statistics import median

Contestant = Callable[[], float]
"""Runs once and returns seconds per unit."""


def compare(contestants: Mapping[str, Contestant], rounds: int = 7) -> dict[str, tuple[float, float]]:
    """Median seconds per unit and median ratio to the first contestant, by name."""
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for run in contestants.values():
        run()  # warm
    gc.collect()
    gc.freeze()  # modules that others imported must not slow our collections
    for _ in range(rounds):
        for name, run in contestants.items():
            times[name].append(run())
    gc.unfreeze()
    first = next(iter(times.values()))
    return {name: (median(own), median(a / b for a, b in zip(own, first, strict=True))) for name, own in times.items()}


def show(title: str, figures: Mapping[str, tuple[float, float]], goals: Mapping[str, float]) -> None:
    """Print a table: microseconds, ratio, goal."""
    print(f"\n{title}")
    for name, (seconds, ratio) in figures.items():
        goal = f"   goal ≤ {goals[name]:g} ×" if name in goals else ""
        print(f"  {name:<44} {seconds * 1e6:>10.2f} µs {ratio:>7.2f} ×{goal}")
