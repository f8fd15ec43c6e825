"""What step entries tell, as entries of ours; of names as the compiler writes them."""

from __future__ import annotations

from typing import Any

import pytest

from cloudless_gcp.clients.history import entries
from cloudless_gcp.compile.workflows.step import titled

AT = "2026-01-02T12:00:0{}.123456789Z"
EXECUTION = {"state": "ACTIVE", "startTime": AT.format(0), "createTime": AT.format(0)}


def step(id: int, name: str, state: str = "STATE_SUCCEEDED", parent: int = 0, payload: str = "") -> dict[str, Any]:
    exception = {"exception": {"payload": payload}} if payload else {}
    above = {"navigationInfo": {"parent": str(parent)}} if parent else {}
    times = {"createTime": AT.format(id), "updateTime": AT.format(id + 1)}
    return {"entryId": str(id), "step": name, "routine": "main", "state": state, **times, **exception, **above}


def told(*steps: dict[str, Any]) -> list[tuple[str, str, str]]:
    found = entries("fulfil", EXECUTION, {}, steps)
    assert found[0].kind == "started"
    return [(one.kind, one.name, one.step) for one in found[1:]]


@pytest.mark.parametrize("name", ["charge", "charge-card", "step-2", "call", "wait-2-3", "a1"])
@pytest.mark.parametrize("serial", ["", "_2"])
@pytest.mark.parametrize(("verb", "noun"), [("call", ""), ("pure", ""), ("send", "queue:"), ("publish", "topic:")])
def test_a_step_is_known_by_its_name(name: str, serial: str, verb: str, noun: str) -> None:
    above = step(1, titled("3.body.0", verb, name) + serial)
    assert told(above, step(2, "post", parent=1)) == [
        ("called", f"{noun}{name}", "3.body.0"),
        ("returned", f"{noun}{name}", "3.body.0"),
    ]


def test_sleeps_and_waits_have_a_beginning_and_an_end() -> None:
    assert told(step(1, titled("1", "sleep")), step(2, titled("2", "sleep") + "_2", "STATE_IN_PROGRESS")) == [
        ("sleeping", "", "1"),
        ("waited", "", "1"),
        ("sleeping", "", "2"),
    ]
    assert told(step(1, titled("1", "wait", "approval")), step(2, titled("2", "wait", "x"), "STATE_FAILED")) == [
        ("waiting", "approval", "1"),
        ("received", "approval", "1"),
        ("waiting", "x", "2"),
    ]


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        ('{"code": 429, "tags": ["HttpError"], "message": "m"}', "ThrottledError"),
        ('{"code": 502, "tags": ["HttpError"]}', "UnavailableError"),
        ('{"code": 503, "tags": ["HttpError"]}', "Crashed"),
        ('{"tags": ["TimeoutError"]}', "TimeoutError"),
        ('{"tags": ["ConnectionError"]}', "UnavailableError"),
        ('{"code": 500, "tags": ["HttpError"], "body": {"crashed": "it left"}}', "Crashed"),
        ('"a text"', "Crashed"),
        ("no JSON", "Crashed"),
        (
            '{"code": 500, "body": {"cloudless_error": {"type": "E", "mro": ["E", "Exception"], "message": "m"}}}',
            "E",
        ),
    ],
)
def test_an_attempt_that_failed_tells_why(payload: str, kind: str) -> None:
    above = step(1, titled("1", "call", "charge"))
    found = entries("fulfil", EXECUTION, {}, [above, step(2, "post", "STATE_FAILED", 1, payload)])
    assert (found[2].kind, found[2].name) == ("raised", "charge")
    assert found[2].error is not None
    assert found[2].error["type"] == kind


def test_attempts_are_counted_below_each_step() -> None:
    steps = [step(1, titled("1", "call", "a")), step(2, "post", "STATE_FAILED", 1), step(3, "post", parent=1)]
    steps += [step(4, titled("1", "call", "a")), step(5, "try", parent=4), step(6, "post", parent=5)]
    found = entries("fulfil", EXECUTION, {}, steps)
    assert [(one.kind, one.attempt) for one in found[1:]] == [
        ("called", 1), ("raised", 1), ("called", 2), ("returned", 2), ("called", 1), ("returned", 1),
    ]  # fmt: skip


def test_what_is_no_step_of_the_program_is_left_out() -> None:
    assert told(step(1, "begin"), step(2, "post", parent=1), step(3, "post"), step(4, "s1_run_other")) == []


def test_steps_that_are_above_each_other_end() -> None:
    assert told(step(1, "a", parent=2), step(2, "post", parent=1)) == []
