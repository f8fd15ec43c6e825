"""Texts that reach orchestrators, the door of calls and consumers on Azure: read, refused, or no matter of ours."""

# JSON values of any shape:
# pyright: basic

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import azure.functions as func
import pytest
from hypothesis import given

from cloudless.errors import InternalError, InvalidArgument
from cloudless.message import Envelope, Failure
from cloudless.passes.plans import endpoint_plans
from cloudless.system import pack_system
from cloudless_azure.clients.cloud import AzureCloud
from cloudless_azure.runtime import durable_wire as wire
from cloudless_azure.runtime.call import _envelope, _request
from cloudless_azure.runtime.durable_step import activity
from cloudless_azure.runtime.http import endpoints
from cloudless_azure.runtime.queue import envelope_of_trigger
from cloudless_azure.runtime.timer import span
from cloudless_azure.signature import holds, path_of, signed
from providers.azure.tests.entry.generated import application
from tests.hostile.effort import hostile
from tests.hostile.text import contents, made, texts, values
from tests.hostile.value import mutated

pytestmark = pytest.mark.fuzz
ENTRY = "tests.hosting.trials:app"
ORDER = {"definition": "d", "execution": "7", "arguments": {"a": 1}, "entropy": "e", "began_s": 1.5, "trace": "t"}
EVENT = {"name": "approval", "payload": {"ok": True}, "id": "1"}
ERROR = {"type": "E", "mro": ["E", "Exception"], "message": "m", "data": {}}
STEP = {"verb": "call", "target": "charge", "args": {"n": 1}, "ctx": {"execution": "7", "key": "7/1", "attempt": 1}}
KEY, PATH, NOW_S = b"k" * 32, path_of("invoke", "charge"), 1_000.0
SIGNATURE = signed(KEY, PATH, b"body", NOW_S)


@hostile
@given(texts(ORDER))
def test_an_order_is_ours_or_is_refused(text: str) -> None:
    with suppress(InternalError):
        wire.Order.read(text).text()


@hostile
@given(texts(EVENT), texts(json.dumps(EVENT)))
def test_an_event_of_strangers_never_breaks_an_execution(text: str, hidden: str) -> None:
    for found in map(wire.event_in, (text, hidden)):
        assert found is None or (isinstance(found["name"], str) and isinstance(found["id"], str))


@hostile
@given(texts({"v": 1, "of": ["charge", "k", 1]}, {"err": ERROR}))
def test_a_reply_is_one_or_a_crash(text: str) -> None:
    assert wire.reply_in(text).keys() & {"v", "err"}


@hostile
@given(texts(ERROR))
def test_an_error_is_read_or_is_somebody_elses(text: str) -> None:
    found = wire.error_in(f"Orchestrator failed: {wire.FAILURE}{text} and more")
    assert found is None or (isinstance(found["type"], str) and isinstance(found["message"], str))


@hostile
@given(texts(STEP))
def test_an_activity_always_replies(text: str) -> None:
    def carry_out(request: dict[str, Any]) -> str:
        return json.dumps({"v": request["args"]})

    assert json.loads(activity(carry_out)(text)).keys() & {"v", "err"}


@hostile
@given(made(lambda choices: mutated({"signature": SIGNATURE}, choices)))
def test_only_what_was_signed_holds(found: Any) -> None:
    signature: Any = found.get("signature") if isinstance(found, dict) else found
    if isinstance(signature, str):
        assert holds(signature, KEY, PATH, b"body", NOW_S) is (signature == SIGNATURE)


@hostile
@given(contents({"system": '{"id":"a"}', "body": "{}"}))
def test_a_signed_call_is_read_or_refused(content: bytes) -> None:
    with suppress(InvalidArgument):
        _envelope(_request(content))


OURS = pack_system(Envelope("a" * 32, "", error=Failure("E", "t", 2)))


class Native:
    """As the trigger hands a message over."""

    def __init__(self, body: bytes, properties: Any) -> None:
        self._body = body
        self.application_properties = properties if isinstance(properties, dict) else {}
        self.delivery_count, self.message_id, self.sequence_number, self.session_id = 1, None, 7, None
        self.enqueued_time_utc = datetime(2026, 1, 2, tzinfo=UTC)

    def get_body(self) -> bytes:
        return self._body


@hostile
@given(contents({"do": "x"}), values({"cloudless": OURS, "region": "eu"}))
def test_a_message_is_always_an_envelope(body: bytes, properties: Any) -> None:
    envelope = envelope_of_trigger(Native(body, properties))
    assert envelope.attempt >= 1 and isinstance(envelope.body, str)
    pack_system(envelope)


class Tick:
    """As the timer hands it over."""

    def __init__(self, status: Any) -> None:
        self.schedule_status = status if isinstance(status, dict) else {}


@hostile
@given(values({"Next": "2026-01-02T08:00:00.0123456+00:00", "Last": "2026-01-02T07:00:00+00:00", "LastUpdated": ""}))
def test_a_tick_has_a_span(status: Any) -> None:
    since_s, until_s = span(Tick(status), 1_767_340_800.0)  # type: ignore[arg-type]
    assert since_s <= until_s


REQUEST = {"path": "/seen/a%20b", "query": "a=1", "headers": {"cookie": "a=%41", "x-forwarded-for": "[::1]:7"}}


def utf8(value: Any) -> str:
    """As the host hands texts over."""
    return str(value)[:3_000].encode("utf-8", "replace").decode()


@pytest.fixture(scope="module")
def answer() -> Any:
    plans = endpoint_plans(application(ENTRY))
    facts = {"app": ENTRY, "include": [], "endpoints": [plan.to_json() for plan in plans.values()]}
    return endpoints(facts, AzureCloud({}), func.HttpResponse)


@hostile
@given(facts=values(REQUEST))
def test_a_request_is_answered(answer: Any, facts: Any) -> None:
    found: dict[str, Any] = facts if isinstance(facts, dict) else {}
    headers = found.get("headers")
    path = utf8(found.get("path"))
    request = func.HttpRequest(
        "GET",
        f"https://a.azurewebsites.net{path}?{utf8(found.get('query'))}",
        headers={utf8(name): utf8(value) for name, value in headers.items()} if isinstance(headers, dict) else {},
        params={},
        route_params={"path": path.removeprefix("/").replace("%20", " ")},
        body=b"",
    )
    assert asyncio.run(answer(request)).status_code < 500
