"""Labels in place of names, and the states that they stand for: of an orchestration, or of a platform's own machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Label = int
S = TypeVar("S")


class Labelled(Generic[S]):
    """States by label. A label may be used before its state is there."""

    def __init__(self) -> None:
        self.states: dict[Label, S] = {}
        self._count = 0

    def label(self) -> Label:
        """A new label."""
        self._count += 1
        return self._count

    def put(self, label: Label, state: S) -> Label:
        """The state of a label."""
        self.states[label] = state
        return label

    def add(self, state: S) -> Label:
        """The label of a new state."""
        return self.put(self.label(), state)

    def walked(self, start: Label, ways: Callable[[S], Sequence[Label]]) -> list[Label]:
        """Every state that can be reached. ways: from a state, in the order in which people read them."""
        found: dict[Label, None] = {}
        waiting = [start]
        while waiting:
            label = waiting.pop()
            if label not in found:
                found[label] = None
                waiting += reversed(ways(self.states[label]))
        return list(found)

    def skipped(self, label: Label, through: Callable[[S], Label | None]) -> Label:
        """The first state from here that does something. through: where one leads to that does nothing, else None."""
        seen = {label}
        while (behind := through(self.states[label])) is not None and behind not in seen:
            label = behind
            seen.add(label)
        return label
