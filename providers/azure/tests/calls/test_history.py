"""Histories that the stand-in does not write: steps that are under way, and those that the platform lost."""

from __future__ import annotations

import json
from typing import Any

from cloudless_azure.runtime import durable_wire as wire
from cloudless_azure.runtime.history import entries

AT = {"Timestamp": "2026-01-02T12:00:03.1234567Z", "ScheduledTime": "2026-01-02T12:00:01Z"}
INPUT = json.dumps({
    "verb": "call", "target": "charge", "args": {"amount": 3}, "ctx": {"key": "x/pay:0", "attempt": 2, "step": "0"},
})  # fmt: skip


def told(*events: dict[str, Any], id: str = "pay:x") -> list[tuple[Any, ...]]:
    found = entries({"instanceId": id, "historyEvents": [{**AT, **one} for one in events]}, "pay")
    return [(one["kind"], one["name"], one["step"], one["attempt"], one["value"]) for one in found]


def test_a_step_that_is_under_way_has_begun_and_no_more_is_known() -> None:
    assert told({"EventType": "TaskScheduled", "Name": wire.ACTIVITY}) == [("called", "", "", 1, None)]


def test_inputs_are_told_where_the_host_keeps_them() -> None:
    assert told({"EventType": "TaskScheduled", "Input": json.dumps(INPUT)}) == [
        ("called", "charge", "x/pay:0", 2, {"amount": 3})
    ]


def test_a_step_that_the_platform_lost_has_crashed() -> None:
    found = list(
        entries(
            {"instanceId": "pay:x", "historyEvents": [{**AT, "EventType": "TaskFailed", "Reason": "the worker died"}]},
            "pay",
        )
    )
    assert [one["kind"] for one in found] == ["called", "raised"]
    assert (found[1]["error"]["type"], found[1]["error"]["message"]) == ("Crashed", "the worker died")
    assert found[1]["at_s"] - found[0]["at_s"] > 2


def test_events_that_are_not_ours_and_kinds_that_are_new_are_left_out() -> None:
    assert told({"EventType": "EventRaised", "Name": "other", "Input": "1"}, {"EventType": "Novelty"}, {}) == []


def test_an_instance_without_a_history_has_none() -> None:
    assert list(entries({"instanceId": "pay:x", "historyEvents": None}, "pay")) == []
    assert list(entries({"instanceId": "pay:x"}, "pay")) == []


def test_an_ended_execution_says_how() -> None:
    output = wire.FAILURE + json.dumps({"type": "ValueError", "mro": [], "message": "no", "data": {}})
    found = list(
        entries(
            {
                "instanceId": "pay:x",
                "historyEvents": [
                    {**AT, "EventType": "ExecutionCompleted", "OrchestrationStatus": "Failed", "Result": output}
                ],
            },
            "pay",
        )
    )
    assert (found[0]["kind"], found[0]["error"]["message"]) == ("failed", "no")
    assert told({"EventType": "ExecutionTerminated", "Input": "cancelled"}) == [("cancelled", "pay", "", 1, None)]
    assert told({"EventType": "ExecutionTerminated"}, id="~ab:1") == []
