"""Errors: as the language has them, whatever a catcher meets; and what is tried again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudless.ir.handler import Retry
from cloudless_aws.compile.asl.failure import caught, cause, names, retriers, table
from cloudless_aws.compile.asl.variable import PLATFORM
from cloudless_aws.failures import error_of_execution
from providers.aws.tests.stepfunctions import Jsonata
from providers.aws.tests.stepfunctions.jsonata import Value

DECLINED: dict[str, Any] = {
    "type": "Declined", "mro": ["Declined", "Failure", "Exception"], "message": 'no "money"\n🎉', "data": {"code": [1]},
}  # fmt: skip
LATE = "step took longer than 3 s"


def retry(*on: str, **changes: Any) -> Retry:
    return Retry(on=tuple(f"shop:{name}" for name in on), **changes)


def evaluated(text: str, variables: dict[str, Any], engine: Jsonata) -> Any:
    (found,) = engine.evaluate([text[2:-2]], variables, now_ms=0, seed=0)
    assert isinstance(found, Value), found
    return found.value


def error_of(error: str, told: str | None, engine: Jsonata) -> Any:
    """What a catcher makes of an Error and a Cause, None for none."""
    output = {"Error": error} if told is None else {"Error": error, "Cause": told}
    return evaluated(caught(LATE), {"states": {"errorOutput": output}, PLATFORM: table()}, engine)


def lambdas(message: str, *, spaces: bool) -> str:
    told: dict[str, Any] = {"errorMessage": message, "errorType": "Failure", "requestId": "0", "stackTrace": []}
    return json.dumps(told, separators=None if spaces else (",", ":"), ensure_ascii=False)


@pytest.mark.parametrize("spaces", [False, True])
@pytest.mark.parametrize("separators", [(", ", ": "), (",", ":")])
def test_an_error_of_ours_is_what_the_function_told(spaces: bool, separators: tuple[str, str], engine: Jsonata) -> None:
    told = json.dumps(DECLINED, separators=separators)
    assert error_of("Failure", lambdas(told, spaces=spaces), engine) == DECLINED


@pytest.mark.parametrize(
    ("error", "told", "kind", "message"),
    [
        ("States.Timeout", "", "TimeoutError", LATE),
        ("States.Timeout", None, "TimeoutError", LATE),
        ("Sandbox.Timedout", '{"errorMessage": "2.00 s", "errorType": "Sandbox.Timedout"}', "TimeoutError", LATE),
        ("Lambda.TooManyRequestsException", "Rate", "ThrottledError", "Lambda.TooManyRequestsException: Rate"),
        ("Lambda.ServiceException", "down", "UnavailableError", "Lambda.ServiceException: down"),
        ("Runtime.ExitError", None, "Crashed", "Runtime.ExitError: "),
        ("KeyError", '{"errorMessage": "\'X\'", "errorType": "KeyError"}', "Crashed", None),
        ("States.QueryEvaluationError", 'the text {"type": is none', "Crashed", None),
        ("Failure", '{"errorMessage": "say {\\\\"type\\\\": 1}"}', "Crashed", None),
    ],
)
def test_all_else_is_the_platforms(error: str, told: str | None, kind: str, message: Any, engine: Jsonata) -> None:
    found = error_of(error, told, engine)
    assert (found["type"], found["mro"][0], found["mro"][-1], found["data"]) == (kind, kind, "Exception", {})
    assert message in {None, found["message"]}


def test_a_machine_fails_with_what_callers_know_as_the_error(engine: Jsonata) -> None:
    error, told = (evaluated(text, {"raised": DECLINED}, engine) for text in cause("raised"))
    assert error == "Declined"
    assert error_of_execution(error, told) == DECLINED


def test_an_error_that_is_too_long_for_a_cause_loses_its_data(engine: Jsonata) -> None:
    long = {**DECLINED, "message": '"' * 9_000, "data": {"text": "x" * 9_000}}
    error, told = (evaluated(text, {"raised": long}, engine) for text in cause("raised"))
    assert len(told) <= 32_768
    assert error_of_execution(error, told) == {**long, "message": '"' * 2_000, "data": {}}


def test_failures_of_the_platform_are_tried_twice_more_before_all_else() -> None:
    (first,) = retriers(None)
    assert "Lambda.TooManyRequestsException" in first["ErrorEquals"]
    assert "States.Timeout" not in first["ErrorEquals"]
    assert first["ErrorEquals"][-1] == "PlatformError"
    assert (first["MaxAttempts"], first["IntervalSeconds"], first["BackoffRate"]) == (2, 1, 2.0)


def test_a_policy_of_one_attempt_is_none() -> None:
    assert len(retriers(retry("Failure", attempts=1))) == 1
    assert names(retry("Failure", attempts=1)) == ["PlatformError"]


def test_a_policy_comes_after_and_is_told_by_names() -> None:
    one = retry("errors.Failure", "Other", attempts=4, delay_s=2, factor=3, max_delay_s=10)
    assert names(one) == ["PlatformError", "Failure", "Other"]
    assert retriers(one)[1] == {
        "ErrorEquals": ["Failure", "Other"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 3.0,
        "MaxDelaySeconds": 10,
    }  # fmt: skip


def test_every_exception_is_all_of_the_platforms_too() -> None:
    one = retry("Exception", "Failure", attempts=2)
    assert retriers(one)[1]["ErrorEquals"] == ["States.ALL"]
    assert names(one) == ["PlatformError", "Failure"]


@pytest.mark.parametrize("name", ["TimeoutError", "OSError"])
def test_time_outs_are_the_platforms_too(name: str) -> None:
    assert retriers(retry(name))[1]["ErrorEquals"] == [name, "Sandbox.Timedout", "States.HeartbeatTimeout",
                                                        "States.Timeout"]  # fmt: skip


@pytest.mark.parametrize(
    ("delay_s", "factor", "max_delay_s", "expected"),
    [
        (0, 2, 600, {"IntervalSeconds": 1, "BackoffRate": 2.0}),
        (0.5, 2, 600, {"IntervalSeconds": 1, "BackoffRate": 2.0}),
        (1.2, 1, 600, {"IntervalSeconds": 2, "BackoffRate": 1.0}),
        (5, 2, 5, {"IntervalSeconds": 5, "BackoffRate": 1.0}),
        (0, 2, 0, {"IntervalSeconds": 1, "BackoffRate": 1.0}),
    ],
)
def test_delays_are_whole_seconds(delay_s: float, factor: float, max_delay_s: float, expected: dict[str, Any]) -> None:
    one = retry("Failure", attempts=3, delay_s=delay_s, factor=factor, max_delay_s=max_delay_s)
    assert retriers(one)[1] == {"ErrorEquals": ["Failure"], "MaxAttempts": 2, **expected}
