"""Events from who sends to who waits: the driver, the broker's entry, its store, and the model of Step Functions."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from cloudless.errors import InternalError, InvalidArgument, NotFound, Unavailable
from cloudless.runtime import addressee
from cloudless_aws.runtime.broker import broker
from providers.aws.tests.drivers.envelopes import envelope
from providers.aws.tests.drivers.place import REGION, Place
from providers.aws.tests.stepfunctions import Failed

BROKER, TABLE = "shop-prod--broker", "shop-prod-ledger"
ADDRESSES: dict[str, Any] = {
    "orchestrations": {"fulfil": "shop-prod-fulfil", "refund": "shop-prod-refund"},
    "broker": BROKER,
    "ledger": TABLE,
}


def definition(place: Place, orchestration: str) -> str:
    """Wait for an approval, for a minute; again, where none came; give it back."""
    wait = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Arguments": {
            "FunctionName": f"arn:aws:lambda:{REGION}:{place.account}:function:{BROKER}:wait",
            "Payload": {
                "op": "wait",
                "execution": "{% $states.context.Execution.Name %}",
                "orchestration": orchestration,
                "event": "approval",
                "token": "{% $states.context.Task.Token %}",
                "started": "{% $states.context.Execution.StartTime %}",
                "ctx": {"key": "7/wait"},
            },
        },
        "TimeoutSeconds": 60,
        "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "wait"}],
        "Assign": {"got": "{% $states.result.v %}"},
        "Next": "end",
    }
    end = {"Type": "Pass", "Output": {"v": "{% $got %}"}, "End": True}
    return json.dumps({"QueryLanguage": "JSONata", "StartAt": "wait", "States": {"wait": wait, "end": end}})


@pytest.fixture
def cloud(place: Place, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A stage with two orchestrations that wait for approvals, and their broker."""
    place.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for name, machine in ADDRESSES["orchestrations"].items():
        role = f"arn:aws:iam::{place.account}:role/{machine}"
        made = place.machines.call(
            "CreateStateMachine",
            {"name": machine, "definition": definition(place, name), "roleArn": role, "publish": True},
        )
        route = [{"stateMachineVersionArn": made["stateMachineVersionArn"], "weight": 100}]
        place.machines.call("CreateStateMachineAlias", {"name": "live", "routingConfiguration": route})
    cloud = place.cloud(**ADDRESSES)
    monkeypatch.setattr(addressee, "PAUSES_S", (0, 0, 0))
    handler = broker({"events": {"approval": ["fulfil", "refund"], "unused": []}}, cloud)
    for alias in ("wait", "event-approval", "event-unused"):
        place.functions.known[f"{BROKER}:{alias}"] = _at(handler, alias)
    return cloud


def _at(handler: Any, alias: str) -> Any:
    context = SimpleNamespace(invoked_function_arn=f"arn:aws:lambda:{REGION}:1:function:{BROKER}:{alias}")

    def function(event: Any) -> Any:
        try:
            return handler(event, context)
        except Exception as problem:
            told = {"errorType": type(problem).__name__, "errorMessage": str(problem)}
            raise Failed(told["errorType"], json.dumps(told)) from problem

    return function


def start(place: Place, cloud: Any, execution: str = "7", orchestration: str = "fulfil") -> None:
    cloud.orchestrations.start(orchestration, execution, envelope(body="{}"))
    place.go_on()


def event(number: int, id: str = "") -> Any:
    return envelope(number, json.dumps({"number": number}), deduplication=id or f"id{number}")


def output(cloud: Any, execution: str = "7") -> Any:
    found = cloud.orchestrations.describe("fulfil", execution)
    return json.loads(found.output) if found.output else found.status


@pytest.mark.parametrize("orchestration", ["", "fulfil"])
def test_an_event_reaches_the_execution_that_waits(place: Place, cloud: Any, orchestration: str) -> None:
    start(place, cloud)
    cloud.orchestrations.send(orchestration, "7", "approval", event(1))
    place.go_on()
    assert output(cloud) == {"number": 1}


def test_an_event_may_come_before_the_wait(place: Place, cloud: Any) -> None:
    cloud.orchestrations.start("fulfil", "7", envelope())
    cloud.orchestrations.send("", "7", "approval", event(1))
    place.go_on()
    assert output(cloud) == {"number": 1}


def test_an_event_after_a_time_out_is_taken_by_the_next_wait(place: Place, cloud: Any) -> None:
    start(place, cloud)
    place.now_s += 60
    place.go_on()
    cloud.orchestrations.send("", "7", "approval", event(1))
    place.go_on()
    assert output(cloud) == {"number": 1}


def test_an_event_is_taken_once_however_often_it_is_sent(place: Place, cloud: Any) -> None:
    start(place, cloud)
    place.failing += [(500, "ServiceException")]
    for _ in range(3):
        cloud.orchestrations.send("", "7", "approval", event(1, "same"))
    start(place, cloud, "8")
    cloud.orchestrations.send("", "8", "approval", event(2, "same"))
    place.go_on()
    assert (output(cloud), output(cloud, "8")) == ({"number": 1}, {"number": 2})


def test_the_history_tells_waits_and_events(place: Place, cloud: Any) -> None:
    start(place, cloud)
    place.now_s += 60
    place.go_on()
    cloud.orchestrations.send("", "7", "approval", event(1))
    place.go_on()
    told = [(one.kind, one.name, one.step) for one in cloud.orchestrations.history("fulfil", "7")]
    assert told == [
        ("started", "fulfil", ""),
        ("waiting", "approval", "7/wait"),
        ("raised", "approval", "7/wait"),
        ("waiting", "approval", "7/wait"),
        ("received", "approval", "7/wait"),
        ("completed", "fulfil", ""),
    ]


@pytest.mark.parametrize(
    ("orchestration", "execution", "name", "kind", "said"),
    [
        ("", "8", "approval", NotFound, "for a running execution '8', and there is none"),
        ("other", "7", "approval", NotFound, "orchestration 'other' does not wait for an event 'approval'"),
        ("", "7", "unused", NotFound, "no orchestration of this app waits for an event 'unused'"),
        ("", "both", "approval", InvalidArgument, r"several executions have the id 'both': give fulfil\.execution"),
        ("", "gone", "approval", NotFound, "for a running execution 'gone', and it is cancelled"),
    ],
)
def test_whom_an_event_is_not_for(  # noqa: PLR0917  (the table)
    place: Place, cloud: Any, orchestration: str, execution: str, name: str, kind: type[Exception], said: str
) -> None:
    for at, id in (("fulfil", "7"), ("fulfil", "both"), ("refund", "both"), ("fulfil", "gone")):
        start(place, cloud, id, at)
    cloud.orchestrations.cancel("fulfil", "gone")
    with pytest.raises(kind, match=said):
        cloud.orchestrations.send(orchestration, execution, name, event(1))


def test_whoever_may_send_one_event_may_not_send_another(place: Place, cloud: Any) -> None:
    """The name is the alias's, by which IAM decides, whatever the request says."""
    start(place, cloud)
    request = {"op": "wait", "event": "approval", "execution": "7", "token": "x", "orchestration": "fulfil"}
    answer = place.functions.known[f"{BROKER}:event-unused"](request)
    assert answer["refused"][0] == "InvalidArgument", "no message"
    assert output(cloud) == "running"


def test_a_wait_that_cannot_be_kept_is_a_failure_of_the_platform(place: Place, cloud: Any) -> None:
    """So that the state machine tries it again, with another token."""
    place.failing += [(500, "InternalServerError")] * 3
    request = {"execution": "7", "orchestration": "fulfil", "event": "approval", "token": "t"}
    with pytest.raises(Failed) as caught:
        place.functions.known[f"{BROKER}:wait"](request)
    assert caught.value.error == "PlatformError"
    error = json.loads(json.loads(caught.value.cause)["errorMessage"])
    assert (error["type"], error["mro"]) == ("UnavailableError", ["UnavailableError", "PlatformError", "Exception"])
    cloud.close()


def test_a_broker_that_dies_is_asked_again_and_is_unavailable_at_last(place: Place, cloud: Any) -> None:
    start(place, cloud)
    place.functions.known[f"{BROKER}:event-approval"] = lambda _: _die()
    with pytest.raises(Unavailable, match="sending event 'approval': the broker did not answer"):
        cloud.orchestrations.send("", "7", "approval", event(1))
    assert [at for at, _ in place.functions.calls].count(f"{BROKER}:event-approval") == 3


def _die() -> None:
    raise Failed("Runtime.ExitError", '{"errorType": "Runtime.ExitError"}')


@pytest.mark.parametrize("answer", [1, {"w": 1}, {"refused": ["Odd", "x"]}, {"refused": 1}])
def test_an_answer_that_is_none_is_a_bug_of_ours(place: Place, cloud: Any, answer: Any) -> None:
    place.functions.known[f"{BROKER}:event-approval"] = lambda _: answer
    with pytest.raises(InternalError, match="the broker"):
        cloud.orchestrations.send("", "7", "approval", event(1))


@pytest.mark.parametrize(
    "request_", [None, {}, {"execution": "7"}, {"execution": "7", "message": 1}, {"execution": "a/b", "message": {}}]
)
def test_a_malformed_request_is_refused(place: Place, cloud: Any, request_: Any) -> None:
    send = place.functions.known[f"{BROKER}:event-approval"]
    if request_ is None:
        with pytest.raises(Failed, match="not an object"):
            send(request_)
    else:
        assert send(request_)["refused"][0] == "InvalidArgument"
    with pytest.raises(Failed, match="InvalidArgument"):
        place.functions.known[f"{BROKER}:wait"](request_ or {})
    cloud.orchestrations.close()


def test_a_stage_without_a_broker_sends_nothing(place: Place) -> None:
    with pytest.raises(NotFound, match="no address of an event 'approval'"):
        place.cloud().orchestrations.send("", "7", "approval", event(1))
