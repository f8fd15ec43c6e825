"""Instance: one execution of an orchestrator, as the extension keeps it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import Any

from providers.azure.tests.durable import history as events
from providers.azure.tests.durable.actions import Action, Progress, check_prefix, flat
from providers.azure.tests.durable.history import History

RUNNING = "Running"
COMPLETED = "Completed"
FAILED = "Failed"
TERMINATED = "Terminated"
_FAILURE = "\n\n$OutOfProcData$:"


class Instance:
    """status: one of the four, since `ended_s`. output: what it returned, or the text of its failure.

    parent: (id, task) of a child.

    turns: how many there were, repeated ones not counted. actions: what the last one asked for, without compounds.
    """

    def __init__(self, id: str, name: str, input: str, parent: tuple[str, int] | None) -> None:
        self.id = id
        self.name = name
        self.input = input
        self.parent = parent
        self.status = RUNNING
        self.output: Any = None
        self.ended_s: float | None = None
        self.history = History()
        self.inbox: list[dict[str, Any]] = []
        self.turns = 0
        self.actions: list[Action] = []
        self.scheduled = 0
        self._finished: set[int] = set()
        self._raised: Counter[str] = Counter()

    def begin_turn(self, now: datetime, messages: list[dict[str, Any]]) -> None:
        """Write what arrived into the history."""
        self.history.add(events.ORCHESTRATOR_STARTED, now)
        for message in messages:
            self.history.add(message["type"], now, **message["fields"])
            self._note(message["type"], message["fields"])

    def _note(self, type: int, fields: dict[str, Any]) -> None:
        if type == events.EVENT_RAISED:
            self._raised[fields["Name"]] += 1
        elif type != events.EXECUTION_STARTED:
            self._finished.add(fields["TimerId"] if type == events.TIMER_FIRED else fields["TaskScheduledId"])

    def body(self) -> str:
        """What the orchestrator's trigger is given."""
        rest = {
            "input": self.input,
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
        state: dict[str, Any] = json.loads(answer.rpartition(_FAILURE)[2])
        actions = [action for each in state["actions"] for action in each]
        found = list(flat(actions))
        check_prefix(self.actions, found)
        self.actions = found
        self.turns += 1
        progress = Progress(self._finished, self._raised)
        if progress.through(actions):
            self._end(state)
        return progress.reached[self.scheduled :]

    def _end(self, state: dict[str, Any]) -> None:
        if "error" in state:
            self.status, self.output = FAILED, f"Orchestrator function '{self.name}' failed: {state['error']}"
        elif state["isDone"]:
            self.status, self.output = COMPLETED, state.get("output")
