"""The status of an instance as the extension's HTTP API gives it.

After DurableClient.GetDurableOrchestrationStatusAsync and HttpApiHandler.ConvertFrom of
https://github.com/Azure/azure-functions-durable-extension; the events of a history are put together there: what was
scheduled goes into what came of it.
https://learn.microsoft.com/en-us/azure/azure-functions/durable/durable-functions-http-api#get-instance-status
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from providers.azure.tests.durable.history import NAMES
from providers.azure.tests.durable.instance import COMPLETED, NUMBERS, PENDING, Instance

Plain = dict[str, Any]
_SCHEDULED = {
    "TaskCompleted": "TaskScheduled",
    "TaskFailed": "TaskScheduled",
    "SubOrchestrationInstanceCompleted": "SubOrchestrationInstanceCreated",
    "SubOrchestrationInstanceFailed": "SubOrchestrationInstanceCreated",
}
_WITH_OUTPUT = {"TaskCompleted", "SubOrchestrationInstanceCompleted", "ExecutionCompleted"}
_NEVER_SHOWN = {"OrchestratorStarted", "OrchestratorCompleted"}
_DROPPED = ("EventId", "IsPlayed", "TaskScheduledId", "TimerId", "Version", "OrchestrationInstance")
_STATUSES = {number: name for name, number in NUMBERS.items()}


def status_of(
    one: Instance, *, shows_history: bool = False, shows_output: bool = False, shows_input: bool = True
) -> Plain:
    """The JSON object of an instance. shows_output: whether the events of the history have results."""
    status: Plain = {
        "name": one.name,
        "instanceId": one.id,
        "runtimeStatus": one.status,
        "input": json.loads(one.input) if shows_input else None,
        "customStatus": one.custom_status,
        "output": one.output if one.status == COMPLETED else _parsed(one.output),
        "createdTime": _whole(one.created),
        "lastUpdatedTime": _whole(one.updated),
    }
    if shows_history and one.status != PENDING:
        status["historyEvents"] = _shown(one.history.events(), shows_output=shows_output, shows_input=shows_input)
    return status


def _whole(moment: datetime) -> str:
    """Times of an instance have no fractions."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _shown(events: list[Plain], *, shows_output: bool, shows_input: bool) -> list[Plain]:
    """What was scheduled goes into what came of it; the beginnings and ends of turns are left out."""
    by_key = {_key(event): event for event in events if event["EventId"] >= 0}
    befores = [by_key.get(_source(event)) for event in events]
    merged = [_key(before) for before in befores if before is not None]
    return [
        _event(event, before, shows_output=shows_output, shows_input=shows_input)
        for event, before in zip(events, befores, strict=True)
        if _name(event) not in _NEVER_SHOWN and _key(event) not in merged
    ]


def _name(event: Plain) -> str:
    number: int = event["EventType"]
    return NAMES[number]


def _key(event: Plain) -> tuple[str, int]:
    return _name(event), event["EventId"]


def _source(event: Plain) -> tuple[str, int]:
    """The key of what was scheduled before."""
    return _SCHEDULED.get(_name(event), ""), event.get("TaskScheduledId", -1)


def _event(event: Plain, before: Plain | None, *, shows_output: bool, shows_input: bool) -> Plain:
    shown = {name: value for name, value in event.items() if name not in _DROPPED}
    kind = shown["EventType"] = _name(event)
    if before is not None:
        shown |= {"ScheduledTime": before["Timestamp"], "FunctionName": before["Name"], "Input": before["Input"]}
    if kind == "ExecutionStarted":
        shown["FunctionName"] = shown.pop("Name")
    if kind == "ExecutionCompleted":
        shown["OrchestrationStatus"] = _STATUSES[event["OrchestrationStatus"]]
    if kind in _WITH_OUTPUT and not shows_output:
        shown.pop("Result", None)
    elif kind in _WITH_OUTPUT:
        shown["Result"] = _parsed(shown["Result"])
    if not shows_input:
        shown.pop("Input", None)
    return shown


def _parsed(text: str | None) -> Any:
    """A result, which is JSON; what is not, such as the text of a failure, stays as it is."""
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return text
