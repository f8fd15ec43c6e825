"""Events of Lambda in which something is wrong: each is refused as a whole, or every message of it has an end.

Refused means that the function raises InvalidArgument, so that nothing is acknowledged.
"""

# JSON values of any shape:
# pyright: basic

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from cloudless.errors import InvalidArgument, NotFound
from cloudless.message import Envelope, Failure
from cloudless_aws.runtime.broker import broker
from cloudless_aws.runtime.function import function
from cloudless_aws.runtime.http import endpoint
from cloudless_aws.runtime.queue import consumer
from cloudless_aws.runtime.schedule import schedule
from cloudless_aws.runtime.worker import worker
from cloudless_aws.wire import MALFORMED, envelope_of_message
from providers.aws.tests.entry.asking import TRIALS, FakeAws, event_of, made, record, sent
from tests.hostile.effort import hostile
from tests.hostile.text import values

pytestmark = pytest.mark.fuzz
CALLS = "tests.hosting.calls:app"
OURS = Envelope("a" * 32, '{"do":"x"}', {"region": "eu"}, trace="b" * 32, correlation="c", error=Failure("E", "t", 2))
MESSAGES = event_of(record({"do": "x"}, id="m1"), record({"do": "y"}, id="m2", receives=2), sent(OURS, id="m3"))
IN_GROUPS = event_of(*(record({"do": ""}, fifo=True, native={"MessageGroupId": "1"}) for _ in range(2)))
CTX = {
    "execution": "e-7", "step": "1", "key": "e-7/1", "from": {"trace": "b" * 32, "correlation": "order-7"},
    "orchestration": "pay", "attempt": 1, "retry": ["PaymentFailed"],
}  # fmt: skip
CALL = {"call": {"system": '{"id":"a","attempt":1,"sent":1}', "body": '{"do":"x"}'}}
STEP = {"args": {"do": "x"}, "ctx": CTX}
PURE = {"op": "pure", "name": "twice", "args": {"number": 2}, "ctx": CTX}
SEND = {"op": "send", "resource": "jobs", "body": {"do": "x"}, "attributes": {"a": "b"}, "delay_s": 5, "ctx": CTX}
PUBLISH = {"op": "publish", "resource": "news", "body": {"do": "x"}, "attributes": {"region": "eu"}, "ctx": CTX}
RECEIVED = {
    "Body": "{}", "MessageId": "m", "Attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1"},
    "MessageAttributes": {"cloudless": {"StringValue": "{}"}},
}  # fmt: skip
TICK = {"schedule": "report", "due": "2026-01-02T07:00:00Z", "timezone": "Europe/Berlin"}
REQUEST = {
    "version": "2.0", "rawPath": "/seen/a b", "rawQueryString": "a=1&b=%C3%A9", "cookies": ["a=b", "c=d"],
    "headers": {"content-type": "text/plain", "x-amzn-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793"},
    "requestContext": {"http": {"method": "GET", "path": "/seen/a b", "sourceIp": "203.0.113.7"}, "stage": "$default"},
    "body": "YQ==", "isBase64Encoded": True,
}  # fmt: skip


def ended(cloud: FakeAws, handle: Any, event: Any) -> list[str] | None:
    """What is reported; None where the event was refused."""
    cloud.queues.sent.clear()
    try:
        reply = handle(event)
    except InvalidArgument as problem:
        told = str(problem)
    else:
        json.dumps(reply)
        return [one["itemIdentifier"] for one in reply["batchItemFailures"]]
    assert "the function of " in told
    return None


@pytest.mark.parametrize(("module", "entry"), [("on_take", CALLS), ("on_work", TRIALS)], ids=["one", "retried"])
def test_no_message_is_forgotten(module: str, entry: str) -> None:
    cloud = FakeAws()
    handle = made(consumer, module, cloud, entry=entry)

    @hostile
    @given(values(MESSAGES))
    def check(event: Any) -> None:
        reported = ended(cloud, handle, event)
        if reported is not None and module == "on_take":  # which sends a message for each that it handles
            assert len(reported) + len(cloud.queues.sent) == len(event["Records"])

    check()


@pytest.mark.parametrize("module", ["on_enlist", "on_sort", "on_write"])
def test_lists_groups_and_coroutines_neither(module: str) -> None:
    cloud = FakeAws()
    handle = made(consumer, module, cloud)

    @hostile
    @given(values(MESSAGES, IN_GROUPS))
    def check(event: Any) -> None:
        ended(cloud, handle, event)

    check()


@hostile
@given(values(TICK), values(event_of(record(TICK))))
def test_a_tick_is_a_run_or_none_or_a_dead_letter(tick: Any, event: Any) -> None:
    cloud = FakeAws()
    handle = made(schedule, "on_report", cloud)
    for one in (event_of(record(tick)), event):
        ended(cloud, handle, one)
    if not isinstance(tick, dict) or not isinstance(tick.get("due"), str):  # it is delivered: a run, or a dead letter
        assert ended(cloud, handle, event_of(record(tick))) == []
        assert [queue for queue, _ in cloud.queues.sent] in (["report-dead-letters"], ["charge-later"])


def asked(handle: Any, event: Any) -> None:
    """An answer, a refusal, or the failure of a step, whose text is the error."""
    try:
        json.dumps(handle(event))
    except InvalidArgument:
        return
    except Exception as problem:  # noqa: BLE001  (its class is made for its name)
        failed = problem
    else:
        return
    assert type(failed).__module__ == "cloudless_aws.runtime.failure", repr(failed)
    assert json.loads(str(failed))["message"] is not None


def requested(handle: Any, event: Any) -> None:
    """An answer that blames no program, or a refusal."""
    try:
        reply = handle(event)
    except InvalidArgument:
        return
    assert reply["statusCode"] < 500, reply
    json.dumps(reply)


@pytest.mark.parametrize(
    ("maker", "module", "seed"),
    [
        (function, "call_charge", CALL), (function, "call_charge", STEP), (function, "call_soon", STEP),
        (function, "call_charge", MESSAGES), (worker, "worker", PURE), (worker, "worker", SEND),
        (worker, "worker", PUBLISH),
    ],
    ids=["call", "step", "another step", "later", "pure", "send", "publish"],
)  # fmt: skip
def test_a_call_is_answered_or_refused(maker: Any, module: str, seed: Any) -> None:
    handle = made(maker, module, FakeAws(), entry=CALLS)

    @hostile
    @given(values(seed))
    def check(event: Any) -> None:
        asked(handle, event)

    check()


@pytest.mark.parametrize("name", ["seen", "binary"])
def test_a_request_is_answered_or_refused(name: str) -> None:
    handle = made(endpoint, f"http_{name}", FakeAws())
    method, path = ("GET", "/seen/a b") if name == "seen" else ("POST", "/bytes")
    asked: Any = REQUEST["requestContext"]
    context = {**asked, "http": {"method": method, "path": path}}

    @hostile
    @given(values({**REQUEST, "rawPath": path, "requestContext": context}))
    def check(event: Any) -> None:
        requested(handle, event)

    check()


@hostile
@given(values(RECEIVED))
def test_what_a_queue_gave_is_a_message_or_is_none(message: Any) -> None:
    """ReceiveMessage gives texts only; what is no message is told as such."""
    try:
        envelope = envelope_of_message(message)
    except MALFORMED:
        return
    assert isinstance(envelope.sent_s, float | int)


class Where:
    """The context of a call by an alias."""

    def __init__(self, alias: str) -> None:
        self.invoked_function_arn = f"arn:aws:lambda:eu-central-1:123456789012:function:shop-prod--broker:{alias}"


class Orchestrations:
    """Knows no execution."""

    def describe(self, orchestration: str, execution: str) -> Any:
        raise NotFound(f"no {execution}")


@pytest.mark.parametrize("alias", ["wait", "send-approval"])
def test_the_broker_answers_or_refuses(alias: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudless_aws.runtime.broker._pause", lambda seconds: None)
    cloud: Any = FakeAws()
    cloud.store, cloud.tokens, cloud.orchestrations = Kept(), None, Orchestrations()
    handle = broker({"events": {"approval": ["fulfil"]}}, cloud)
    seeds = [
        {
            "orchestration": "fulfil",
            "execution": "7",
            "event": "approval",
            "token": "t",
            "started": "2026-01-02T12:00Z",
        },
        {"orchestration": "fulfil", "execution": "7", "message": {"system": "{}", "body": "true"}},
    ]

    @hostile
    @given(values(*seeds))
    def check(event: Any) -> None:
        asked(lambda asked: handle(asked, Where(alias)), event)

    check()


class Kept:
    """A store that keeps nothing."""

    def read(self, key: str) -> Any:
        return None

    def write(self, key: str, text: str, version: str, kept_s: float) -> bool:
        return True
