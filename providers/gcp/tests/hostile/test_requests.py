"""Requests to functions in which something is wrong: each is refused with 400, or what it brings has an end."""

# JSON values of any shape:
# pyright: basic

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given

from cloudless.message import Envelope, Failure
from cloudless_gcp.runtime.broker import broker
from cloudless_gcp.runtime.function import function
from cloudless_gcp.runtime.http import endpoint
from cloudless_gcp.runtime.queue import consumer
from cloudless_gcp.runtime.schedule import schedule
from cloudless_gcp.runtime.worker import worker
from providers.gcp.tests.entry.asking import CALLS, Asked, FakeGoogle, facts_of, made, push, sent
from tests.hostile.effort import hostile
from tests.hostile.text import contents, values

pytestmark = pytest.mark.fuzz
OURS = Envelope("a" * 32, '{"do":"x"}', {"region": "eu"}, trace="b" * 32, correlation="c", error=Failure("E", "t", 2))
CTX = {"execution": "e-7", "key": "e-7/1", "from": {"trace": "b" * 32}, "orchestration": "pay", "attempt": 1}
CALL = {"call": {"system": '{"id":"a","attempt":1,"sent":1}', "body": '{"do":"x"}'}}
STEP = {"args": {"do": "x"}, "ctx": CTX}
SEND = {"op": "send", "resource": "jobs", "body": {"do": "x"}, "attributes": {"a": "b"}, "delay_s": 5, "ctx": CTX}
PUBLISH = {"op": "publish", "resource": "news", "body": {"do": "x"}, "attributes": {"region": "eu"}, "ctx": CTX}
PURE = {"op": "pure", "name": "twice", "args": {"number": 2}, "ctx": CTX}
EVENT = {"id": "1", "type": "t", "specversion": "1.0", "time": "2026-01-02T12:00:00Z", "data": {"do": "x"}}
TICK = {
    "schedule": "report", "queue": "report", "cron": "0 8 * * *", "every_s": 0, "timezone": "Europe/Berlin",
    "ticks": {"minutes": [0], "hours": [6, 7], "days": [1, 2], "months": [1], "weekdays": [0, 5]},
}  # fmt: skip
BINARY = {"HTTP_CE_ID": "1", "HTTP_CE_TYPE": "t", "HTTP_CE_TIME": "2026-01-02T12:00:00Z"}
UNWRAPPED = {
    "HTTP_X_GOOG_PUBSUB_MESSAGE_ID": "1", "HTTP_X_GOOG_PUBSUB_PUBLISH_TIME": "2026-01-02T12:00:00Z",
    "HTTP_X_GOOG_PUBSUB_DELIVERY_ATTEMPT": "2", "HTTP_CLOUDLESS": '{"id":"a","attempt":1}',
}  # fmt: skip


def texts_of(environ: Any) -> dict[str, str]:
    """As a server gives them: texts of Latin-1."""
    found = environ.items() if isinstance(environ, dict) else ()
    return {name: str(value)[:4_000].encode("latin-1", "replace").decode("latin-1") for name, value in found}


@hostile
@given(contents(push({"do": "x"}, attempt=2, messageId="m"), sent(OURS), EVENT))
def test_a_push_has_an_end_or_is_refused(content: bytes) -> None:
    for environ in ({}, {"CONTENT_TYPE": "application/cloudevents+json"}):
        cloud = FakeGoogle()
        _, status = made(consumer, "on_take", cloud, entry=CALLS)(content, environ)
        assert status in {204, 400, 500}
        assert status != 204 or len(cloud.queues.sent) == 1  # it sends one for each that it handles, or a dead letter


@pytest.mark.parametrize("environ", [BINARY, UNWRAPPED], ids=["event", "unwrapped"])
def test_so_has_one_whose_facts_are_headers(environ: dict[str, str]) -> None:
    @hostile
    @given(values(environ), contents({"do": "x"}))
    def check(headers: Any, content: bytes) -> None:
        cloud = FakeGoogle()
        _, status = made(consumer, "on_take", cloud, entry=CALLS)(content, texts_of(headers))
        assert status in {204, 400, 500}
        assert status != 204 or len(cloud.queues.sent) == 1

    check()


@hostile
@given(values(TICK))
def test_a_tick_is_a_run_or_none_or_a_dead_letter(tick: Any) -> None:
    cloud = FakeGoogle()
    assert made(schedule, "on_report", cloud)(push(tick))[1] in {204, 500}


@pytest.mark.parametrize(
    ("maker", "module", "seed"),
    [
        (function, "call_charge", CALL), (function, "call_charge", STEP), (worker, "worker", PURE),
        (worker, "worker", SEND), (worker, "worker", PUBLISH),
    ],
    ids=["call", "step", "pure", "send", "publish"],
)  # fmt: skip
def test_a_call_is_answered_or_refused(maker: Any, module: str, seed: Any) -> None:
    handle = made(maker, module, FakeGoogle(), entry=CALLS)

    @hostile
    @given(contents(seed))
    def check(content: bytes) -> None:
        text, status, *_ = handle(content)
        assert status in {200, 400, 500}
        if text:
            json.loads(text)
        assert status != 500 or "cloudless_error" in text

    check()


ENVIRON = {"REQUEST_METHOD": "GET", "RAW_URI": "/seen/a%20b?a=1", "QUERY_STRING": "a=1", "HTTP_COOKIE": "a=b"}


class Answer:
    """As flask's."""

    def __init__(self, response: bytes, status: int, headers: list[tuple[str, str]]) -> None:
        self.status = status
        self.headers = dict(headers)
        self.headers.setdefault("content-type", "")

    class _Headers(dict[str, str]):
        def remove(self, name: str) -> None:
            self.pop(name, None)


@hostile
@given(values(ENVIRON), contents({}))
def test_a_request_is_answered(environ: Any, content: bytes) -> None:
    def response(body: bytes, status: int, headers: list[tuple[str, str]]) -> Any:
        made = Answer(body, status, headers)
        made.headers = Answer._Headers(headers)
        return made

    handle = endpoint(facts_of("http_seen"), FakeGoogle(), response)  # type: ignore[arg-type]
    asked = Asked(content, {"REQUEST_METHOD": "GET", **texts_of(environ)})
    assert handle(asked).status < 500


@pytest.mark.parametrize("uri", ["http://[::1", "http://[x]/seen/1", "//[", "", "*", "\xff"])
def test_a_strange_target_is_answered(uri: str) -> None:
    handle = endpoint(facts_of("http_seen"), FakeGoogle(), lambda body, status, headers: status)  # pyright: ignore[reportArgumentType]
    try:
        found = handle(Asked(b"", {"RAW_URI": uri, "REQUEST_METHOD": "GET"}))
    except AttributeError:  # no type to take away from a number
        return
    assert found < 500


TOKEN = {"email": "a@b", "email_verified": True}
ASKED = [
    {"op": "wait", "orchestration": "fulfil", "execution": "7", "event": "approval", "url": "https://a/b"},
    {"op": "send", "event": "approval", "execution": "7", "message": {"system": "{}", "body": "true"}},
    {"op": "executions", "orchestration": "fulfil", "status": "running", "limit": 5},
]


@hostile
@given(contents(*ASKED), contents(TOKEN))
def test_the_broker_refuses_who_may_not(content: bytes, token: bytes) -> None:
    cloud: Any = FakeGoogle()
    cloud.store = cloud.callbacks = None
    claims = urlsafe_b64encode(token).decode().rstrip("=")
    facts = {"events": {"approval": ["fulfil"]}, "workflows": {"fulfil": "x@y"}, "senders": {"approval": ["x@y"]}}
    text, status, _ = broker(facts, cloud)(Asked(content, {"HTTP_AUTHORIZATION": f"Bearer e30.{claims}.x"}))
    assert status in {200, 400, 403, 500}
    assert {"refused", "cloudless_error"} & json.loads(text).keys()
