"""Tasks of the model of Step Functions: calls, task tokens, time-outs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from providers.aws.tests.stepfunctions.cases import (
    DIRECT,
    END,
    GUIDE,
    QUERY,
    RECORDED,
    SPEC,
    Case,
    answers,
    call,
    done,
    id_of,
    machine,
    raises,
    slow,
    wait_for_token,
)
from providers.aws.tests.stepfunctions.errors import ApiError, Failed, Unspecified
from providers.aws.tests.stepfunctions.invocation import Reply
from providers.aws.tests.stepfunctions.jsonata import Jsonata
from providers.aws.tests.stepfunctions.run import Running, run

CATCH = [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput %}", "Next": "z"}]
Z = {"z": {"Type": "Succeed"}}
ANSWERS: list[Any] = [None, "HelloWorld", 0, True, {}, []]

CASES = [
    Case(
        "the function gets the Payload and its answer comes as Payload",
        f"{GUIDE}/connect-lambda.html",
        {"t": call("f", {"a": "{% $states.input %}"}, Output="{% $states.result.Payload %}")},
        value=1,
        functions={"f": lambda payload: {"got": payload}},
        output={"got": {"a": 1}},
    ),
    Case(
        "around the answer is what Lambda says",
        f"{RECORDED}/services/test_lambda_task_service.py",
        {"t": call("f", Output="{% [$states.result.StatusCode, $states.result.ExecutedVersion] %}")},
        functions={"f": answers(None)},
        output=[200, "$LATEST"],
    ),
    *(
        Case(
            f"the answer may be {answer!r}",
            f"{RECORDED}/services/test_lambda_task_service.py",
            {"t": call()},
            functions={"f": answers(answer)},
            output=answer,
        )
        for answer in ANSWERS
    ),
    Case(
        "without Output the whole result is the output",
        f"{SPEC}#using-arguments-and-output",
        {
            "t": {k: v for k, v in call(Next="z").items() if k != "Output"},
            "z": done("{% $sort($keys($states.input)) %}"),
        },
        functions={"f": answers(1)},
        output=["ExecutedVersion", "Payload", "SdkHttpMetadata", "SdkResponseMetadata", "StatusCode"],
    ),
    Case(
        "a direct call has the answer as its result",
        f"{GUIDE}/connect-lambda.html",
        {"t": {"Type": "Task", "Resource": DIRECT, "Arguments": [1, "{% $states.input %}"], **END}},
        value=2,
        functions={DIRECT: lambda payload: {"got": payload}},
        output={"got": [1, 2]},
    ),
    Case(
        "FunctionName may be an expression",
        f"{RECORDED}/states_variables/test_error_output.py",
        {"t": call("{% 'f:' & $states.input %}")},
        value="live",
        functions={"f:live": answers("live")},
        output="live",
    ),
    Case(
        "an exception fails the task with its class and Lambda's JSON",
        f"{RECORDED}/error_handling/test_task_service_lambda.py",
        {"t": call()},
        functions={"f": lambda payload: _raise(Failed.raised("Exception", "Some exception was raised."))},
        error="Exception",
        cause='{"errorMessage":"Some exception was raised.","errorType":"Exception","requestId":',
    ),
    Case(
        "a function that is not there fails the task",
        f"{RECORDED}/error_handling/test_task_service_lambda.py",
        {"t": call("nope")},
        error="Lambda.ResourceNotFoundException",
        cause="Function not found",
    ),
    Case(
        "a task ends when its function does",
        f"{SPEC}#task-state",
        {"t": call()},
        functions={"f": slow(2.5)},
        output="done",
        took_s=2.5,
    ),
    Case(
        "TimeoutSeconds fails the task",
        f"{RECORDED}/timeouts/test_timeouts.py",
        {"t": call(TimeoutSeconds=5)},
        functions={"f": slow(6)},
        error="States.Timeout",
        took_s=5,
    ),
    Case(
        "a task in time is not timed out",
        f"{SPEC}#timeouts",
        {"t": call(TimeoutSeconds=5)},
        functions={"f": slow(4)},
        output="done",
        took_s=4,
    ),
    Case(
        "the time-out may be an expression",
        f"{SPEC}#timeouts",
        {"t": call(TimeoutSeconds="{% $states.input.s + 1 %}")},
        value={"s": 2},
        functions={"f": slow(6)},
        error="States.Timeout",
        took_s=3,
    ),
    *(
        Case(
            f"the time-out must not be {value}",
            f"{SPEC}#jsonata-runtime-errors",
            {"t": call(TimeoutSeconds=f"{{% {value} %}}")},
            error=QUERY,
            cause="specified for the field 'TimeoutSeconds'",
        )
        for value in ("0", "-1", "1.5", "'1'", "true")
    ),
    Case(
        "a time-out is caught, with an empty cause",
        f"{RECORDED}/error_handling/test_task_service_lambda.py",
        {"t": call(TimeoutSeconds=5, Catch=CATCH), **Z},
        functions={"f": slow(6)},
        output={"Error": "States.Timeout", "Cause": ""},
        took_s=5,
    ),
    Case(
        "every attempt has the whole time",
        f"{GUIDE}/state-task.html",
        {"t": call(TimeoutSeconds=5, Retry=[{"ErrorEquals": ["States.Timeout"], "MaxAttempts": 1}])},
        functions={"f": slow(6)},
        error="States.Timeout",
        took_s=11,
    ),
    Case(
        "a task that waits for its token has no answer of itself",
        f"{GUIDE}/connect-to-resource.html#connect-wait-token",
        {"t": wait_for_token()},
        functions={"broker:wait": answers("ignored")},
        status="RUNNING",
        took_s=0,
    ),
    Case(
        "it times out",
        f"{RECORDED}/callback/test_callback.py",
        {"t": wait_for_token(TimeoutSeconds=600)},
        functions={"broker:wait": answers(None)},
        error="States.Timeout",
        took_s=600,
    ),
    Case(
        "it fails where the function does",
        f"{GUIDE}/connect-to-resource.html#connect-wait-token",
        {"t": wait_for_token(TimeoutSeconds=600)},
        functions={"broker:wait": raises("Boom")},
        error="Boom",
        cause="because",
        took_s=0,
    ),
    Case(
        "a heartbeat that is missed is a time-out",
        f"{RECORDED}/timeouts/test_heartbeats.py",
        {"t": wait_for_token(HeartbeatSeconds=5, TimeoutSeconds=600)},
        functions={"broker:wait": answers(None)},
        error="States.Timeout",
        took_s=5,
    ),
    Case(
        "a missed heartbeat can be caught by its own name",
        f"{GUIDE}/concepts-error-handling.html",
        {
            "t": wait_for_token(
                HeartbeatSeconds=5, Catch=[{"ErrorEquals": ["States.HeartbeatTimeout"], "Output": "hb", "Next": "z"}]
            ),
            **Z,
        },
        functions={"broker:wait": answers(None)},
        output="hb",
    ),
    Case(
        "a time-out is no missed heartbeat",
        f"{GUIDE}/concepts-error-handling.html",
        {
            "t": wait_for_token(
                TimeoutSeconds=5, Catch=[{"ErrorEquals": ["States.HeartbeatTimeout"], "Output": "hb", "Next": "z"}]
            ),
            **Z,
        },
        functions={"broker:wait": answers(None)},
        error="States.Timeout",
    ),
]


def _raise(error: Exception) -> Any:
    raise error


@pytest.mark.parametrize("case", CASES, ids=id_of)
def test_task(case: Case, engine: Jsonata) -> None:
    case.check(engine)


Send = Callable[[Running, str], Any]


def success(output: str) -> Send:
    return lambda running, token: running.service.call("SendTaskSuccess", {"taskToken": token, "output": output})


def failure(**fields: str) -> Send:
    return lambda running, token: running.service.call("SendTaskFailure", {"taskToken": token, **fields})


def beat(running: Running, token: str) -> None:
    running.service.call("SendTaskHeartbeat", {"taskToken": token})


def waiting(engine: Jsonata, **fields: Any) -> tuple[Running, str]:
    """A machine that waits for a token, and the token."""
    states = {"t": wait_for_token(**fields), **(Z if "Catch" in fields else {})}
    running = Running(machine(states), {}, {"broker:wait": answers(None)}, engine)
    running.until(0)
    return running, running.calls[-1].payload["token"]


@pytest.mark.parametrize(
    ("send", "fields", "output", "error"),
    [
        (success('{"v": 1}'), {}, {"v": 1}, None),
        (success('"text"'), {}, "text", None),
        (success("null"), {}, None, None),
        (success('{"v": 1}'), {"Output": "{% $states.result.v + 1 %}"}, 2, None),
        (failure(error="Failure error", cause="Failure cause"), {}, None, "Failure error"),
        (failure(error="Denied", cause="no"), {"Catch": CATCH}, {"Error": "Denied", "Cause": "no"}, None),
        (failure(), {"Catch": CATCH}, {"Error": None, "Cause": None}, None),
    ],
)
def test_what_comes_with_the_token_ends_the_task(
    send: Send, fields: dict[str, Any], output: Any, error: str | None, engine: Jsonata
) -> None:
    running, token = waiting(engine, **fields)
    send(running, token)
    running.until()
    assert (running.outcome().output, running.outcome().error) == (output, error)


def test_a_token_that_comes_back_while_the_function_still_runs_counts(engine: Jsonata) -> None:
    def broker(payload: Any) -> None:
        success('"early"')(running, payload["token"])

    running = Running(machine({"t": wait_for_token()}), {}, {"broker:wait": broker}, engine)
    running.until()
    assert running.outcome().output == "early"


def test_a_token_that_came_back_counts_though_the_function_fails_afterwards(engine: Jsonata) -> None:
    def broker(payload: Any) -> None:
        success('"early"')(running, payload["token"])
        raise Failed("Runtime.ExitError", "died")

    running = Running(machine({"t": wait_for_token()}), {}, {"broker:wait": broker}, engine)
    running.until()
    assert running.outcome().output == "early"


def test_a_token_that_came_back_does_not_time_out_while_the_function_still_runs(engine: Jsonata) -> None:
    def broker(payload: Any) -> Reply:
        success('"early"')(running, payload["token"])
        return Reply(None, after_s=9)

    running = Running(machine({"t": wait_for_token(TimeoutSeconds=5)}), {}, {"broker:wait": broker}, engine)
    running.until()
    assert (running.outcome().output, running.outcome().took_s) == ("early", 9)


@pytest.mark.parametrize("again", [success("1"), failure(error="E"), beat])
def test_a_token_counts_once(again: Send, engine: Jsonata) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html: TaskTimedOut."""
    running, token = waiting(engine)
    success("1")(running, token)
    with pytest.raises(ApiError) as caught:
        again(running, token)
    assert caught.value.code == "TaskTimedOut"


def test_a_token_after_its_time_out_is_closed(engine: Jsonata) -> None:
    running, token = waiting(engine, TimeoutSeconds=60, Catch=CATCH)
    running.until(60)
    with pytest.raises(ApiError, match="TaskTimedOut"):
        success("1")(running, token)
    assert running.outcome().output == {"Error": "States.Timeout", "Cause": ""}


def test_a_token_of_an_execution_that_was_stopped_is_closed(engine: Jsonata) -> None:
    running, token = waiting(engine)
    running.execution.abort("", "")
    with pytest.raises(ApiError, match="TaskTimedOut"):
        success("1")(running, token)


def test_an_invented_token_is_invalid(engine: Jsonata) -> None:
    running, _ = waiting(engine)
    with pytest.raises(ApiError, match="InvalidToken"):
        success("1")(running, "nope")


@pytest.mark.parametrize("output", ["", "{", "nope", "NaN", '"' + "x" * 262_143 + '"'])
def test_an_output_must_be_json_within_the_quota(output: str, engine: Jsonata) -> None:
    running, token = waiting(engine)
    with pytest.raises(ApiError) as caught:
        success(output)(running, token)
    assert caught.value.code in {"InvalidOutput", "ValidationException"}


def test_heartbeats_keep_a_task_alive(engine: Jsonata) -> None:
    running, token = waiting(engine, HeartbeatSeconds=10, TimeoutSeconds=60)
    for at_s in (9, 18, 27):
        running.now_us = running.execution.start_us + at_s * 1_000_000
        running.service.pump()
        beat(running, token)
    running.until()
    assert (running.outcome().error, running.outcome().took_s) == ("States.Timeout", 37)


def test_heartbeats_do_not_prolong_the_task(engine: Jsonata) -> None:
    running, token = waiting(engine, HeartbeatSeconds=10, TimeoutSeconds=15)
    running.now_us += 9_000_000
    beat(running, token)
    running.until()
    assert running.outcome().took_s == 15


def test_an_answer_after_the_time_out_is_ignored(engine: Jsonata) -> None:
    states = {"t": call(TimeoutSeconds=1, Catch=CATCH, Next="z"), "z": {"Type": "Wait", "Seconds": 9, **END}}
    outcome = run(machine(states), {}, {"f": slow(5)}, engine)
    assert (outcome.output, outcome.took_s) == ({"Error": "States.Timeout", "Cause": ""}, 10)


def test_a_function_that_answers_after_the_time_out_submits_nothing(engine: Jsonata) -> None:
    states = {"t": wait_for_token(TimeoutSeconds=1, Catch=CATCH), "z": {"Type": "Wait", "Seconds": 9, **END}}
    outcome = run(machine(states), {}, {"broker:wait": slow(5)}, engine)
    kinds = [one["type"] for one in outcome.events]
    assert "TaskTimedOut" in kinds
    assert "TaskSubmitted" not in kinds


@pytest.mark.parametrize(
    "states",
    [
        {"t": call("f", None)},
        {"t": call("{% 'no name' %}")},
        {"t": {**call(), "Arguments": "{% {'Payload': 1} %}"}},
        {"t": call(TimeoutSeconds="{% 5 %}", HeartbeatSeconds="{% 5 %}")},
    ],
)
def test_what_the_pages_leave_open_of_tasks(states: dict[str, Any], engine: Jsonata) -> None:
    with pytest.raises(Unspecified):
        run(machine(states), {}, {"f": answers(1)}, engine)


def test_an_error_of_a_function_does_not_begin_with_states(engine: Jsonata) -> None:
    """https://states-language.net/#error-representation."""
    with pytest.raises(Unspecified, match=r"States\.Mine"):
        run(machine({"t": call()}), {}, {"f": raises("States.Mine")}, engine)
