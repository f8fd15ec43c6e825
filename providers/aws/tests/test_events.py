"""The adapter: an event in, the items that failed out, without a server."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from cloudless.errors import InvalidArgument, Unavailable
from cloudless.message import Envelope, Failure
from cloudless.runtime.outcome import Again, Dead, Outcome
from cloudless_aws.runtime.queue import answer_with, records_of
from cloudless_aws.wire import attributes_of, envelope_of_message, envelope_of_record

RECORDED = Path(__file__).parents[3].parent / "shared" / "events" / "aws"
FAILURE = Failure("ValueError", "no", 1)


class Queues:
    """Keeps what is sent and hidden."""

    def __init__(self, *, works: bool = True) -> None:
        self.sent: list[tuple[str, Envelope]] = []
        self.hidden: dict[Any, float] = {}
        self._works = works

    @property
    def queues(self) -> Queues:
        return self

    def send(self, queue: str, messages: Sequence[Envelope]) -> Sequence[object]:
        if not self._works:
            raise Unavailable("no SQS")
        self.sent += [(queue, message) for message in messages]
        return []

    def hide(self, queue: str, receipts: Mapping[Any, float]) -> None:
        if not self._works:
            raise Unavailable("no SQS")
        self.hidden |= receipts


def record(id: str = "m1", *, fifo: bool = False, receives: int = 1, **facts: Any) -> dict[str, Any]:
    native = {"ApproximateReceiveCount": str(receives), "SentTimestamp": "1767355200250", **facts.pop("native", {})}
    return {
        "messageId": id,
        "receiptHandle": f"receipt-{id}",
        "body": "{}",
        "attributes": native,
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:us-east-1:000000000000:orders{'.fifo' if fifo else ''}",
        **facts,
    }


def told(texts: Mapping[str, str]) -> dict[str, Any]:
    return {name: {"stringValue": value, "dataType": "String"} for name, value in texts.items()}


def answer(cloud: Queues, outcomes: list[Outcome], *records: Mapping[str, Any]) -> list[str]:
    """The ids that are reported; outcomes are given out in the order of the calls."""
    left = list(outcomes)
    handle = answer_with(lambda envelopes: [left.pop(0) for _ in envelopes], "orders", cloud)
    reply = handle({"Records": records}, None)
    assert left == []
    return [one["itemIdentifier"] for one in reply["batchItemFailures"]]


def test_what_is_done_or_given_up_is_not_reported_and_a_failure_is_hidden_for_its_wait() -> None:
    cloud = Queues()
    outcomes: list[Outcome] = [None, Dead(FAILURE, called=True), Again(7, FAILURE)]
    assert answer(cloud, outcomes, record("a"), record("b"), record("c")) == ["c"]
    assert cloud.hidden == {"receipt-c": 7}


def test_a_postponed_message_is_sent_once_more_and_does_not_count() -> None:
    cloud = Queues()
    assert answer(cloud, [Again(30, FAILURE, counted=False)], record("a", receives=4)) == []
    [(queue, copy)] = cloud.sent
    assert (queue, copy.attempt, copy.delay_s, copy.id) == ("orders", 4, 30, "a")


def test_a_wait_that_is_longer_than_sqs_delays_is_met_again() -> None:
    cloud = Queues()
    answer(cloud, [Again(5_000, FAILURE, counted=False)], record("a"))
    assert cloud.sent[0][1].delay_s == 900


def test_a_postponed_message_that_cannot_be_sent_comes_again_by_itself() -> None:
    cloud = Queues(works=False)
    assert answer(cloud, [Again(30, FAILURE, counted=False)], record("a")) == ["a"]


def test_in_order_what_stands_behind_a_failure_is_not_delivered_and_waits_behind_it() -> None:
    cloud = Queues()
    records = [
        record(id, fifo=True, native={"MessageGroupId": group}) for id, group in [("a", "1"), ("b", "1"), ("c", "2")]
    ]
    assert answer(cloud, [Again(9, FAILURE), None], *records) == ["a", "b"]
    assert cloud.hidden == {"receipt-a": 9, "receipt-b": 0}


def test_in_order_a_postponed_message_keeps_its_place() -> None:
    cloud = Queues()
    postponed = Again(30, FAILURE, counted=False)
    assert answer(cloud, [postponed], record("a", fifo=True, native={"MessageGroupId": "1"})) == ["a"]
    assert (cloud.sent, cloud.hidden) == ([], {"receipt-a": 30})


def test_a_record_of_ours_is_the_envelope_that_was_sent() -> None:
    sent = Envelope(
        "a" * 32, '{"a":1}', {"region": "eu"}, group="g", sent_s=5.5, trace="b" * 32, correlation="c", attempt=3
    )
    got = envelope_of_record(record(body=sent.body, receives=4, messageAttributes=told(attributes_of(sent))))
    assert (got.id, got.body, got.attributes, got.group) == (sent.id, sent.body, sent.attributes, "g")
    assert (got.sent_s, got.trace, got.correlation) == (5.5, "b" * 32, "c")
    assert got.attempt == 6, "three before the copy, and the fourth delivery of it"


def test_a_foreign_record_has_the_ids_and_times_of_the_service() -> None:
    id = "059f36b4-87a3-44ab-83d2-661975830a7d"
    got = envelope_of_record(record(id, receives=2, native={"MessageGroupId": "customer-7"}))
    assert (got.id, got.sent_s, got.group, got.attempt) == (id.replace("-", ""), 1_767_355_200.25, "customer-7", 2)


def test_a_letter_that_the_service_moved_is_read_as_crashed() -> None:
    moved = {
        "MessageId": "m",
        "Body": "{}",
        "Attributes": {
            "ApproximateReceiveCount": "6",
            "SentTimestamp": "1767355200250",
            "DeadLetterQueueSourceArn": "arn:aws:sqs:us-east-1:000000000000:orders",
        },
    }
    error = envelope_of_message(moved).error
    assert error is not None
    assert (error.type, error.attempt) == ("Crashed", 6)


EVENTS: list[Any] = [
    {},
    {"Records": None},
    {"Records": [{}]},
    {"Records": [{"Sns": {}}]},
    {"Records": [record(attributes=None)]},
    {"Records": [record(native={"ApproximateReceiveCount": "x"})]},
    None,
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event)[:30])
def test_what_is_no_sqs_event_is_refused_and_reaches_no_handler(event: Any) -> None:
    def deliver(envelopes: Sequence[Envelope]) -> list[Outcome]:
        raise AssertionError("called")

    with pytest.raises(InvalidArgument, match="not an SQS event"):
        answer_with(deliver, "orders", Queues())(event, None)


def recorded(name: str) -> Any:
    if not RECORDED.is_dir():
        pytest.skip(f"recorded events are not here: {RECORDED}")
    return json.loads((RECORDED / name).read_text())


def test_a_recorded_event_is_read() -> None:
    _, [first, second] = records_of(recorded("sqsEvent.json"))
    assert (first.body, first.attributes, first.attempt) == ("Test message.", {"testAttr": "100"}, 1)
    assert (json.loads(second.body), second.attributes) == ({"message": "foo1"}, {})
    assert first.sent_s == 1_545_082_649.183


@pytest.mark.parametrize("name", ["snsSqsEvent.json", "snsSqsFifoEvent.json"])
def test_a_recorded_event_of_a_foreign_topic_is_read_as_its_envelope_without_raw_delivery(name: str) -> None:
    _, [envelope] = records_of(recorded(name))
    assert json.loads(envelope.body)["Type"] == "Notification"


def test_a_recorded_event_of_another_service_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="fed by an event source mapping"):
        records_of(recorded("snsEvent.json"))
