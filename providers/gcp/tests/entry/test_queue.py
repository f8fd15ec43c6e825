"""The entry of consumers: a push in, a status out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cloudless.conformance import journal
from cloudless.errors import PermissionDenied, Unavailable
from cloudless.message import Envelope, Failure
from cloudless.runtime.outcome import SKIPPED, Again, Dead, Outcome
from cloudless.runtime.plan import Plan
from cloudless_gcp.runtime.queue import consumer, handle_with
from providers.gcp.tests.entry.asking import Asked, FakeGoogle, made, push, sent

FAILURE = Failure("ValueError", "no", 1)
DONE, AGAIN = ("", 204), ("", 500)


@pytest.fixture(autouse=True)
def _no_notes() -> Iterator[None]:
    journal.clear()
    yield
    journal.clear()


@pytest.fixture
def cloud() -> FakeGoogle:
    return FakeGoogle()


def answered(cloud: FakeGoogle, outcome: Outcome, request: Any = None, **plan: Any) -> Any:
    """The answer where a message comes to that."""
    handle = handle_with(lambda envelope: outcome, Plan("work", "jobs", **plan), cloud)
    return handle(Asked(json.dumps(request or push({})).encode()))


def noted(handler: str) -> list[Any]:
    return [one["body"]["n"] for one in journal.kept() if one["handler"] == handler]


# --- what becomes of messages --------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", [None, Dead(FAILURE, called=True), SKIPPED])
def test_what_is_done_or_given_up_is_acknowledged(cloud: FakeGoogle, outcome: Outcome) -> None:
    assert answered(cloud, outcome) == DONE
    assert cloud.queues.sent == []


@pytest.mark.parametrize(
    ("plan", "deliveries", "wait_s"),
    [
        ({"delay_s": 10}, 1, 10),
        ({"delay_s": 10}, 3, 40),
        ({"delay_s": 10}, 9, 600),
        ({"delay_s": 10, "factor": 1}, 3, 10),
        ({"delay_s": 0, "factor": 3}, 3, 0),
    ],
)
def test_what_failed_comes_back_as_its_subscription_says(
    cloud: FakeGoogle, plan: dict[str, Any], deliveries: int, wait_s: float
) -> None:
    assert answered(cloud, Again(wait_s, FAILURE), push({}, attempt=deliveries), **plan) == AGAIN
    assert cloud.queues.sent == []


@pytest.mark.parametrize(
    ("plan", "deliveries", "wait_s"),
    [({"delay_s": 10}, 1, 7), ({"delay_s": 10, "factor": 3}, 2, 30), ({"delay_s": 10}, 1, 40), ({"delay_s": 10}, 1, 0)],
)
def test_a_wait_that_is_not_the_subscriptions_is_a_copy_that_counts(
    cloud: FakeGoogle, plan: dict[str, Any], deliveries: int, wait_s: float
) -> None:
    assert answered(cloud, Again(wait_s, FAILURE), push({}, attempt=deliveries, messageId="m"), **plan) == DONE
    [(queue, copy)] = cloud.queues.sent
    assert (queue, copy.id, copy.attempt, copy.delay_s) == ("jobs", "m", deliveries + 1, wait_s)


def test_a_postponed_message_is_sent_once_more_and_does_not_count(cloud: FakeGoogle) -> None:
    postponed = Again(1, FAILURE, counted=False)
    assert answered(cloud, postponed, push({}, attempt=4, messageId="m"), delay_s=1, factor=1) == DONE
    [(queue, copy)] = cloud.queues.sent
    assert (queue, copy.id, copy.attempt, copy.delay_s) == ("jobs", "m", 4, 1)


@pytest.mark.parametrize("outcome", [Again(7, FAILURE), Again(7, FAILURE, counted=False)])
def test_on_an_ordered_queue_nothing_is_copied(cloud: FakeGoogle, outcome: Again) -> None:
    assert answered(cloud, outcome, ordered=True) == AGAIN
    assert cloud.queues.sent == []


@pytest.mark.parametrize("problem", [PermissionDenied("add cloudtasks.tasks.create"), ZeroDivisionError("a bug")])
def test_a_copy_that_was_not_stored_comes_again_by_itself(
    cloud: FakeGoogle, caplog: pytest.LogCaptureFixture, problem: Any
) -> None:
    cloud.queues.fail = problem
    assert answered(cloud, Again(7, FAILURE)) == AGAIN
    [line] = caplog.records
    assert (str(problem) in line.getMessage(), line.exc_info is not None) == (
        True,
        isinstance(problem, ZeroDivisionError),
    )


def test_a_copy_that_is_refused_comes_again_by_itself(cloud: FakeGoogle) -> None:
    cloud.queues.refuse = {0: Unavailable("busy")}
    assert answered(cloud, Again(7, FAILURE)) == AGAIN


# --- handlers ------------------------------------------------------------------------------------------------


def test_a_message_is_handled(cloud: FakeGoogle) -> None:
    assert made(consumer, "on_work", cloud)(push({"do": "", "n": 1})) == DONE
    assert noted("work") == [1]


def test_a_handler_that_is_a_coroutine_is_called_the_same_way(cloud: FakeGoogle) -> None:
    write = made(consumer, "on_write", cloud)
    assert write(push({"do": "", "n": 1})) == DONE
    assert write(push({"do": "raise", "n": 2}, attempt=1)) == AGAIN
    assert noted("write") == [1, 2]


def test_a_list_handler_gets_lists_of_one(cloud: FakeGoogle) -> None:
    enlist = made(consumer, "on_enlist", cloud)
    assert enlist(push({"do": ""})) == DONE
    assert enlist(push({"do": "fail"}, attempt=1)) == AGAIN
    assert [len(call["bodies"]) for call in journal.kept()] == [1, 1]


@pytest.mark.parametrize("do", ["raise", "exit"])
def test_a_failure_is_returned_and_counts(cloud: FakeGoogle, do: str, caplog: pytest.LogCaptureFixture) -> None:
    assert made(consumer, "on_work", cloud)(push({"do": do, "n": 1}, attempt=1)) == AGAIN
    assert "comes again in 2 s" in caplog.text
    assert cloud.queues.sent == []


def test_on_the_last_failure_the_message_is_a_dead_letter_with_the_error(cloud: FakeGoogle) -> None:
    assert made(consumer, "on_work", cloud)(push({"do": "raise", "n": 0}, attempt=3)) == DONE
    [(queue, letter)] = cloud.queues.sent
    assert queue == "jobs-dead-letters"
    assert letter.error is not None
    assert (letter.error.type, letter.error.text, letter.error.attempt) == ("ConnectionError", "not yet", 3)


def test_attempts_before_a_copy_count(cloud: FakeGoogle) -> None:
    copy = Envelope("a" * 32, json.dumps({"do": "raise", "n": 0}), attempt=3)
    assert made(consumer, "on_work", cloud)(sent(copy, attempt=1)) == DONE
    assert [queue for queue, _ in cloud.queues.sent] == ["jobs-dead-letters"]


def test_where_a_dead_letter_is_not_stored_the_message_stays(cloud: FakeGoogle) -> None:
    cloud.queues.fail = Unavailable("no Pub/Sub")
    assert made(consumer, "on_work", cloud)(push({"do": "raise", "n": 0}, attempt=3)) == AGAIN


def test_a_handler_that_exits_on_its_last_attempt_is_told_by_the_next_delivery(cloud: FakeGoogle) -> None:
    """As one whose process is gone: nobody said what happened."""
    work = made(consumer, "on_work", cloud)
    assert work(push({"do": "exit", "n": 0}, attempt=3)) == AGAIN
    assert cloud.queues.sent == []
    assert work(push({"do": "exit", "n": 0}, attempt=4)) == DONE
    [(_, letter)] = cloud.queues.sent
    assert letter.error is not None
    assert letter.error.type == "Crashed"


def test_a_message_that_cannot_be_read_is_a_dead_letter_at_once(cloud: FakeGoogle) -> None:
    assert made(consumer, "on_work", cloud)(push(b"{")) == DONE
    [(_, letter)] = cloud.queues.sent
    assert letter.error is not None
    assert (letter.error.type, noted("work")) == ("InvalidBody", [])


def test_a_bug_below_the_handler_returns_the_message(cloud: FakeGoogle) -> None:
    class Broken(Exception): ...

    def send(*_: object) -> None:
        raise Broken

    cloud.queues.send = send  # type: ignore[method-assign, assignment]
    assert made(consumer, "on_work", cloud)(push({"do": "raise", "n": 0}, attempt=3)) == AGAIN


def test_messages_of_ours_keep_their_trace_in_what_a_handler_sends(cloud: FakeGoogle) -> None:
    cause = Envelope("a" * 32, json.dumps({"do": "raise", "n": 1}), trace="b" * 32, correlation="order-7", sent_s=5)
    made(consumer, "on_work", cloud)(sent(cause, attempt=3))
    [(_, letter)] = cloud.queues.sent
    assert (letter.id, letter.trace, letter.correlation, letter.sent_s) == ("a" * 32, "b" * 32, "order-7", 5)


# --- filters -------------------------------------------------------------------------------------------------


def test_what_a_filter_leaves_out_is_done_and_reaches_nobody(cloud: FakeGoogle) -> None:
    read = made(consumer, "on_read", cloud, where=[["region", "any_of", ["eu"]]], subscription="s")
    for n, attributes in enumerate([{"region": "eu"}, {"region": "us"}, {}]):
        assert read(push({"n": n}, attributes=attributes)) == DONE
    assert noted("read") == [0]


OLD, NEW = "projects/p/subscriptions/news-read-0", "projects/p/subscriptions/news-read-1"


def test_what_a_subscription_of_before_brings_goes_to_the_retries_as_it_is(cloud: FakeGoogle) -> None:
    read = made(consumer, "on_read", cloud, subscription=NEW, retries=f"{NEW}-retries")
    message = Envelope("a" * 32, '{"n":1}', {"region": "eu"}, attempt=2, trace="b" * 32)
    assert read(sent(message, attempt=1, subscription=OLD)) == DONE
    [(queue, copy)] = cloud.queues.sent
    assert (queue, copy.id, copy.attempt, copy.delay_s, copy.trace) == ("news-read", "a" * 32, 2, 0, "b" * 32)
    assert noted("read") == []
    cloud.queues.fail = Unavailable("no Pub/Sub")
    assert read(sent(message, attempt=1, subscription=OLD)) == AGAIN


@pytest.mark.parametrize("subscription", [NEW, f"{NEW}-retries"])
def test_what_the_current_ones_bring_is_handled(cloud: FakeGoogle, subscription: str) -> None:
    read = made(consumer, "on_read", cloud, subscription=NEW, retries=f"{NEW}-retries")
    assert read(push({"n": 1}, subscription=subscription)) == DONE
    assert noted("read") == [1]


# --- requests ------------------------------------------------------------------------------------------------

_MESSAGE = push({}, messageId="m")["message"]
REQUESTS: list[Any] = [
    b"",
    b"not json",
    b"\xff",
    [],
    None,
    {},
    {"message": None},
    {"message": {}},
    {"message": {"data": "e30="}},
    {"message": {**_MESSAGE, "data": "="}},
    {"message": {**_MESSAGE, "data": 7}},
    {"message": {**_MESSAGE, "data": "é"}},
    {"message": {**_MESSAGE, "attributes": ["cloudless"]}},
    {"message": {"data": "e30=", "messageId": "1"}},
    {"message": {**_MESSAGE, "attributes": {"cloudless": 7}}},
    {"message": {**_MESSAGE, "messageId": 7}},
    {"message": {**_MESSAGE, "publishTime": 7}},
    {"message": {**_MESSAGE, "publishTime": "yesterday"}},
    {"message": {**_MESSAGE, "orderingKey": 7}},
    {"message": {**_MESSAGE, "attributes": {"region": 7}}},
    {"message": _MESSAGE, "deliveryAttempt": "x"},
    {"message": _MESSAGE, "deliveryAttempt": 0},
    b'{"message":' + b"[" * 100_000,
    {"call": {}},
    {"args": {}, "ctx": {}},
    {"bucket": "b", "name": "n"},
]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: str(one)[:40])
def test_what_is_no_push_is_refused_and_reaches_no_handler(
    cloud: FakeGoogle, request_: Any, caplog: pytest.LogCaptureFixture
) -> None:
    text, status = made(consumer, "on_work", cloud)(request_)
    assert (status, "function of work takes pushes of Pub/Sub" in json.loads(text)["refused"]) == (400, True)
    assert (journal.kept(), "was called with" in caplog.text) == ([], True)


@pytest.mark.parametrize("subscription", [None, {"of": "nobody"}, ["s"]])
def test_a_push_of_no_subscription_is_refused_by_a_subscriber(cloud: FakeGoogle, subscription: Any) -> None:
    read = made(consumer, "on_read", cloud, subscription=NEW, retries=f"{NEW}-retries")
    request = push({"n": 1})
    del request["subscription"]
    assert read({**request, "subscription": subscription} if subscription else request)[1] == 400
    assert (cloud.queues.sent, noted("read")) == ([], [])


def test_a_count_of_deliveries_that_is_none_is_as_if_absent(cloud: FakeGoogle) -> None:
    """Anybody who may publish may write it."""
    attributes = {"CloudPubSubDeadLetterSourceDeliveryCount": "many"}
    assert made(consumer, "on_work", cloud)(push({"do": "", "n": 1}, attributes=attributes)) == DONE
    assert noted("work") == [1]


@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 100_000, b'{"do": NaN}', b'"text"'])
def test_a_body_that_cannot_be_read_in_a_push_that_can_is_a_dead_letter_and_no_refusal(
    cloud: FakeGoogle, body: bytes
) -> None:
    assert made(consumer, "on_work", cloud)(push(body)) == DONE
    [(queue, letter)] = cloud.queues.sent
    assert letter.error is not None
    assert (queue, letter.error.type, noted("work")) == ("jobs-dead-letters", "InvalidBody", [])


def test_an_event_that_is_not_whole_is_refused(cloud: FakeGoogle) -> None:
    headers = {"CONTENT_TYPE": "application/cloudevents+json"}
    events: list[Any] = [{"specversion": "1.0", "type": "x"}, {"specversion": "1.0"}, [], {"type": "x", "data": {}}]
    for event in events:
        assert made(consumer, "on_work", cloud)(event, headers)[1] == 400
