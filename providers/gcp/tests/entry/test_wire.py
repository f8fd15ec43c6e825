"""Messages as Pub/Sub delivers them, in every form, and what they are to us."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudless.message import Envelope, Failure
from cloudless_gcp.wire import attributes_of, delivery_of, envelope_of_push
from providers.gcp.tests.entry.asking import PUBLISHED, PUBLISHED_S, push, sent

OURS = Envelope(
    "a" * 32, '{"a":1}', {"region": "eu"}, group="g", sent_s=5.5, trace="b" * 32, correlation="c", attempt=3
)
EVENT = {
    "HTTP_CE_ID": "7",
    "HTTP_CE_SPECVERSION": "1.0",
    "HTTP_CE_TYPE": "google.cloud.storage.object.v1.finalized",
    "HTTP_CE_SOURCE": "//storage.googleapis.com/projects/_/buckets/b",
    "HTTP_CE_TIME": PUBLISHED,
}


def fields(envelope: Envelope) -> list[Any]:
    return [getattr(envelope, name) for name in Envelope.__slots__ if name != "attempt"]


def read(content: bytes, **environ: Any) -> Envelope:
    return envelope_of_push(delivery_of(environ, content))


# --- a push --------------------------------------------------------------------------------------------------


def test_a_push_of_ours_is_the_envelope_that_was_sent() -> None:
    got = envelope_of_push(sent(OURS, attempt=4))
    assert fields(got) == fields(OURS)
    assert got.attempt == 6, "three before the copy, and the fourth delivery of it"


def test_a_push_of_a_first_message_is_read_when_it_is_asked() -> None:
    first = Envelope("a" * 32, '{"a":1}', {"region": "eu"}, sent_s=5.5, trace="b" * 32, correlation="c")
    got = envelope_of_push(sent(first, attempt=4))
    assert (got.body, got.attempt) == ('{"a":1}', 4)
    assert fields(got) == fields(first)
    with pytest.raises(AttributeError):
        _ = got.execution  # type: ignore[attr-defined]


def test_a_push_without_a_delivery_attempt_is_a_first_one() -> None:
    assert envelope_of_push(push({})).attempt == 1


def test_a_foreign_push_has_the_ids_and_times_of_the_service() -> None:
    got = envelope_of_push(push({}, attempt=2, orderingKey="customer-7", messageId="77"))
    assert (got.id, got.sent_s, got.group, got.attempt) == ("77", PUBLISHED_S, "customer-7", 2)


def test_data_that_is_not_text_becomes_a_body_that_is_not_json() -> None:
    body = envelope_of_push(push(b'"\xff"')).body
    with pytest.raises(ValueError, match="Invalid"):
        json.loads(body)


def test_a_message_of_attributes_only_has_an_empty_body() -> None:
    request = push(attributes={"region": "eu"})
    del request["message"]["data"]
    assert (envelope_of_push(request).body, envelope_of_push(request).attributes) == ("", {"region": "eu"})


def test_what_pub_sub_gave_up_is_a_letter_that_crashed() -> None:
    moved = {
        "CloudPubSubDeadLetterSourceDeliveryCount": "6",
        "CloudPubSubDeadLetterSourceSubscription": "orders",
        "region": "eu",
    }
    got = envelope_of_push(push({}, attributes=moved))
    assert got.error is not None
    assert (got.error.type, got.error.attempt, got.attributes) == ("Crashed", 6, {"region": "eu"})


def test_a_letter_of_ours_that_is_moved_besides_keeps_its_error() -> None:
    letter = OURS.again(1, error=Failure("ValueError", "no", 3))
    attributes = {**attributes_of(letter), "CloudPubSubDeadLetterSourceDeliveryCount": "6"}
    got = envelope_of_push(push({}, attributes=attributes))
    assert got.error is not None
    assert got.error.type == "ValueError"


def test_a_long_attribute_of_ours_is_cut_and_joined() -> None:
    letter = OURS.again(1, error=Failure("ValueError", "x" * 2_000, 3))
    attributes = attributes_of(letter)
    assert sorted(attributes) == ["cloudless", "cloudless-1", "cloudless-2", "region"]
    assert all(len(value) <= 1_024 for value in attributes.values())
    got = envelope_of_push(sent(letter))
    assert got.error is not None
    assert (got.error.text, got.attributes) == ("x" * 2_000, {"region": "eu"})


# --- without a wrapper ---------------------------------------------------------------------------------------


def unwrapped(**more: str) -> dict[str, str]:
    return {
        "HTTP_X_GOOG_PUBSUB_MESSAGE_ID": "77",
        "HTTP_X_GOOG_PUBSUB_PUBLISH_TIME": PUBLISHED,
        "HTTP_X_GOOG_PUBSUB_SUBSCRIPTION_NAME": "projects/p/subscriptions/s",
        "HTTP_USER_AGENT": "APIs-Google",
        **more,
    }


def test_a_push_without_a_wrapper_is_its_body_and_its_metadata() -> None:
    got = read(b'{"a": 1}', **unwrapped(HTTP_X_GOOG_PUBSUB_ORDERING_KEY="customer-7"))
    assert (got.id, got.body, got.sent_s, got.group) == ("77", '{"a": 1}', PUBLISHED_S, "customer-7")
    assert (got.attributes, got.attempt) == ({}, 1)


def test_a_body_without_a_wrapper_may_look_like_a_push() -> None:
    body = json.dumps(push({"inner": 1})).encode()
    assert read(body, **unwrapped()).body == body.decode()


def test_a_push_of_ours_without_a_wrapper_has_what_we_added() -> None:
    letter = OURS.again(3, error=Failure("ValueError", "x" * 2_000, 3))
    headers = {f"HTTP_{name.upper().replace('-', '_')}": text for name, text in attributes_of(letter).items()}
    got = read(OURS.body.encode(), **unwrapped(**headers, HTTP_X_GOOG_PUBSUB_DELIVERY_ATTEMPT="4"))
    assert got.error is not None
    assert (got.id, got.trace, got.attempt, got.error.text) == (OURS.id, OURS.trace, 6, "x" * 2_000)


# --- CloudEvents ---------------------------------------------------------------------------------------------


def test_an_event_of_pub_sub_is_the_push_in_it() -> None:
    told = {**EVENT, "HTTP_CE_TYPE": "google.cloud.pubsub.topic.v1.messagePublished"}
    got = read(json.dumps(sent(OURS)).encode(), **told)
    assert fields(got) == fields(OURS)


def test_an_event_of_another_service_is_a_message_with_its_data() -> None:
    got = read(b'{"name": "a.txt"}', **EVENT)
    assert (got.id, got.body, got.sent_s, got.attempt) == ("7", '{"name": "a.txt"}', PUBLISHED_S, 1)


def structured(**facts: Any) -> bytes:
    event = {"specversion": "1.0", "id": "7", "type": "com.example.done", "source": "/x", "time": PUBLISHED, **facts}
    return json.dumps(event).encode()


@pytest.mark.parametrize(
    ("data", "body"), [({"data": {"a": 1}}, '{"a": 1}'), ({"data": "text"}, '"text"'), ({"data_base64": "e30="}, "{}")]
)
def test_an_event_in_one_piece_is_read_as_well(data: dict[str, Any], body: str) -> None:
    got = read(structured(**data), CONTENT_TYPE="application/cloudevents+json; charset=utf-8")
    assert (got.id, got.body, got.sent_s) == ("7", body, PUBLISHED_S)


def test_an_event_in_one_piece_of_pub_sub_is_the_push_in_it() -> None:
    content = structured(type="google.cloud.pubsub.topic.v1.messagePublished", data=sent(OURS))
    assert fields(read(content, CONTENT_TYPE="application/cloudevents+json")) == fields(OURS)


def test_an_event_without_a_time_is_of_the_beginning() -> None:
    event = json.loads(structured(data={}))
    del event["time"]
    got = read(json.dumps(event).encode(), CONTENT_TYPE="application/cloudevents+json")
    assert got.sent_s == 0
