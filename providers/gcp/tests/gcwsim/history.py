"""What executions did: one entry a step.

https://cloud.google.com/workflows/docs/debug-steps
https://cloud.google.com/workflows/docs/reference/executions/rest/v1/projects.locations.workflows.executions.stepEntries
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

IN_PROGRESS, SUCCEEDED, FAILED, CANCELLED = (
    "STATE_IN_PROGRESS",
    "STATE_SUCCEEDED",
    "STATE_FAILED",
    "STATE_CANCELLED",
)


@dataclass(slots=True)
class Entry:
    """One step on one way through it. id: from 1. parent: the entry of the step around, 0 for none."""

    id: int
    routine: str
    step: str
    kind: str
    parent: int
    created_us: int
    updated_us: int
    state: str = IN_PROGRESS
    error: Any = None


class History:
    """The entries of an execution, in the order in which their steps were entered."""

    def __init__(self, now_us: Callable[[], int]) -> None:
        self.entries: list[Entry] = []
        self._now_us = now_us

    def enter(self, routine: str, step: str, kind: str, parent: int) -> Entry:
        now_us = self._now_us()
        entry = Entry(len(self.entries) + 1, routine, step, kind, parent, now_us, now_us)
        self.entries.append(entry)
        return entry

    def path(self, id: int) -> list[str]:
        """The names of the steps around an entry, and its own, outermost first."""
        names = list[str]()
        while id:
            entry = self.entries[id - 1]
            names.append(entry.step)
            id = entry.parent
        return names[::-1]

    def leave(self, entry: Entry, state: str, error: Any = None) -> None:
        """A step has ended; what it raised, if anything."""
        entry.state, entry.error, entry.updated_us = state, error, self._now_us()

    def cancel(self) -> None:
        """The execution was cancelled."""
        for entry in self.entries:
            if entry.state == IN_PROGRESS:
                self.leave(entry, CANCELLED)
