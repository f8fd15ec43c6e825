"""The history of an instance: events as the extension writes them, and the text that it sends at each turn.

Names and numbers: https://github.com/Azure/durabletask/tree/main/src/DurableTask.Core/History
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

EXECUTION_STARTED = 0
EXECUTION_COMPLETED = 1
EXECUTION_TERMINATED = 3
TASK_SCHEDULED = 4
TASK_COMPLETED = 5
TASK_FAILED = 6
SUB_CREATED = 7
SUB_COMPLETED = 8
SUB_FAILED = 9
TIMER_CREATED = 10
TIMER_FIRED = 11
ORCHESTRATOR_STARTED = 12
ORCHESTRATOR_COMPLETED = 13
EVENT_RAISED = 15
EXECUTION_SUSPENDED = 19
EXECUTION_RESUMED = 20

NAMES: tuple[str, ...] = (
    "ExecutionStarted", "ExecutionCompleted", "ExecutionFailed", "ExecutionTerminated", "TaskScheduled",
    "TaskCompleted", "TaskFailed", "SubOrchestrationInstanceCreated", "SubOrchestrationInstanceCompleted",
    "SubOrchestrationInstanceFailed", "TimerCreated", "TimerFired", "OrchestratorStarted", "OrchestratorCompleted",
    "EventSent", "EventRaised", "ContinueAsNew", "GenericEvent", "HistoryState", "ExecutionSuspended",
    "ExecutionResumed",
)  # fmt: skip
"""By number."""


def instant(now: datetime) -> str:
    """A time as histories and actions spell it."""
    return now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class History:
    """Append-only. Events of earlier turns are marked as played, and rendered once."""

    __slots__ = ("_new", "_played", "_rendered")

    def __init__(self) -> None:
        self._played: list[str] = []
        self._new: list[dict[str, Any]] = []
        self._rendered = ""

    def __len__(self) -> int:
        return len(self._played) + len(self._new)

    def add(self, type: int, now: datetime, *, id: int = -1, **fields: Any) -> None:
        """Write one event. id: of what is scheduled. fields: by their names in the protocol."""
        self._new.append({"EventType": type, "EventId": id, "IsPlayed": False, "Timestamp": instant(now), **fields})

    def end_turn(self) -> None:
        """What is written is played from now on."""
        for event in self._new:
            event["IsPlayed"] = True
            self._played.append(json.dumps(event))
        self._new.clear()
        self._rendered = ", ".join(self._played)

    def undo_turn(self) -> None:
        """Forget what was written since the last turn ended."""
        self._new.clear()

    def text(self) -> str:
        """The JSON list."""
        new = ", ".join(json.dumps(event) for event in self._new)
        return f"[{self._rendered}{', ' if self._rendered and new else ''}{new}]"

    def events(self) -> list[dict[str, Any]]:
        """All events, played or not."""
        found: list[dict[str, Any]] = json.loads(self.text())
        return found
