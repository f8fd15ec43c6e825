"""The entry of consumers: an event in, the items that failed out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from cloudless.conformance import journal
from cloudless.driver.current import HERE
from cloudless.driver.queue import Unsent
from cloudless.errors import InvalidArgument, PermissionDenied, Unavailable
from cloudless.message import Envelope, Failure
from cloudless.runtime.outcome import SKIPPED, Again, Dead, Outcome
from cloudless.runtime.plan import Plan
from cloudless_aws.runtime.queue import COPY_DELAY_MAX_S, consumer, handle_with
from providers.aws.tests.entry.asking import Context, FakeAws, event_of, failed, made, record, sent, texts

FAILURE = Failure("ValueError", "no", 1)


@pytest.fixture(autouse=True)
def _no_notes() -> Iterator[None]:
    journal.clear()
    yield
    journal.clear()


@pytest.fixture
def cloud() -> FakeAws:
    return FakeAws()


def answered(cloud: FakeAws, outcomes: Sequence[Outcome], *records: Any, left_s: float = 600) -> list[str]:
    """The ids that are reported where messages come to that."""

    def deliver_each(envelopes: Sequence[Envelope]) -> list[Outcome]:
        assert len(envelopes) == len(outcomes)
        return list(outcomes)

    handle = handle_with(deliver_each, Plan("work", "jobs"), cloud)
    return failed(handle(event_of(*records), Context(left_s)))


def noted(handler: str) -> list[Any]:
    return [one["body"]["n"] for one in journal.kept() if one["handler"] == handler]


# --- what becomes of messages --------------------------------------------------------------------------------


def test_what_is_done_or_given_up_is_not_reported_and_a_failure_is_hidden_for_its_wait(cloud: FakeAws) -> None:
    outcomes: list[Outcome] = [None, Dead(FAILURE, called=True), Again(7, FAILURE), SKIPPED]
    records = [record({}, id=id) for id in "abcd"]
    assert answered(cloud, outcomes, *records) == ["c"]
    assert cloud.queues.hidden == {"receipt-c": 7}


def test_postponed_messages_are_sent_once_more_and_do_not_count(cloud: FakeAws) -> None:
    postponed = Again(30, FAILURE, counted=False)
    records = [record({}, id="a", receives=4), record({}, id="b"), record({}, id="c")]
    assert answered(cloud, [postponed, None, postponed], *records) == []
    copies = [(queue, one.id, one.attempt, one.delay_s) for queue, one in cloud.queues.sent]
    assert copies == [("jobs", "a", 4, 30), ("jobs", "c", 1, 30)]
    assert cloud.queues.hidden == {}


def test_a_wait_that_is_longer_than_sqs_delays_is_met_again(cloud: FakeAws) -> None:
    answered(cloud, [Again(5_000, FAILURE, counted=False)], record({}))
    assert cloud.queues.sent[0][1].delay_s == COPY_DELAY_MAX_S


def test_a_copy_that_was_not_stored_comes_again_by_itself(cloud: FakeAws) -> None:
    postponed = Again(30, FAILURE, counted=False)
    cloud.queues.refuse = {1: Unavailable("busy")}
    assert answered(cloud, [postponed] * 3, *(record({}, id=id) for id in "abc")) == ["b"]
    assert cloud.queues.hidden == {"receipt-b": 30}


def test_without_sqs_everything_that_failed_is_still_reported(cloud: FakeAws, caplog: pytest.LogCaptureFixture) -> None:
    cloud.queues.fail = PermissionDenied("add sqs:SendMessage")
    outcomes: list[Outcome] = [Again(30, FAILURE, counted=False), Again(5, FAILURE), None]
    assert answered(cloud, outcomes, *(record({}, id=id) for id in "abc")) == ["a", "b"]
    assert [one.getMessage().count("add sqs:SendMessage") for one in caplog.records] == [1, 1]


def test_copies_and_back_offs_are_the_handlers_so_that_a_refusal_names_it(
    cloud: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []

    def called(queue: str, given: object) -> list[Unsent]:
        asked.append(HERE.get()[1])
        return []

    monkeypatch.setattr(cloud.queues, "send", called)
    monkeypatch.setattr(cloud.queues, "hide", called)
    outcomes: list[Outcome] = [Again(30, FAILURE, counted=False), Again(5, FAILURE)]
    assert answered(cloud, outcomes, record({}, id="a"), record({}, id="b")) == ["b"]
    assert asked == ["work", "work"]


def test_on_a_fifo_queue_a_postponed_message_keeps_its_place(cloud: FakeAws) -> None:
    postponed = Again(30, FAILURE, counted=False)
    assert answered(cloud, [postponed], record({}, id="a", fifo=True, native={"MessageGroupId": "1"})) == ["a"]
    assert (cloud.queues.sent, cloud.queues.hidden) == ([], {"receipt-a": 30})


# --- one handler call a message ------------------------------------------------------------------------------


def test_messages_of_an_event_are_handled_one_after_the_other(cloud: FakeAws) -> None:
    work = made(consumer, "on_work", cloud)
    assert failed(work(event_of(*(record({"do": "", "n": n}) for n in range(3))))) == []
    assert noted("work") == [0, 1, 2]


def test_what_one_of_them_does_is_no_matter_of_the_others(cloud: FakeAws) -> None:
    work = made(consumer, "on_work", cloud)
    does = ["", "raise", "", "exit", ""]
    records = [record({"do": do, "n": n}, id=f"m{n}") for n, do in enumerate(does)]
    assert failed(work(event_of(*records))) == ["m1", "m3"]
    assert noted("work") == [0, 1, 2, 3, 4]
    assert cloud.queues.hidden == {"receipt-m1": 2, "receipt-m3": 2}


def test_on_the_last_failure_the_message_is_a_dead_letter_with_the_error(cloud: FakeAws) -> None:
    work = made(consumer, "on_work", cloud)
    assert failed(work(event_of(record({"do": "raise", "n": 0}, receives=3)))) == []
    [(queue, letter)] = cloud.queues.sent
    assert queue == "jobs-dead-letters"
    assert letter.error is not None
    assert (letter.error.type, letter.error.text, letter.error.attempt) == ("ConnectionError", "not yet", 3)


def test_where_a_dead_letter_is_not_stored_the_message_stays(cloud: FakeAws) -> None:
    cloud.queues.fail = Unavailable("no SQS")
    work = made(consumer, "on_work", cloud)
    assert failed(work(event_of(record({"do": "raise", "n": 0}, id="m", receives=3)))) == ["m"]


def test_a_handler_that_exits_on_its_last_attempt_is_told_by_the_next_delivery(cloud: FakeAws) -> None:
    """As one whose process is gone: nobody said what happened."""
    work = made(consumer, "on_work", cloud)
    assert failed(work(event_of(record({"do": "exit", "n": 0}, id="m", receives=3)))) == ["m"]
    assert cloud.queues.sent == []
    assert failed(work(event_of(record({"do": "exit", "n": 0}, id="m", receives=4)))) == []
    [(_, letter)] = cloud.queues.sent
    assert letter.error is not None
    assert letter.error.type == "Crashed"


def test_a_message_that_cannot_be_read_is_a_dead_letter_at_once(cloud: FakeAws) -> None:
    work = made(consumer, "on_work", cloud)
    assert failed(work(event_of({**record(), "body": "{"}, record({"do": "", "n": 1})))) == []
    [(_, letter)] = cloud.queues.sent
    assert letter.error is not None
    assert (letter.error.type, noted("work")) == ("InvalidBody", [1])


def test_a_bug_below_the_handler_costs_its_own_message_only(cloud: FakeAws) -> None:
    """Whatever it is: here, a driver that raises what no driver should."""

    class Broken(Exception): ...

    def send(*_: object) -> None:
        raise Broken

    cloud.queues.send = send  # type: ignore[method-assign, assignment]
    work = made(consumer, "on_work", cloud)
    records = [record({"do": "raise", "n": 0}, id="a", receives=3), record({"do": "", "n": 1}, id="b")]
    assert failed(work(event_of(*records))) == ["a"]
    assert noted("work") == [0, 1]


# --- order ---------------------------------------------------------------------------------------------------


def in_group(group: str, do: str, n: int) -> dict[str, Any]:
    return record({"do": do, "n": n}, id=f"m{n}", fifo=True, native={"MessageGroupId": group})


def test_behind_a_failed_message_its_group_waits_and_no_other(cloud: FakeAws) -> None:
    sort = made(consumer, "on_sort", cloud)
    records = [in_group("1", "raise", 0), in_group("1", "", 1), in_group("2", "", 2), in_group("1", "", 3)]
    assert failed(sort(event_of(*records))) == ["m0", "m1", "m3"]
    assert noted("sort") == [0, 2]
    assert cloud.queues.hidden == {"receipt-m0": 2, "receipt-m1": 0, "receipt-m3": 0}
    assert cloud.queues.sent == [], "a copy would lose its place"


def test_behind_a_dead_letter_the_group_goes_on(cloud: FakeAws) -> None:
    sort = made(consumer, "on_sort", cloud)
    last = {**in_group("1", "raise", 0)}
    last["attributes"] = {**last["attributes"], "ApproximateReceiveCount": "3"}
    assert failed(sort(event_of(last, in_group("1", "", 1)))) == []
    assert noted("sort") == [0, 1]


def test_behind_a_handler_that_exits_its_group_waits(cloud: FakeAws) -> None:
    sort = made(consumer, "on_sort", cloud)
    assert failed(sort(event_of(in_group("1", "exit", 0), in_group("1", "", 1)))) == ["m0", "m1"]


# --- lists ---------------------------------------------------------------------------------------------------


def test_a_list_handler_gets_all_and_reports_single_failures(cloud: FakeAws) -> None:
    enlist = made(consumer, "on_enlist", cloud)
    records = [record({"do": do}, id=id) for id, do in [("a", ""), ("b", "fail"), ("c", "")]]
    assert failed(enlist(event_of(*records))) == ["b"]
    [call] = journal.kept()
    assert len(call["bodies"]) == 3


@pytest.mark.parametrize("do", ["raise", "exit"])
def test_a_list_handler_that_fails_fails_as_a_whole(cloud: FakeAws, do: str) -> None:
    enlist = made(consumer, "on_enlist", cloud)
    assert failed(enlist(event_of(record({"do": do}, id="a"), record({"do": ""}, id="b")))) == ["a", "b"]
    assert cloud.queues.hidden == {"receipt-a": 2, "receipt-b": 2}


# --- filters -------------------------------------------------------------------------------------------------


def test_what_a_filter_leaves_out_is_done_and_reaches_nobody(cloud: FakeAws) -> None:
    read = made(consumer, "on_read", cloud, where=[["region", "any_of", ["eu"]]])
    kinds = [{"region": "eu"}, {"region": "us"}, {}]
    records = [record({"n": n}, messageAttributes=texts(kind)) for n, kind in enumerate(kinds)]
    assert failed(read(event_of(*records))) == []
    assert noted("read") == [0]


def test_behind_a_filter_failures_are_those_of_the_right_messages(cloud: FakeAws) -> None:
    read = made(consumer, "on_read", cloud, where=[["region", "any_of", ["eu"]]])
    out = record({"n": 0}, id="out", messageAttributes=texts({"region": "us"}))
    bad = {**record(id="bad", messageAttributes=texts({"region": "eu"})), "body": "{"}
    cloud.queues.fail = Unavailable("no SQS")
    assert failed(read(event_of(out, bad))) == ["bad"]


# --- events --------------------------------------------------------------------------------------------------

_WHOLE = record({}, id="m")
EVENTS: list[Any] = [
    {},
    {"Records": None},
    {"Records": [{}]},
    {"Records": [None]},
    {"Records": [{"Sns": {}}]},
    {"Records": [{**_WHOLE, "attributes": None}]},
    {"Records": [{**_WHOLE, "messageAttributes": None}]},
    {"Records": [{**_WHOLE, "attributes": {}}]},
    event_of(record({}, id="m", native={"ApproximateReceiveCount": "x"})),
    None,
    [],
    "text",
]  # fmt: skip


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: json.dumps(event)[:40])
def test_what_is_no_sqs_event_is_refused_and_reaches_no_handler(cloud: FakeAws, event: Any) -> None:
    with pytest.raises(InvalidArgument, match="function of work takes messages of SQS"):
        made(consumer, "on_work", cloud)(event)
    assert journal.kept() == []


def test_an_event_without_messages_is_answered(cloud: FakeAws) -> None:
    assert failed(made(consumer, "on_work", cloud)({"Records": []})) == []


def test_a_binary_attribute_called_as_ours_is_a_strangers(cloud: FakeAws) -> None:
    strange = {"cloudless": {"binaryValue": "AA==", "dataType": "Binary"}}
    assert (
        failed(made(consumer, "on_work", cloud)(event_of(record({"do": "", "n": 1}, messageAttributes=strange)))) == []
    )
    assert noted("work") == [1]


def test_messages_of_ours_keep_their_trace_in_what_a_handler_sends(cloud: FakeAws) -> None:
    cause = Envelope("a" * 32, json.dumps({"do": "raise", "n": 1}), trace="b" * 32, correlation="order-7", sent_s=5)
    made(consumer, "on_work", cloud)(event_of(sent(cause, receives=3)))
    [(_, letter)] = cloud.queues.sent
    assert (letter.id, letter.trace, letter.correlation, letter.sent_s) == ("a" * 32, "b" * 32, "order-7", 5)
