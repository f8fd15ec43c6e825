"""Events as AWS's services sent them to somebody: each is handled, or refused with what it is and how it could come.

What "accepted" means, by file: messages of SQS are handled, whoever sent them; what a foreign topic wraps, as what it
is, JSON with "Type": "Notification" (ours deliver raw). Requests of HTTP APIs and function URLs are answered. Others
never come to a function of ours, and are told what would have to call it instead.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cloudless.errors import InvalidArgument
from cloudless_aws.runtime.function import function
from cloudless_aws.runtime.http import endpoint
from cloudless_aws.runtime.queue import consumer
from cloudless_aws.runtime.schedule import schedule
from cloudless_aws.runtime.stranger import SQS, refused
from cloudless_aws.runtime.worker import worker
from providers.aws.tests.entry.asking import FakeAws, failed, made
from tests.hosting.recorder import seen

RECORDED = Path(__file__).parents[4].parent / "shared" / "events" / "aws"
HANDLED = {"sqsEvent.json": 2, "snsSqsEvent.json": 1, "snsSqsFifoEvent.json": 1}
"""Messages of each."""
ANSWERED = {
    "apiGatewayProxyV2Event.json": ("POST", "/my/path"),
    "apiGatewayProxyV2LambdaAuthorizerEvent.json": ("GET", "/my/path"),
    "apiGatewayProxyV2OtherGetEvent.json": ("GET", "/other/path"),
    "lambdaFunctionUrlEvent.json": ("GET", "/"),
    "lambdaFunctionUrlEventWithHeaders.json": ("GET", "/"),
}
REFUSED = {
    "dynamoStreamEvent.json": ("a DynamoDB stream", "EventBridge Pipes"),
    "eventBridgeEvent.json": ("EventBridge", "a target of the rule"),
    "kinesisStreamEvent.json": ("a Kinesis stream", "EventBridge Pipes"),
    "s3Event.json": ("S3", "a bucket notifies queues"),
    "s3EventDecodedKey.json": ("S3", "a bucket notifies queues"),
    "snsEvent.json": ("SNS", "raw message delivery"),
}
RECORDER = "tests.hosting.recorder:app"
ENDPOINTS = {"/": "show", "/other/path": "other", "/my/path": "mine"}
MAKERS = {
    "on_take": consumer, "on_count": consumer, "on_report": schedule, "call_charge": function, "http_show": endpoint,
    "worker": worker,
}  # fmt: skip
"""A function of every kind."""


def recorded(name: str) -> Any:
    if not RECORDED.is_dir():
        pytest.skip(f"recorded events are not here: {RECORDED}")
    return json.loads((RECORDED / name).read_text("utf-8"))


@pytest.fixture(autouse=True)
def _nothing_seen() -> None:
    seen.clear()


def call(module: str, event: Any) -> Any:
    return made(MAKERS[module], module, FakeAws(), entry=RECORDER)(event)


def test_every_recorded_event_is_here() -> None:
    recorded("sqsEvent.json")
    assert {file.name for file in RECORDED.iterdir()} == HANDLED.keys() | ANSWERED.keys() | REFUSED.keys()


@pytest.mark.parametrize("module", ["on_take", "on_count"])
@pytest.mark.parametrize("name", HANDLED)
def test_messages_of_sqs_are_handled_or_dead_letters_one_by_one(name: str, module: str) -> None:
    """The first one of sqsEvent.json is a text that is no JSON."""
    event = recorded(name)
    assert failed(call(module, event)) == []
    bodies = [one["body"] for one in event["Records"]]
    assert len(bodies) == HANDLED[name]
    assert [one.body for one in seen] == [json.loads(body) for body in bodies if body != "Test message."]


def test_a_recorded_message_has_the_ids_times_and_attributes_of_the_service() -> None:
    event = recorded("sqsEvent.json")
    event["Records"][0]["body"] = "{}"
    call("on_take", event)
    first, second = seen
    assert (first.id, first.attributes, first.attempt) == ("059f36b487a344ab83d2661975830a7d", {"testAttr": "100"}, 1)
    assert first.sent_at.isoformat() == "2018-12-17T21:37:29.183000+00:00"
    assert (second.body, second.attributes) == ({"message": "foo1"}, {})


@pytest.mark.parametrize("name", ["snsSqsEvent.json", "snsSqsFifoEvent.json"])
def test_what_a_foreign_topic_wraps_comes_as_it_is(name: str) -> None:
    call("on_take", recorded(name))
    [message] = seen
    assert (message.body["Type"], json.loads(message.body["Message"])["message"]) == ("Notification", "hello world")


def test_a_recorded_message_of_a_fifo_queue_has_its_group() -> None:
    call("on_take", recorded("snsSqsFifoEvent.json"))
    assert seen[0].group == "powertools-test"


@pytest.mark.parametrize("name", ANSWERED)
def test_requests_are_answered(name: str) -> None:
    event = recorded(name)
    method, path = ANSWERED[name]
    handler = "posted" if method == "POST" else ENDPOINTS[path]
    reply = made(endpoint, f"http_{handler}", FakeAws(), entry=RECORDER)(event)
    [request] = seen
    assert (reply["statusCode"], reply["body"]) == (200, json.dumps({"show": "shown"}.get(handler, handler)))
    assert (request.method, request.path, request.query_string) == (method, path, event["rawQueryString"])
    assert request.client == event["requestContext"]["http"]["sourceIp"]
    assert request.body.decode() == (event.get("body") or "")
    assert all(name.islower() for name in request.headers)


def test_a_recorded_request_has_its_cookies_headers_and_every_value_of_its_query() -> None:
    made(endpoint, "http_posted", FakeAws(), entry=RECORDER)(recorded("apiGatewayProxyV2Event.json"))
    [request] = seen
    assert request.query == {"parameter1": ["value1", "value2"], "parameter2": ["value"]}
    assert (request.headers["cookie"], request.headers["header2"]) == ("cookie1; cookie2", "value1,value2")


@pytest.mark.parametrize("module", MAKERS)
@pytest.mark.parametrize("name", REFUSED)
def test_an_event_of_another_service_is_told_what_it_is_and_how_it_could_come(name: str, module: str) -> None:
    origin, remedy = REFUSED[name]
    with pytest.raises(InvalidArgument) as found:
        call(module, recorded(name))
    text = str(found.value)
    assert (f"an event of {origin}" in text, remedy in text, seen) == (True, True, [])


WRONG = [
    *((name, module) for name in HANDLED for module in MAKERS if not module.startswith("on_")),
    *((name, module) for name in ANSWERED for module in MAKERS if not module.startswith("http_")),
]


@pytest.mark.parametrize(("name", "module"), WRONG)
def test_an_event_of_ours_at_the_wrong_function_reaches_nobody(name: str, module: str) -> None:
    with pytest.raises(InvalidArgument, match=r"the function of|the worker"):
        call(module, recorded(name))
    assert seen == []


def test_a_whole_event_of_sqs_is_told_which_functions_take_it() -> None:
    event = {"Records": [{"eventSource": "aws:sqs", "messageId": "1"}]}
    said = str(refused(event, "create", "requests"))
    assert "an event of SQS: event source mappings call the functions of consumers" in said
    assert "SQS that is not whole: nobody but an event source" in str(refused(event, "take", SQS))
