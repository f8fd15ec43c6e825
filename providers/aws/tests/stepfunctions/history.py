"""The events of an execution, named and filled in as GetExecutionHistory tells them.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.aws.tests.stepfunctions.limits import EVENTS, text_of

US = 1_000_000
WHOLE = {"truncated": False}


class HistoryFull(Exception):
    """No event fits but the one that ends the execution."""

    def __init__(self, history: History) -> None:
        super().__init__(f"The execution reached the maximum number of history events ({EVENTS}).")
        self.history = history


class History:
    """Events, oldest first. Each knows the one before it in its branch."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def add(self, kind: str, now_us: int, previous: int, details: Mapping[str, Any] | None = None) -> int:
        """Note an event; return its id. details: under the name that its kind has, left out for None."""
        if len(self.events) >= EVENTS - 1 and not kind.startswith("Execution"):
            raise HistoryFull(self)
        event: dict[str, Any] = {"id": len(self.events) + 1, "previousEventId": previous, "type": kind}
        event["timestamp"] = now_us / US
        if details is not None:
            event[details_of(kind)] = dict(details)
        self.events.append(event)
        return len(self.events)


def details_of(kind: str) -> str:
    """The member that holds what is told about an event."""
    for end in ("StateEntered", "StateExited"):
        if kind.endswith(end):
            return f"{end[0].lower()}{end[1:]}EventDetails"
    return f"{kind[0].lower()}{kind[1:]}EventDetails"


def data(name: str, value: Any) -> dict[str, Any]:
    """A value in an event: as text, with how much of it there is."""
    return {name: text_of(value), f"{name}Details": WHOLE}


def exited(state: str, output: Any, assigned: Mapping[str, Any]) -> dict[str, Any]:
    """Of the event that a state was left."""
    details: dict[str, Any] = {"name": state, **data("output", output)}
    if assigned:
        details["assignedVariables"] = {name: text_of(value) for name, value in assigned.items()}
        details["assignedVariablesDetails"] = WHOLE
    return details


def failure(error: str | None, cause: str | None) -> dict[str, str]:
    """Of an event that something failed: only what is known."""
    return {name: one for name, one in (("error", error), ("cause", cause)) if one}
