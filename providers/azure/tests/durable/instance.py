"""Instance: one execution of an orchestrator, as the extension keeps it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import Any

from providers.azure.tests.durable import history as events
from providers.azure.tests.durable.actions import Action, Progress, check_prefix, flat
from providers.azure.tests.durable.history import History

PENDING = "Pending"
RUNNING = "Running"
COMPLETED = "Completed"
FAILED = "Failed"
TERMINATED = "Terminated"
SUSPENDED = "Suspended"
ENDED = frozenset({COMPLETED, FAILED, TERMINATED})
NUMBERS = {RUNNING: 0, COMPLETED: 1, FAILED: 3, TERMINATED: 5, PENDING: 6, SUSPENDED: 7}
"""OrchestrationStatus of DurableTask.Core."""

BROKEN = "Out of proc orchestrators must return a valid JSON schema"
"""What is left of a failure whose JSON cannot be read (TaskOrchestrationShim)."""

_FAILURE = "\n\n$OutOfProcData$:"


class Instance:
    """input: JSON. parent: (id, task) of a child. created: when it was started; updated: when that last changed.

    status: one of the six; ended since `ended_s`. output: what it returned, the text of its failure, or the reason of
    who ended it. custom_status: what the orchestrator said of itself.

    turns: how many there were, repeated ones not counted. actions: what the last one asked for, without compounds.
    is_busy: whether the orchestrator is being asked.
    """

    def __init__(self, id: str, name: str, input: str, parent: tuple[str, int] | None, created: datetime) -> None:
        self.id = id
        self.name = name
        self.input = input
        self.parent = parent
        self.created = self.updated = created
        self.status = PENDING
        self.output: Any = None
        self.custom_status: Any = None
        self.ended_s: float | None = None
        self.history = History()
        self.inbox: list[dict[str, Any]] = []
        self.turns = 0
        self.is_busy = False
        self.actions: list[Action] = []
        self.scheduled = 0
        self._finished: set[int] = set()
        self._raised: Counter[str] = Counter()
        self._before = self._finished, self._raised

    @property
    def is_ended(self) -> bool:
        return self.status in ENDED

    @property
    def must_end(self) -> bool:
        """Whether it was told to, and has not."""
        return not self.is_ended and any(one["type"] == events.EXECUTION_TERMINATED for one in self.inbox)

    def begin_turn(self, now: datetime, messages: list[dict[str, Any]]) -> None:
        """Write what arrived into the history."""
        self._before = set(self._finished), Counter(self._raised)
        self.history.add(events.ORCHESTRATOR_STARTED, now)
        for message in messages:
            self.history.add(message["type"], now, **message["fields"])
            self._note(message["type"], message["fields"])

    def undo_turn(self, messages: list[dict[str, Any]]) -> None:
        """Give back what a turn began with: nobody answered."""
        self.history.undo_turn()
        self._finished, self._raised = self._before
        self.inbox[:0] = messages

    def _note(self, type: int, fields: dict[str, Any]) -> None:
        if type == events.EVENT_RAISED:
            self._raised[fields["Name"]] += 1
        elif type == events.TIMER_FIRED:
            self._finished.add(fields["TimerId"])
        elif "TaskScheduledId" in fields:
            self._finished.add(fields["TaskScheduledId"])

    def body(self) -> str:
        """What the orchestrator's trigger is given."""
        rest = {
            "input": json.loads(self.input),
            "instanceId": self.id,
            "isReplaying": False,
            "parentInstanceId": self.parent[0] if self.parent else None,
            "upperSchemaVersion": 0,
            "upperSchemaVersionNew": 2,
            "maximumShortTimerDuration": "6.00:00:00",
            "longRunningTimerIntervalDuration": "3.00:00:00",
        }
        return f'{{"history": {self.history.text()}, {json.dumps(rest)[1:]}'

    def take(self, answer: str) -> list[Action]:
        """Read the answer of a turn; return what is to be scheduled, in order: task `scheduled` first.

        Raises NotDeterministic if it does not repeat what the answer before it asked for.
        """
        self.turns += 1
        try:
            state: dict[str, Any] = json.loads(answer.rpartition(_FAILURE)[2])
        except ValueError:
            self.fail(BROKEN)
            return []
        actions = [action for each in state["actions"] for action in each]
        found = list(flat(actions))
        check_prefix(self.actions, found)
        self.actions = found
        if state.get("customStatus") is not None:
            self.custom_status = state["customStatus"]
        progress = Progress(self._finished, self._raised)
        if progress.through(actions):
            self._end(state)
        return progress.reached[self.scheduled :]

    def _end(self, state: dict[str, Any]) -> None:
        if "error" in state:
            self.fail(f"Orchestrator function '{self.name}' failed: {state['error']}")
        elif state["isDone"]:
            self.status, self.output = COMPLETED, state.get("output")

    def fail(self, text: str) -> None:
        """End with a failure."""
        self.status, self.output = FAILED, text
