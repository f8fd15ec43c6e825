"""The adapter: push requests in, statuses out, without a server."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cloudless.message import Envelope, Failure
from cloudless.runtime.outcome import Again, Dead
from cloudless_gcp.runtime.queue import answer_with, envelope_of_push
from cloudless_gcp.wire import attributes_of

RECORDED = Path(__file__).parents[3].parent / "shared" / "events" / "gcp"


class Request:
    def __init__(self, body: bytes) -> None:
        self.body = body

    def get_data(self) -> bytes:
        return self.body


def push(data: bytes = b"{}", *, attempt: int | None = None, **facts: Any) -> dict[str, Any]:
    message = {"data": b64encode(data).decode(), "messageId": "77", "publishTime": "2026-01-02T12:00:00.250Z", **facts}
    return {"message": message, "subscription": "s", **({"deliveryAttempt": attempt} if attempt else {})}


def answer(outcome: object, body: bytes | None = None) -> tuple[str, int]:
    receive = answer_with(lambda envelope: outcome)  # type: ignore[arg-type, return-value]
    return receive(Request(json.dumps(push()).encode() if body is None else body))


def test_what_is_done_or_given_up_is_acknowledged_and_a_failure_returned() -> None:
    failure = Failure("ValueError", "no", 1)
    assert answer(None) == ("", 204)
    assert answer(Dead(failure, called=True)) == ("", 204)
    assert answer(Again(1, failure)) == ("", 500)
    assert answer(Again(1, failure, counted=False)) == ("", 500)


@pytest.mark.parametrize(
    "body",
    [b"", b"not json", b"\xff", b"[]", b"{}", b'{"message": null}', b'{"message": {"messageId": "1", "data": "="}}'],
)
def test_what_is_no_push_is_refused_and_reaches_no_handler(body: bytes) -> None:
    text, status = answer(None, body)
    assert status == 400
    assert "push request" in text


def test_a_push_of_ours_is_the_envelope_that_was_sent() -> None:
    sent = Envelope(
        "a" * 32, '{"a":1}', {"region": "eu"}, group="g", sent_s=5.5, trace="b" * 32, correlation="c", attempt=3
    )
    got = envelope_of_push(push(sent.body.encode(), attempt=4, attributes=attributes_of(sent)))
    assert (got.id, got.body, got.attributes, got.group) == (sent.id, sent.body, sent.attributes, "g")
    assert (got.sent_s, got.trace, got.correlation) == (5.5, "b" * 32, "c")
    assert got.attempt == 6, "three before the copy, and the fourth delivery of it"


def test_a_push_without_a_delivery_attempt_is_a_first_one() -> None:
    assert envelope_of_push(push()).attempt == 1


def test_a_foreign_push_has_the_ids_and_times_of_the_service() -> None:
    got = envelope_of_push(push(b"{}", attempt=2, orderingKey="customer-7"))
    assert (got.id, got.sent_s, got.group, got.attempt) == ("77", 1_767_355_200.25, "customer-7", 2)


def test_data_that_is_not_text_becomes_a_body_that_is_not_json() -> None:
    body = envelope_of_push(push(b'"\xff"')).body
    with pytest.raises(ValueError, match="Invalid"):
        json.loads(body)


def test_a_message_of_attributes_only_has_an_empty_body() -> None:
    request = push(attributes={"region": "eu"})
    del request["message"]["data"]
    assert envelope_of_push(request).body == ""


READS: dict[str, Callable[[Envelope], object]] = {
    "MessagePublishedData-text.json": lambda envelope: (envelope.body, envelope.attributes),
    "MessagePublishedData-binary.json": lambda envelope: envelope.id,
    "MessagePublishedData-duplicatedFields.json": lambda envelope: envelope.id,
}


@pytest.mark.parametrize("name", READS)
def test_recorded_events_are_read(name: str) -> None:
    if not RECORDED.is_dir():
        pytest.skip(f"recorded events are not here: {RECORDED}")
    envelope = envelope_of_push(json.loads((RECORDED / name).read_text()))
    assert READS[name](envelope) in ("message-id", ("test message 3", {"attr1": "attr1-value"}))
