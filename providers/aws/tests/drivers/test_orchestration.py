"""The orchestration driver through boto3, against the strict model of Step Functions."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from cloudless.driver.orchestration import pinning
from cloudless.errors import ExecutionExists, NotFound, Unavailable, UnsupportedError
from cloudless_aws.clients import orchestration as module
from cloudless_aws.clients.history import Reading
from providers.aws.tests.drivers.envelopes import envelope
from providers.aws.tests.drivers.place import REGION, START_S, Place
from providers.aws.tests.stepfunctions import Failed

NAME = "shop-prod-fulfil"
CHARGE = f"arn:aws:lambda:{REGION}:{{account}}:function:shop-prod-charge:live"
SHA = "a" * 64


def definition(place: Place, sha: str = SHA, **more: Any) -> str:
    """A step, a wait of a minute, and the end."""
    charge = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {
            "FunctionName": CHARGE.format(account=place.account),
            "Payload": {"args": "{% $states.input.args %}", "ctx": {"key": "7/charge", "attempt": 1}},
        },
        "Assign": {"x": "{% $states.result.Payload.v %}"},
        "Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 1}],
        "Next": "sleep",
    }
    states = {
        "charge": charge,
        "sleep": {"Type": "Wait", "Seconds": 60, "Next": "end"},
        "end": {"Type": "Pass", "Output": {"v": "{% $x %}"}, "End": True},
    }
    whole = {"Comment": f"fulfil {sha}", "QueryLanguage": "JSONata", "StartAt": "charge", "States": states, **more}
    return json.dumps(whole)


def deploy(place: Place, text: str) -> None:
    """As Terraform does: a machine, a version, the alias."""
    call = place.machines.call
    arn = f"arn:aws:states:{REGION}:{place.account}:stateMachine:{NAME}"
    role = f"arn:aws:iam::{place.account}:role/{NAME}"
    known = {one["stateMachineArn"] for one in call("ListStateMachines", {})["stateMachines"]}
    if arn not in known:
        made = call("CreateStateMachine", {"name": NAME, "definition": text, "roleArn": role, "publish": True})
        route = [{"stateMachineVersionArn": made["stateMachineVersionArn"], "weight": 100}]
        call("CreateStateMachineAlias", {"name": "live", "routingConfiguration": route})
        return
    made = call("UpdateStateMachine", {"stateMachineArn": arn, "definition": text, "publish": True})
    route = [{"stateMachineVersionArn": made["stateMachineVersionArn"], "weight": 100}]
    call("UpdateStateMachineAlias", {"stateMachineAliasArn": f"{arn}:live", "routingConfiguration": route})


@pytest.fixture
def fulfil(place: Place) -> Any:
    """The driver; steps answer what they were given."""
    deploy(place, definition(place))
    place.functions.known["shop-prod-charge:live"] = lambda event: {"v": event["args"]}
    addresses = {"orchestrations": {"fulfil": NAME}, "functions": {"charge": "shop-prod-charge"}}
    return place.cloud(**addresses).orchestrations


def call(**arguments: Any) -> Any:
    return envelope(body=json.dumps(arguments), trace="b" * 32, correlation="c")


def advance(place: Place, seconds: float) -> None:
    place.go_on()
    place.now_s += seconds
    place.go_on()


def test_an_execution_runs_and_completes(place: Place, fulfil: Any) -> None:
    fulfil.start("fulfil", "7", call(order=7))
    running = fulfil.describe("fulfil", "7")
    assert (running.status, running.started_s, running.ended_s) == ("running", START_S, None)
    advance(place, 60)
    ended = fulfil.describe("fulfil", "7")
    assert (ended.status, ended.started_s, ended.ended_s) == ("completed", START_S, START_S + 60)
    assert json.loads(ended.output) == {"order": 7}
    [asked] = place.made("states", "StartExecution")
    assert asked["stateMachineArn"].endswith(f":{NAME}:live")
    assert json.loads(asked["input"])["from"] == {
        "id": f"{1:032x}", "trace": "b" * 32, "correlation": "c", "sent": START_S + 0.25,
    }  # fmt: skip


def test_the_same_arguments_start_an_execution_once(place: Place, fulfil: Any) -> None:
    fulfil.start("fulfil", "7", call(order=7, n=1))
    fulfil.start("fulfil", "7", envelope(2, '{"n": 1.0, "order": 7}'))
    advance(place, 60)
    fulfil.start("fulfil", "7", envelope(3, '{"order": 7, "n": 1}'))
    assert len(place.functions.calls) == 1


def test_other_arguments_are_refused_while_it_runs_and_after(place: Place, fulfil: Any) -> None:
    fulfil.start("fulfil", "7", call(order=7))
    with pytest.raises(ExecutionExists, match="'7' of 'fulfil' was started with other arguments within 90 days"):
        fulfil.start("fulfil", "7", call(order=8))
    advance(place, 60)
    with pytest.raises(ExecutionExists):
        fulfil.start("fulfil", "7", call(order=8))


def test_a_start_that_is_told_of_late_is_looked_at_again(place: Place, fulfil: Any) -> None:
    """DescribeExecution is eventually consistent."""
    fulfil.start("fulfil", "7", call(order=7))
    late = [(400, "ExecutionDoesNotExist")] * 2
    place.failing += [(400, "ExecutionAlreadyExists"), *late]
    fulfil.start("fulfil", "7", call(order=7))
    assert place.failing == []
    place.failing += [(400, "ExecutionAlreadyExists"), *([(400, "ExecutionDoesNotExist")] * module.LOOKS)]
    with pytest.raises(Unavailable, match="somebody else has just started execution '7'"):
        fulfil.start("fulfil", "7", call(order=7))
    place.failing.clear()


CAUSE = {"type": "CardDeclined", "mro": ["CardDeclined", "Exception"], "message": "no\tfunds", "data": {"amount": 5}}


def _failing(fail: Callable[[], Any]) -> Any:
    def step(_: Any) -> Any:
        raise fail()

    return step


def test_what_a_program_raised_is_the_error(place: Place, fulfil: Any) -> None:
    """A `Fail` state's Cause, as the definition makes it; `$string` leaves control characters as they are."""
    cause = json.dumps({"errorType": "CardDeclined", "errorMessage": json.dumps(CAUSE).replace("\\t", "\t")})
    fail = {"Type": "Fail", "Error": "CardDeclined", "Cause": cause.replace("\\t", "\t")}
    deploy(place, json.dumps({"QueryLanguage": "JSONata", "StartAt": "fail", "States": {"fail": fail}}))
    fulfil.start("fulfil", "7", call())
    place.go_on()
    found = fulfil.describe("fulfil", "7")
    assert (found.status, found.error, found.output) == ("failed", CAUSE, None)


def test_what_step_functions_gave_up_itself_is_an_internal_error(place: Place, fulfil: Any) -> None:
    fail = {"Type": "Fail", "Error": "States.Runtime", "Cause": "no such path"}
    deploy(place, json.dumps({"QueryLanguage": "JSONata", "StartAt": "fail", "States": {"fail": fail}}))
    fulfil.start("fulfil", "7", call())
    place.go_on()
    error = fulfil.describe("fulfil", "7").error
    assert (error["type"], error["message"]) == ("InternalError", "States.Runtime: no such path")


def test_an_execution_past_its_time_failed_with_a_time_out(place: Place, fulfil: Any) -> None:
    deploy(place, definition(place, TimeoutSeconds=30))
    fulfil.start("fulfil", "7", call())
    advance(place, 30)
    found = fulfil.describe("fulfil", "7")
    assert (found.status, found.error["type"]) == ("failed", "TimeoutError")
    assert "'7' took longer than its time-out" in found.error["message"]
    assert [one.kind for one in fulfil.history("fulfil", "7")][-1] == "failed"


def test_a_result_over_the_limit_of_results_is_an_error(place: Place, fulfil: Any) -> None:
    fulfil.start("fulfil", "7", call())
    place.functions.known["shop-prod-charge:live"] = lambda _: {"v": "x" * 200_000}
    advance(place, 60)
    found = fulfil.describe("fulfil", "7")
    assert (found.status, found.error["type"]) == ("failed", "PayloadTooLarge")


def test_a_cancelled_execution_has_ended(place: Place, fulfil: Any) -> None:
    fulfil.start("fulfil", "7", call())
    place.go_on()
    place.now_s += 10
    fulfil.cancel("fulfil", "7")
    found = fulfil.describe("fulfil", "7")
    assert (found.status, found.ended_s, found.error) == ("cancelled", START_S + 10, None)
    fulfil.cancel("fulfil", "7")
    assert fulfil.history("fulfil", "7")[-1].kind == "cancelled"


def test_a_wait_ends_with_its_time(place: Place, fulfil: Any) -> None:
    fulfil.start("fulfil", "7", call())
    assert fulfil.wait("fulfil", "7", 0).status == "running"
    advance(place, 60)
    assert fulfil.wait("fulfil", "7", None).status == "completed"


def test_executions_are_listed_the_latest_started_first(place: Place, fulfil: Any) -> None:
    for number in range(4):
        fulfil.start("fulfil", f"e{number}", call())
        place.go_on()
        place.now_s += 1
    fulfil.cancel("fulfil", "e2")
    fulfil.cancel("fulfil", "e0")
    assert fulfil.executions("fulfil", None, 10) == ["e3", "e2", "e1", "e0"]
    assert fulfil.executions("fulfil", None, 2) == ["e3", "e2"]
    assert fulfil.executions("fulfil", "running", 10) == ["e3", "e1"]
    assert fulfil.executions("fulfil", "cancelled", 1) == ["e2"], "the latest started, though it ended first"
    assert fulfil.executions("fulfil", "failed", 10) == []


def test_lists_are_read_by_pages(place: Place, fulfil: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 3)
    for number in range(10):
        fulfil.start("fulfil", f"e{number}", call())
        place.now_s += 1
    for number in (9, 0, 1, 2, 3, 4, 5, 6, 7):
        place.now_s += 1
        fulfil.cancel("fulfil", f"e{number}")
    assert fulfil.executions("fulfil", "cancelled", 2) == ["e9", "e7"]
    assert fulfil.executions("fulfil", "running", 9) == ["e8"]


def test_what_runs_is_told_by_its_definition(place: Place, fulfil: Any) -> None:
    fulfil.start("fulfil", "old1", call())
    fulfil.start("fulfil", "old2", call())
    deploy(place, definition(place, "b" * 64))
    fulfil.start("fulfil", "new", call())
    fulfil.start("fulfil", "gone", call())
    fulfil.cancel("fulfil", "gone")
    running = pinning(fulfil)
    assert running is not None
    assert running.running("fulfil") == {SHA: 2, "b" * 64: 1}
    assert len(place.made("states", "DescribeStateMachineForExecution")) == 2, "one of each version"


def test_what_is_not_there_is_not_found(fulfil: Any) -> None:
    for ask in (fulfil.describe, fulfil.history, fulfil.cancel):
        with pytest.raises(NotFound, match="orchestration 'fulfil' has no execution '8'"):
            ask("fulfil", "8")
        with pytest.raises(NotFound, match=r"no address of an orchestration 'other'; it has: \['fulfil'\]"):
            ask("other", "8")


def test_a_machine_that_is_not_deployed_is_not_found(place: Place) -> None:
    orchestrations = place.cloud(orchestrations={"fulfil": "gone"}).orchestrations
    with pytest.raises(NotFound, match="deploy the stage"):
        orchestrations.start("fulfil", "7", call())
    with pytest.raises(NotFound, match="deploy the stage"):
        orchestrations.executions("fulfil", None, 1)


def test_nobody_carries_out_an_execution_himself(fulfil: Any) -> None:
    with pytest.raises(UnsupportedError, match=r"start it, fulfil\.start"):
        fulfil.run("fulfil", call())


def test_native_gives_the_official_client_and_the_arn(place: Place, fulfil: Any) -> None:
    client, arn = fulfil.native("fulfil")
    assert (type(client).__name__, arn.rpartition(":")[2]) == ("SFN", NAME)
    fulfil.close()
    assert place.failing == []


# --- history


def test_the_history_tells_steps_attempts_and_waits(place: Place, fulfil: Any) -> None:
    fulfil.start("fulfil", "7", call(order=7))
    place.functions.known["shop-prod-charge:live"] = _failing(lambda: Failed.raised("Busy", json.dumps(CAUSE)))
    place.go_on()
    place.functions.known["shop-prod-charge:live"] = lambda event: {"v": event["args"]}
    advance(place, 1)
    advance(place, 60)
    told = [(one.kind, one.name, one.step, one.value) for one in fulfil.history("fulfil", "7")]
    order = {"order": 7}
    assert told == [
        ("started", "fulfil", "", order),
        ("called", "charge", "7/charge", order),
        ("raised", "charge", "7/charge", None),
        ("called", "charge", "7/charge", order),
        ("returned", "charge", "7/charge", order),
        ("sleeping", "", "sleep", None),
        ("waited", "", "sleep", None),
        ("completed", "fulfil", "", order),
    ]
    raised = fulfil.history("fulfil", "7")[2]
    assert (raised.error, raised.at_s) == (CAUSE, START_S)


def test_a_failure_of_the_platform_is_told_as_ours(place: Place, fulfil: Any) -> None:
    cause = json.dumps({"errorType": "Runtime.ExitError", "errorMessage": "Runtime exited"})
    place.functions.known["shop-prod-charge:live"] = _failing(lambda: Failed("Runtime.ExitError", cause))
    fulfil.start("fulfil", "7", call())
    place.go_on()
    told = {one.kind: one.error for one in fulfil.history("fulfil", "7")}
    assert (told["raised"]["type"], told["raised"]["message"]) == ("Crashed", "Runtime exited")
    assert told["failed"]["type"] == "InternalError"


def test_what_the_worker_did_is_told_by_what_it_was_asked_for() -> None:
    """As other clouds tell it: pure functions by their names, messages by where they went."""
    message: dict[str, Any] = {"attributes": {}, "delay_s": 0, "group": ""}
    asked: list[dict[str, Any]] = [
        {"op": "pure", "name": "total", "args": {"x": 1}, "ctx": {"key": "k1", "attempt": 2}},
        {"op": "send", "resource": "orders", "body": 7, **message, "ctx": {"key": "k2"}},
        {"op": "publish", "resource": "placed", "body": 8, **message, "ctx": {}},
    ]
    told = Reading("fulfil", {}).entries(map(scheduled, range(3), asked))
    assert [(one.kind, one.name, one.attempt, one.value) for one in told] == [
        ("called", "total", 2, {"x": 1}),
        ("called", "queue:orders", 1, {"body": 7, **message}),
        ("called", "topic:placed", 1, {"body": 8, **message}),
    ]


def scheduled(number: int, payload: dict[str, Any]) -> dict[str, Any]:
    """An event of a history: a task of the worker begins."""
    parameters = json.dumps({"FunctionName": "shop-prod--worker:live", "Payload": payload})
    at = datetime(2026, 1, 2, 12, tzinfo=UTC)
    details = {"parameters": parameters}
    told = {"id": number, "previousEventId": 0, "type": "TaskScheduled", "timestamp": at}
    return {**told, "taskScheduledEventDetails": details}
