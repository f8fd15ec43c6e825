"""Messages as AWS carries them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudless.message import Envelope, Failure, traceparent
from cloudless.system import pack_system
from cloudless_aws.wire import envelope_of_message, envelope_of_record, trace_of_xray
from providers.aws.tests.entry.asking import SENT_MS, record, sent, texts

OURS = Envelope(
    "a" * 32, '{"a":1}', {"region": "eu"}, group="g", sent_s=5.5, trace="b" * 32, correlation="c", deduplication="d"
)


def fields(envelope: Envelope) -> dict[str, Any]:
    return {name: getattr(envelope, name) for name in Envelope.__slots__ if name != "error"}


def test_a_record_of_ours_is_the_envelope_that_was_sent() -> None:
    assert fields(envelope_of_record(sent(OURS))) == fields(OURS)


def test_a_copy_goes_on_with_the_attempts_before_it() -> None:
    got = envelope_of_record(sent(OURS.again(3), receives=4))
    assert got.attempt == 6, "three before the copy, and the fourth delivery of it"


@pytest.mark.parametrize("asked", Envelope.__slots__)
def test_a_record_is_read_whichever_part_is_asked_for_first(asked: str) -> None:
    got = envelope_of_record(sent(OURS))
    assert getattr(got, asked) == getattr(OURS, asked)
    assert fields(got) == fields(OURS)


def test_what_no_envelope_has_is_no_part_of_a_record() -> None:
    got: Any = envelope_of_record(sent(OURS))
    for name in ("nothing", "_nothing"):
        with pytest.raises(AttributeError, match=name):
            getattr(got, name)


def test_an_attribute_of_a_stranger_that_looks_like_ours_is_read_as_far_as_it_can_be() -> None:
    system = '{"id": 5, "attempt": "many", "traceparent": "x"}'
    got = envelope_of_record(record({}, id="5b6d", messageAttributes=texts({"cloudless": system})))
    assert (got.id, got.attempt, got.trace) == ("5b6d", 1, "")


def test_an_attempt_within_a_text_of_ours_is_not_the_attempt() -> None:
    system = pack_system(OURS.again(7)).replace('"correlation":"c"', f'"correlation":{json.dumps(chr(34) + "attempt")}')
    message = Envelope("a" * 32, "{}", correlation='"attempt":1,', attempt=7)
    assert '"attempt":1,' not in pack_system(message)
    assert envelope_of_record(sent(message)).attempt == 7
    assert envelope_of_record(record({}, messageAttributes=texts({"cloudless": system}))).attempt == 7


def test_a_foreign_record_has_the_ids_and_times_of_the_service() -> None:
    id = "059f36b4-87a3-44ab-83d2-661975830a7d"
    got = envelope_of_record(record({}, id=id, receives=2, native={"MessageGroupId": "customer-7"}))
    assert (got.id, got.sent_s, got.group, got.attempt) == (id.replace("-", ""), SENT_MS / 1_000, "customer-7", 2)
    assert (got.trace, got.correlation, got.error) == ("", "", None)


def test_a_foreign_record_goes_on_with_the_trace_of_x_ray() -> None:
    header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
    got = envelope_of_record(record({}, native={"AWSTraceHeader": header}))
    assert traceparent(got).startswith("00-5759e988bd862e3fe1be46a994272793-")
    ours = envelope_of_record(sent(OURS, native={"AWSTraceHeader": header}))
    assert ours.trace == OURS.trace, "a trace of ours is gone on with"


@pytest.mark.parametrize(
    ("header", "trace"),
    [
        ("Root=1-5759e988-bd862e3fe1be46a994272793", "5759e988bd862e3fe1be46a994272793"),
        ("Self=1-67891234-1245;Root=1-67891233-abcdef012345678912345678", "67891233abcdef012345678912345678"),
        ("", ""),
        ("Root=", ""),
        ("Root=1-5759e988", ""),
        ("Root=1-5759e988-bd862e3fe1be46a99427279", ""),
        ("Root=2-5759e988-bd862e3fe1be46a994272793", ""),
        ("Root=1-5759E988-bd862e3fe1be46a994272793", ""),
        ("Parent=53995c3f42cd8ad8;Sampled=1", ""),
    ],
)  # fmt: skip
def test_the_trace_of_x_ray_is_its_root(header: str, trace: str) -> None:
    assert trace_of_xray(header) == trace


def test_binary_attributes_of_strangers_are_left_out() -> None:
    found = {
        "region": {"stringValue": "eu", "dataType": "String"},
        "raw": {"binaryValue": "AA==", "dataType": "Binary"},
    }
    assert envelope_of_record(record({}, messageAttributes=found)).attributes == {"region": "eu"}


def test_a_letter_that_the_service_moved_is_read_as_crashed() -> None:
    moved = {
        "MessageId": "m",
        "Body": "{}",
        "Attributes": {
            "ApproximateReceiveCount": "6",
            "SentTimestamp": str(SENT_MS),
            "DeadLetterQueueSourceArn": "arn:aws:sqs:us-east-1:000000000000:orders",
        },
    }
    error = envelope_of_message(moved).error
    assert error is not None
    assert (error.type, error.attempt) == ("Crashed", 6)


def test_a_letter_of_ours_keeps_its_error_wherever_it_lies() -> None:
    letter = OURS.again(1, error=Failure("CardDeclined", "no funds", 3))
    native = {"DeadLetterQueueSourceArn": "arn:aws:sqs:us-east-1:000000000000:orders"}
    error = envelope_of_record(sent(letter, native=native)).error
    assert error is not None
    assert (error.type, error.text, error.attempt) == ("CardDeclined", "no funds", 3)
