"""The events of the model of Step Functions, as recorded on AWS: kinds, order, and which comes after which."""

from __future__ import annotations

import json
from typing import Any

import pytest

from providers.aws.tests.stepfunctions.cases import (
    DIRECT,
    END,
    answers,
    call,
    done,
    flow,
    machine,
    raises,
    slow,
    wait_for_token,
)
from providers.aws.tests.stepfunctions.jsonata import Jsonata
from providers.aws.tests.stepfunctions.limits import EVENTS
from providers.aws.tests.stepfunctions.run import Running, run

OK = {"f": answers(1), "broker:wait": answers(None)}
PROCESSOR = flow({"Inner": {"Type": "Pass", "Assign": {"innerX": 42}, **END}})
MAP = {"Type": "Map", "Items": [1, 2], "ItemProcessor": PROCESSOR, **END}
CATCH = [{"ErrorEquals": ["States.ALL"], "Next": "z"}]
Z = {"z": {"Type": "Succeed"}}
START = ["1<0 ExecutionStarted"]

TABLE: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "assign/test_assign_base BASE_EMPTY",
        {"a": {"Type": "Pass", **END}},
        ["2<0 PassStateEntered", "3<2 PassStateExited", "4<3 ExecutionSucceeded"],
    ),
    (
        "assign/test_assign_reference_variables BASE_UNDEFINED_OUTPUT",
        {"a": done("{% $nope %}")},
        ["2<0 PassStateEntered", "3<0 EvaluationFailed", "4<3 ExecutionFailed"],
    ),
    (
        "assign/test_assign_reference_variables BASE_UNDEFINED_OUTPUT_MULTIPLE_STATES",
        {"a": {"Type": "Pass", "Next": "b"}, "b": done("{% $nope %}")},
        [
            "2<0 PassStateEntered",
            "3<2 PassStateExited",
            "4<3 PassStateEntered",
            "5<3 EvaluationFailed",
            "6<5 ExecutionFailed",
        ],
    ),
    (
        "scenarios/test_base_scenarios test_wait_timestamp_jsonata",
        {"w": {"Type": "Wait", "Timestamp": "{% 'x' %}", **END}},
        ["2<0 WaitStateEntered", "3<2 EvaluationFailed", "4<3 ExecutionFailed"],
    ),
    (
        "scenarios/test_base_scenarios test_fail_error_jsonata",
        {"f": {"Type": "Fail", "Error": "Exception"}},
        ["2<0 FailStateEntered", "3<2 ExecutionFailed"],
    ),
    (
        "services/test_lambda_task_service test_invoke",
        {"t": call()},
        [
            "2<0 TaskStateEntered",
            "3<2 TaskScheduled",
            "4<3 TaskStarted",
            "5<4 TaskSucceeded",
            "6<5 TaskStateExited",
            "7<6 ExecutionSucceeded",
        ],
    ),
    (
        "services/test_lambda_task",
        {"t": {"Type": "Task", "Resource": DIRECT, **END}},
        [
            "2<0 TaskStateEntered",
            "3<2 LambdaFunctionScheduled",
            "4<3 LambdaFunctionStarted",
            "5<4 LambdaFunctionSucceeded",
            "6<5 TaskStateExited",
            "7<6 ExecutionSucceeded",
        ],
    ),
    (
        "timeouts/test_timeouts test_fixed_timeout_service_lambda",
        {"t": call("slow", TimeoutSeconds=5)},
        [
            "2<0 TaskStateEntered",
            "3<2 TaskScheduled",
            "4<3 TaskStarted",
            "5<4 TaskTimedOut",
            "6<5 ExecutionFailed",
        ],
    ),
    (
        "states_variables/test_error_output TASK_CATCH_ERROR_OUTPUT_WITH_RETRY",
        {"t": call("bad", Retry=[{"ErrorEquals": ["E"], "MaxAttempts": 1}], Catch=CATCH), **Z},
        [
            "2<0 TaskStateEntered",
            "3<2 TaskScheduled",
            "4<3 TaskStarted",
            "5<4 TaskFailed",
            "6<5 TaskScheduled",
            "7<6 TaskStarted",
            "8<7 TaskFailed",
            "9<8 TaskStateExited",
            "10<9 SucceedStateEntered",
            "11<10 SucceedStateExited",
            "12<11 ExecutionSucceeded",
        ],
    ),
    (
        "callback/test_callback test_sqs_wait_for_task_token_timeout",
        {"t": wait_for_token(TimeoutSeconds=5)},
        [
            "2<0 TaskStateEntered",
            "3<2 TaskScheduled",
            "4<3 TaskStarted",
            "5<4 TaskSubmitted",
            "6<5 TaskTimedOut",
            "7<6 ExecutionFailed",
        ],
    ),
    (
        "assign/test_assign_base BASE_SCOPE_MAP",
        {"m": {**MAP, "MaxConcurrency": 1}},
        [
            "2<0 MapStateEntered",
            "3<2 MapStateStarted",
            "4<3 MapIterationStarted",
            "5<4 PassStateEntered",
            "6<5 PassStateExited",
            "7<6 MapIterationSucceeded",
            "8<6 MapIterationStarted",
            "9<8 PassStateEntered",
            "10<9 PassStateExited",
            "11<10 MapIterationSucceeded",
            "12<11 MapStateSucceeded",
            "13<11 MapStateExited",
            "14<13 ExecutionSucceeded",
        ],
    ),
    (
        "timeouts/test_timeouts test_service_lambda_map_timeout: all begin at once",
        {"m": MAP},
        ["2<0 MapStateEntered", "3<2 MapStateStarted", "4<3 MapIterationStarted", "5<3 MapIterationStarted"],
    ),
    (
        "scenarios/test_base_scenarios test_map_state_retry",
        {
            "m": {
                "Type": "Map",
                "Items": [1],
                "ItemProcessor": flow({"f": {"Type": "Fail", "Error": "E"}}),
                "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 1}],
                **END,
            }
        },
        [
            "2<0 MapStateEntered",
            "3<2 MapStateStarted",
            "4<3 MapIterationStarted",
            "5<4 FailStateEntered",
            "6<5 MapIterationFailed",
            "7<5 MapStateStarted",
            "8<7 MapIterationStarted",
            "9<8 FailStateEntered",
            "10<9 MapIterationFailed",
            "11<9 MapStateFailed",
            "12<11 ExecutionFailed",
        ],
    ),
    (
        "scenarios/test_base_scenarios test_map_state_items_input_types",
        {"m": {"Type": "Map", "ItemProcessor": PROCESSOR, **END}},
        [
            "2<0 MapStateEntered",
            "3<0 EvaluationFailed",
            "4<3 MapStateFailed",
            "5<4 ExecutionFailed",
        ],
    ),
    (
        "scenarios/test_base_scenarios test_parallel_state_catch",
        {
            "p": {
                "Type": "Parallel",
                "Branches": [flow({"f": {"Type": "Fail", "Error": "E"}})],
                "Catch": CATCH,
                **END,
            },
            **Z,
        },
        [
            "2<0 ParallelStateEntered",
            "3<2 ParallelStateStarted",
            "4<3 FailStateEntered",
            "5<4 ParallelStateFailed",
            "6<5 ParallelStateExited",
            "7<6 SucceedStateEntered",
        ],
    ),
    (
        "callback/test_callback test_sqs_failure_in_wait_for_task_tok_no_error_field",
        {"p": {"Type": "Parallel", "Branches": [flow({"t": call("bad")})], "Catch": CATCH, **END}, **Z},
        [
            "2<0 ParallelStateEntered",
            "3<2 ParallelStateStarted",
            "4<3 TaskStateEntered",
            "5<4 TaskScheduled",
            "6<5 TaskStarted",
            "7<6 TaskFailed",
            "8<7 TaskStateAborted",
            "9<7 ParallelStateFailed",
            "10<9 ParallelStateExited",
        ],
    ),
]


@pytest.mark.parametrize(("recorded", "states", "events"), TABLE, ids=[row[0].replace(" ", "-") for row in TABLE])
def test_events_come_as_recorded(recorded: str, states: dict[str, Any], events: list[str], engine: Jsonata) -> None:
    functions = {**OK, DIRECT: answers(1), "slow": slow(9), "bad": raises("E", "E")}
    outcome = run(machine(states), {}, functions, engine)
    told = [f"{one['id']}<{one['previousEventId']} {one['type']}" for one in outcome.events]
    assert told[: len(events) + 1] == START + events, recorded
    if events[-1].endswith(("Succeeded", "Failed")) and "Execution" in events[-1]:
        assert len(told) == len(events) + 1


def events_of(states: dict[str, Any], engine: Jsonata, value: Any = 1) -> dict[str, dict[str, Any]]:
    """What is told of each kind of event, the last one of a kind."""
    running = Running(machine(states), value, {**OK, "bad": raises("E")}, engine)
    running.until()
    told: dict[str, dict[str, Any]] = {}
    for event in running.execution.history.events:
        details = [one for name, one in event.items() if name.endswith("EventDetails")]
        told[event["type"]] = details[0] if details else {}
    return told


def test_what_is_told_of_a_state(engine: Jsonata) -> None:
    told = events_of({"a": {"Type": "Pass", "Assign": {"x": "s"}, "Output": {"o": 1}, **END}}, engine)
    assert told["PassStateEntered"] == {"name": "a", "input": "1", "inputDetails": {"truncated": False}}
    assert told["PassStateExited"] == {
        "name": "a",
        "output": '{"o":1}',
        "outputDetails": {"truncated": False},
        "assignedVariables": {"x": '"s"'},
        "assignedVariablesDetails": {"truncated": False},
    }


def test_what_is_told_of_an_execution(engine: Jsonata) -> None:
    told = events_of({"a": {"Type": "Pass", **END}}, engine)
    assert told["ExecutionStarted"] == {
        "input": "1",
        "inputDetails": {"truncated": False},
        "roleArn": "arn:aws:iam::111111111111:role/machine",
    }
    assert told["ExecutionSucceeded"] == {"output": "1", "outputDetails": {"truncated": False}}


def test_what_is_told_of_a_task(engine: Jsonata) -> None:
    told = events_of({"t": wait_for_token(TimeoutSeconds=60, HeartbeatSeconds=5)}, engine)
    scheduled = told["TaskScheduled"]
    assert json.loads(scheduled.pop("parameters"))["FunctionName"] == "broker:wait"
    named = {"resource": "invoke.waitForTaskToken", "resourceType": "lambda"}
    assert scheduled == {**named, "region": "us-east-1", "timeoutInSeconds": 60, "heartbeatInSeconds": 5}
    assert told["TaskStarted"] == named
    assert told["TaskTimedOut"] == {**named, "error": "States.Timeout"}
    assert told["ExecutionFailed"] == {"error": "States.Timeout"}


def test_what_is_told_of_a_failed_call(engine: Jsonata) -> None:
    told = events_of({"t": call("bad")}, engine)
    assert told["TaskFailed"] == {"resource": "invoke", "resourceType": "lambda", "error": "E", "cause": "because"}
    assert told["ExecutionFailed"] == {"error": "E", "cause": "because"}


def test_what_is_told_of_an_expression_that_fails(engine: Jsonata) -> None:
    told = events_of({"a": done({"r": "{% $nope %}"})}, engine)["EvaluationFailed"]
    assert (told["state"], told["location"], told["error"]) == ("a", "Output/r", "States.QueryEvaluationError")


def test_what_is_told_of_iterations(engine: Jsonata) -> None:
    told = events_of({"m": MAP}, engine)
    assert told["MapStateStarted"] == {"length": 2}
    assert told["MapIterationStarted"] == {"name": "m", "index": 1}


def test_iterations_that_are_ended_are_told(engine: Jsonata) -> None:
    """The order of test_service_lambda_map_timeout."""
    processor = flow({"t": call("{% $states.input %}")})
    states = {"m": {"Type": "Map", "Items": ["bad", "slow"], "ItemProcessor": processor, **END}}
    outcome = run(machine(states), {}, {"bad": raises("E", after_s=1), "slow": slow(9)}, engine)
    kinds = [one["type"] for one in outcome.events]
    assert kinds[-6:] == [
        "MapIterationFailed",
        "TaskStateAborted",
        "MapIterationAborted",
        "TaskStateAborted",
        "MapStateFailed",
        "ExecutionFailed",
    ]


def test_an_execution_that_is_stopped_says_so(engine: Jsonata) -> None:
    """test_sfn_api test_stop_execution: nothing is told of the state in which it was."""
    running = Running(machine({"w": {"Type": "Wait", "Seconds": 60, **END}}), {}, {}, engine)
    running.until(1)
    running.execution.abort("E", "because")
    events = running.execution.history.events
    assert [one["type"] for one in events] == ["ExecutionStarted", "WaitStateEntered", "ExecutionAborted"]
    assert events[-1]["executionAbortedEventDetails"] == {"error": "E", "cause": "because"}


def test_a_machine_that_takes_too_long_times_out(engine: Jsonata) -> None:
    """test_timeouts test_global_timeout: TIMED_OUT, without error or cause."""
    outcome = run(machine({"w": {"Type": "Wait", "Seconds": 60, **END}}, TimeoutSeconds=5), {}, {}, engine)
    assert (outcome.status, outcome.error, outcome.cause, outcome.took_s) == ("TIMED_OUT", None, None, 5)
    assert outcome.events[-1]["type"] == "ExecutionTimedOut"


def test_a_history_ends_at_its_quota(engine: Jsonata) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html."""
    choice = {"Type": "Choice", "Choices": [{"Condition": False, "Next": "z"}], "Default": "a"}
    loop = {"a": {"Type": "Pass", "Next": "b"}, "b": choice, **Z}
    outcome = run(machine(loop), 1, {}, engine)
    assert (outcome.status, len(outcome.events)) == ("FAILED", EVENTS)
    assert outcome.cause == "The execution reached the maximum number of history events (25000)."
