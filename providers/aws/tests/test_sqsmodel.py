"""The model of SQS and its event source, held against what Amazon's documentation says."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest

from providers.aws.tests.sqsmodel import EventSource, Refused, Settings, SqsMessage
from providers.aws.tests.sqsmodel.message import check_request
from providers.aws.tests.sqsmodel.source import US, Failed, failed_of
from tests.virtual import NeverEnds, World

ALL = object()
"""An answer: every message of the event failed."""


class Endpoint:
    """Answers as told, then that all is well; keeps the events."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.events: list[list[dict[str, Any]]] = []

    def __call__(self, event: Mapping[str, Any]) -> Any:
        self.events.append(event["Records"])
        answer = self.answers.pop(0) if self.answers else None
        if answer is Failed:
            raise Failed
        ids = [record["messageId"] for record in event["Records"]]
        return {"batchItemFailures": [{"itemIdentifier": id} for id in ids]} if answer is ALL else answer

    def counts(self) -> list[list[str]]:
        return [[record["attributes"]["ApproximateReceiveCount"] for record in event] for event in self.events]


def source_of(endpoint: Endpoint, *messages: SqsMessage, **settings: Any) -> tuple[World, EventSource]:
    facts: dict[str, Any] = {"queue": "orders", "visibility_s": 60, **settings}
    source = EventSource(Settings(**facts), endpoint)
    world = World(source)
    for message in messages:
        source.accept(message, world.now_us, world.now_us)
    return world, source


def message(id: str = "1", group: str = "") -> SqsMessage:
    return SqsMessage(id, "{}", group=group)


def gaps_s(source: EventSource) -> list[float]:
    return [(later.at_us - earlier.at_us) / US for earlier, later in pairwise(source.deliveries)]


def test_what_is_reported_comes_back_after_its_visibility_time_out_and_counts() -> None:
    endpoint = Endpoint(ALL, Failed)
    world, source = source_of(endpoint, message())
    world.run()
    assert gaps_s(source) == [60, 60]
    assert endpoint.counts() == [["1"], ["2"], ["3"]]


def test_a_function_changes_the_visibility_of_what_it_has() -> None:
    def hide(event: Mapping[str, Any]) -> Any:
        if len(source.deliveries) == 0:
            assert source.hide(event["Records"][0]["receiptHandle"], 7, world.now_us)
            return {"batchItemFailures": [{"itemIdentifier": "1"}]}
        return None

    source = EventSource(Settings("orders", visibility_s=60), hide)
    world = World(source)
    source.accept(message(), world.now_us, world.now_us)
    world.run()
    assert gaps_s(source) == [7]


def test_a_receipt_of_an_earlier_delivery_changes_nothing() -> None:
    endpoint = Endpoint(ALL)
    world, source = source_of(endpoint, message())
    world.run()
    assert not source.hide(endpoint.events[0][0]["receiptHandle"], 5, world.now_us)


@pytest.mark.parametrize("seconds", [-1, 43_201, 1.5])
def test_a_visibility_that_sqs_does_not_take_is_refused(seconds: Any) -> None:
    _, source = source_of(Endpoint())
    with pytest.raises(Refused, match="VisibilityTimeout"):
        source.hide("r", seconds, 0)


@pytest.mark.parametrize(
    ("reply", "failed"),
    [
        (None, []),
        ({}, []),
        ({"batchItemFailures": None}, []),
        ({"batchItemFailures": []}, []),
        ({"batchItemFailures": [{"itemIdentifier": "b"}]}, ["b"]),
        ({"batchItemFailures": [{"itemIdentifier": "other"}]}, ["a", "b"]),
        ({"batchItemFailures": [{"id": "b"}]}, ["a", "b"]),
        ({"other": 1}, ["a", "b"]),
        ("text", ["a", "b"]),
    ],
)
def test_what_lambda_cannot_read_returns_the_whole_batch(reply: Any, failed: list[str]) -> None:
    assert failed_of(reply, ["a", "b"]) == failed


def test_a_message_moves_when_the_number_of_receives_is_exceeded() -> None:
    moved: list[str] = []
    endpoint = Endpoint(*[ALL] * 9)
    settings = Settings("orders", visibility_s=60, max_receives=3, dead_letters="letters")
    source = EventSource(settings, endpoint, lambda queue, _: moved.append(queue))
    world = World(source)
    source.accept(message(), world.now_us, world.now_us)
    world.run()
    assert (len(source.deliveries), moved, source.waiting()) == (3, ["letters"], [])


def test_the_head_of_a_group_blocks_the_rest_of_it_and_no_other() -> None:
    endpoint = Endpoint(ALL)
    world, _ = source_of(endpoint, message("1", "a"), message("2", "a"), message("3", "b"), queue="orders.fifo")
    world.run()
    assert [event[0]["messageId"] for event in endpoint.events] == ["1", "3", "1", "2"]


def test_a_batch_holds_as_many_as_the_mapping_says() -> None:
    endpoint = Endpoint()
    world, _ = source_of(endpoint, *(message(str(at)) for at in range(5)), batch_size=2)
    world.run()
    assert [len(event) for event in endpoint.events] == [2, 2, 1]


def test_what_a_sender_delayed_waits_for_advance_and_comes_on_time() -> None:
    endpoint = Endpoint()
    world, source = source_of(endpoint)
    source.accept(message(), world.now_us + 10 * US, world.now_us)
    world.run()
    assert endpoint.events == []
    world.advance(9.9)
    assert endpoint.events == []
    world.advance(0.1)
    assert len(endpoint.events) == 1


def test_a_source_that_retries_for_ever_is_told() -> None:
    world, _ = source_of(Endpoint(*[ALL] * 10_001), message())
    with pytest.raises(NeverEnds, match="10,000 deliveries"):
        world.run()


def entry(**changes: Any) -> dict[str, Any]:
    return {"Id": "0", "MessageBody": "{}", **changes}


def text(value: str) -> dict[str, str]:
    return {"DataType": "String", "StringValue": value}


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], "TooManyEntriesInBatchRequest"),
        ([entry(Id=str(at)) for at in range(11)], "TooManyEntriesInBatchRequest"),
        ([entry(), entry()], "BatchEntryIdsNotDistinct"),
        ([entry(MessageBody="x" * 1_048_577)], "BatchRequestTooLong"),
        ([entry(MessageBody="")], "InvalidMessageContents"),
        ([entry(MessageBody="\ufffe")], "InvalidMessageContents"),
        ([entry(MessageBody="\x00")], "InvalidMessageContents"),
        ([entry(DelaySeconds=901)], "InvalidParameterValue"),
        ([entry(DelaySeconds=0.5)], "InvalidParameterValue"),
        ([entry(MessageDeduplicationId="d")], "InvalidParameterValue"),
        ([entry(MessageAttributes={f"a{at}": text("v") for at in range(11)})], "InvalidParameterValue"),
        ([entry(MessageAttributes={"a b": text("v")})], "InvalidParameterValue"),
        ([entry(MessageAttributes={"a": text("")})], "InvalidParameterValue"),
    ],
)
def test_what_sqs_refuses_is_refused(entries: list[dict[str, Any]], code: str) -> None:
    with pytest.raises(Refused) as caught:
        check_request(entries, is_fifo=False)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "changes",
    [
        {"DelaySeconds": 1},
        {"MessageGroupId": "two words"},
        {"MessageGroupId": "g" * 129},
        {"MessageDeduplicationId": ""},
    ],
)
def test_what_sqs_refuses_of_a_fifo_queue_is_refused(changes: dict[str, Any]) -> None:
    good = entry(MessageGroupId="g", MessageDeduplicationId="d")
    check_request([good], is_fifo=True)
    with pytest.raises(Refused, match="InvalidParameterValue"):
        check_request([{**good, **changes}], is_fifo=True)
