"""The answer of an orchestrator: the actions so far, all of them at every turn.

The extension takes them in order and awaits each before the next (see the package): `reached` says how far it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

CALL_ACTIVITY = 0
CALL_SUB_ORCHESTRATOR = 2
CREATE_TIMER = 5
WAIT_FOR_EVENT = 6
WHEN_ANY = 11
WHEN_ALL = 12
_COMPOUND = (WHEN_ANY, WHEN_ALL)

Action = dict[str, Any]


class NotDeterministic(AssertionError):
    """A replay did not do what the turn before it did."""


def flat(actions: list[Action]) -> Iterator[Action]:
    """The actions without compounds, in the order of their numbers."""
    for action in actions:
        if action["actionType"] in _COMPOUND:
            yield from flat(action["compoundActions"])
        else:
            yield action


def check_prefix(before: list[Action], now: list[Action]) -> None:
    """Raises NotDeterministic unless `now` begins with all of `before`, but for timers cancelled meanwhile."""
    if now[: len(before)] == before:
        return
    for at, old in enumerate(before):
        new = now[at] if at < len(now) else {}
        if {**old, "isCanceled": True} != {**new, "isCanceled": True} or old.get("isCanceled", False) > new.get(
            "isCanceled", False
        ):
            raise NotDeterministic(f"action {at} was {old}, and is {new or 'nothing'} when replayed")


class Progress:
    """How far the extension is in a list of actions. finished: numbers of tasks that are. events: how many, by name."""

    __slots__ = ("_events", "_finished", "_waits", "reached")

    def __init__(self, finished: set[int], events: Counter[str]) -> None:
        self._finished = finished
        self._events = events
        self._waits: Counter[str] = Counter()
        self.reached: list[Action] = []

    def through(self, actions: list[Action]) -> bool:
        """Take the actions one by one; return whether the last was come by. `reached`: numbered tasks, in order."""
        return all(self._take(action) for action in actions)

    def _take(self, action: Action) -> bool:
        """Schedule an action with all that is in it; return whether awaiting it ends at once."""
        kind = action["actionType"]
        if kind in _COMPOUND:
            done = [self._take(each) for each in action["compoundActions"]]
            if kind == WHEN_ANY and not done:
                raise AssertionError("Task.WhenAny: the tasks argument contains no tasks")
            return any(done) if kind == WHEN_ANY else all(done)
        if kind == WAIT_FOR_EVENT:
            name = action["externalEventName"]
            self._waits[name] += 1
            return self._waits[name] <= self._events[name]
        self.reached.append(action)
        return len(self.reached) - 1 in self._finished or bool(action.get("isCanceled"))
