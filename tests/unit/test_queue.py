"""Queues as their callers see them: what is checked before a driver is asked, and what is made of its answers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from cloudless import App, Message
from cloudless.driver.queue import Delivered, Unsent
from cloudless.errors import (
    InvalidArgument,
    InvalidBody,
    NoProvider,
    PartlySent,
    PayloadTooLarge,
    Unavailable,
)
from cloudless.memory.queue import MemoryQueues
from cloudless.message import Envelope, Failure
from cloudless.testing import simulate
from tests.unit.fake_cloud import FakeCloud, fake_cloud

app = App("shop")
orders = app.queue("orders", int, max_delay=timedelta(days=2))
steps = app.ordered_queue("steps", int)
placed = app.topic("placed", dict[str, int | str | bool | None], attributes=["region", "rush"])


@orders.consumer
def take(message: Message[int]) -> None:
    if message.body < 0:
        raise ConnectionError("negative")


@steps.consumer
def walk(step: int) -> None: ...


# --- sending ---


def test_a_send_returns_the_id_of_what_was_stored() -> None:
    with fake_cloud() as cloud:
        id = orders.send(7, attributes={"region": "eu"}, delay=timedelta(seconds=5))
    ((queue, message),) = cloud.queues.sent
    assert (queue, message.id, message.body) == ("orders", id, "7")
    assert (message.attributes, message.delay_s, message.attempt) == ({"region": "eu"}, 5, 1)


def test_what_a_driver_did_not_store_is_raised_as_it_is() -> None:
    with fake_cloud() as cloud:
        cloud.queues.refuse = {0: Unavailable("throttled")}
        with pytest.raises(Unavailable, match="throttled") as caught:
            orders.send(1)
    assert not isinstance(caught.value, PartlySent)


def test_of_many_messages_those_that_were_not_stored_are_told_by_index() -> None:
    with fake_cloud() as cloud:
        cloud.queues.refuse = {1: Unavailable("full"), 3: Unavailable("gone")}
        with pytest.raises(PartlySent, match=r"^2 of 5 messages were not stored; the first: full$") as caught:
            orders.send_all([10, 11, 12, 13, 14])
    assert [(index, str(error)) for index, error in caught.value.unsent] == [(1, "full"), (3, "gone")]
    assert [message.body for _, message in cloud.queues.sent] == ["10", "12", "14"]


def test_a_list_of_one_that_was_not_stored_is_no_partial_failure() -> None:
    with fake_cloud() as cloud:
        cloud.queues.refuse = {0: PayloadTooLarge("too large", 2, 1)}
        with pytest.raises(PayloadTooLarge):
            orders.send_all([1])


def test_ids_stand_in_the_order_of_the_bodies() -> None:
    with fake_cloud() as cloud:
        ids = orders.send_all(range(30))
    assert ids == [message.id for _, message in cloud.queues.sent]
    assert len(set(ids)) == 30


def test_an_empty_list_asks_no_driver() -> None:
    with fake_cloud() as cloud:
        cloud.queues.fail = Unavailable("asked")
        assert orders.send_all([]) == []
        assert placed.publish_all([]) == []
        assert steps.send_all([], group="a") == []


def test_one_bad_body_keeps_the_whole_list_back() -> None:
    with fake_cloud() as cloud:
        with pytest.raises(InvalidBody):
            orders.send_all([1, "2"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
        assert cloud.queues.sent == []


def test_arguments_of_a_wrong_type_are_refused_in_words() -> None:
    wrong: Any = 5
    with fake_cloud():
        with pytest.raises(InvalidArgument, match="delay=5 is of type int: give a timedelta"):
            orders.send(1, delay=wrong)
        with pytest.raises(InvalidArgument, match="group=5 is of type int: give a string"):
            steps.send(1, group=wrong)


def test_a_send_outside_of_any_cloud_names_the_ways_out() -> None:
    with pytest.raises(NoProvider, match=r"cloudless\.connect.*CLOUDLESS_STAGE.*simulate"):
        orders.send(1)


@pytest.mark.parametrize(
    ("delay", "remedy"),
    [
        (timedelta(seconds=-1), "leave it out"),
        (timedelta(milliseconds=1_500), "round it"),
        (timedelta(days=2, seconds=1), "raise max_delay= of the queue, up to 30 days"),
        (timedelta(days=30, seconds=1), "30 days are the most of any queue; use a schedule for what is further away"),
    ],
    ids=str,
)
def test_a_delay_out_of_range_is_refused(delay: timedelta, remedy: str) -> None:
    text = f"^queue 'orders': delay={delay} must be whole seconds from 0 to 172800: {remedy}$"
    with fake_cloud() as cloud, pytest.raises(InvalidArgument, match=text):
        orders.send(1, delay=delay)
    assert cloud.queues.sent == []


def test_a_delay_beyond_fifteen_minutes_halves_the_size() -> None:
    big = App("big").queue("texts", str, max_delay=timedelta(days=1))
    body = "x" * (96 * 1024 - 2)
    with fake_cloud():
        big.send(body, delay=timedelta(minutes=16))
        big.send(body + "x", delay=timedelta(minutes=15))
        with pytest.raises(PayloadTooLarge, match="delayed beyond 15 minutes"):
            big.send(body + "x", delay=timedelta(minutes=16))
        with pytest.raises(PayloadTooLarge):
            big.send_all([body + "x"], delay=timedelta(minutes=16))


def test_a_foreign_change_of_attributes_after_a_send_changes_nothing() -> None:
    attributes = {"region": "eu"}
    with fake_cloud() as cloud:
        orders.send(1, attributes=attributes)
        attributes["region"] = "us"
    assert cloud.queues.sent[0][1].attributes == {"region": "eu"}


def test_native_is_the_providers_own() -> None:
    with fake_cloud():
        assert orders.native() == "native orders"


# --- ordered queues ---


def test_an_ordered_send_carries_group_and_deduplication_id() -> None:
    with fake_cloud() as cloud:
        steps.send(1, group="customer-7", deduplication_id="d")
        steps.send_all([2, 3], group="customer-7")
    assert [(one.body, one.group, one.deduplication) for _, one in cloud.queues.sent] == [
        ("1", "customer-7", "d"),
        ("2", "customer-7", ""),
        ("3", "customer-7", ""),
    ]


@pytest.mark.parametrize("group", ["", "x" * 129, "line\nbreak", "\ud800"], ids=repr)
def test_a_group_that_some_cloud_refuses_is_refused(group: str) -> None:
    with fake_cloud(), pytest.raises(InvalidArgument, match=r"^group=.*1 to 128 printable characters"):
        steps.send(1, group=group)


def test_a_deduplication_id_that_is_too_long_is_refused() -> None:
    with fake_cloud(), pytest.raises(InvalidArgument, match=r"^deduplication_id="):
        steps.send(1, group="a", deduplication_id="x" * 129)


# --- topics ---


def test_a_topic_fills_its_attributes_from_the_body() -> None:
    with fake_cloud() as cloud:
        placed.publish({"region": "eu", "rush": True, "id": 1})
        placed.publish({"id": 1}, attributes={"region": "us"})
    assert [one.attributes for _, one in cloud.queues.sent] == [{"region": "eu", "rush": "true"}, {"region": "us"}]


def test_of_many_publications_those_that_were_not_stored_are_told() -> None:
    with fake_cloud() as cloud:
        cloud.queues.refuse = {2: Unavailable("full")}
        with pytest.raises(PartlySent) as caught:
            placed.publish_all([{"id": index} for index in range(3)])
    assert [index for index, _ in caught.value.unsent] == [2]


# --- dead letters ---


def letter(receipt: str, body: str = "1", group: str = "") -> Delivered:
    return Delivered(Envelope(receipt, body, error=Failure("ValueError", "no", 3), group=group), receipt)


def test_a_peek_shows_letters_and_gives_them_back() -> None:
    with fake_cloud() as cloud:
        cloud.queues.stored = [letter("a"), letter("b", body="{broken")]
        letters = orders.dead_letters.peek()
    assert [(one.id, one.body, one.error.type, one.error.attempt) for one in letters] == [
        ("a", 1, "ValueError", 3),
        ("b", "{broken", "ValueError", 3),
    ]
    assert cloud.queues.settled == [("release", "a"), ("release", "b")]


def test_a_redriven_letter_is_a_first_attempt_without_error_and_removed_after_it_was_sent() -> None:
    with fake_cloud() as cloud:
        cloud.queues.stored = [letter("a", group="g")]
        assert orders.dead_letters.redrive() == 1
    ((queue, message),) = cloud.queues.sent
    assert (queue, message.id, message.attempt, message.error, message.group) == ("orders", "a", 1, None, "g")
    assert cloud.queues.settled == [("acknowledge", "a")]


def test_a_redrive_that_fails_halfway_gives_the_rest_back() -> None:
    with fake_cloud() as cloud:
        cloud.queues.stored = [letter("a"), letter("b"), letter("c")]
        cloud.queues.refuse = {1: Unavailable("full")}
        with pytest.raises(Unavailable, match="full"):
            orders.dead_letters.redrive()
    assert cloud.queues.settled == [("acknowledge", "a"), ("release", "b"), ("release", "c")]


def test_a_redrive_that_cannot_send_at_all_gives_everything_back() -> None:
    with fake_cloud() as cloud:
        cloud.queues.stored = [letter("a"), letter("b")]
        cloud.queues.fail = Unavailable("down")
        with pytest.raises(Unavailable, match="down"):
            orders.dead_letters.redrive()
    assert cloud.queues.settled == [("release", "a"), ("release", "b")]


def test_a_redrive_whose_sends_are_slow_outlasts_no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    with simulate(app) as cloud:
        orders.send_all(range(-50, 0))
        cloud.run()
        send = MemoryQueues.send

        def slow(queues: MemoryQueues, queue: str, messages: Sequence[Envelope]) -> Sequence[Unsent]:
            cloud.advance(timedelta(seconds=2))
            return send(queues, queue, [one.again(one.attempt, delay_s=600) for one in messages])

        with monkeypatch.context() as patched:
            patched.setattr(MemoryQueues, "send", slow)
            assert orders.dead_letters.redrive() == 50
        assert orders.dead_letters.peek() == []
        cloud.advance(timedelta(hours=2))
        assert sorted(one.body for one in orders.dead_letters.peek(1_000)) == list(range(-50, 0))


def test_a_redrive_moves_no_letter_twice_that_is_given_up_again_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    with simulate(app) as cloud:
        orders.send_all(range(-30, 0))
        cloud.run()
        send = MemoryQueues.send

        def given_up_at_once(queues: MemoryQueues, queue: str, messages: Sequence[Envelope]) -> Sequence[Unsent]:
            return send(queues, orders.dead_letters.name, messages)

        with monkeypatch.context() as patched:
            patched.setattr(MemoryQueues, "send", given_up_at_once)
            assert orders.dead_letters.redrive() == 30
        assert len(orders.dead_letters.peek(1_000)) == 30


@pytest.mark.parametrize("limit", [0, 1_001, -1])
def test_a_limit_out_of_range_is_refused(limit: int) -> None:
    with fake_cloud():
        with pytest.raises(InvalidArgument, match="1 to 1,000"):
            orders.dead_letters.redrive(limit=limit)
        with pytest.raises(InvalidArgument, match="1 to 1,000"):
            orders.dead_letters.peek(limit=limit)


def test_what_was_redriven_is_tried_as_often_as_before() -> None:
    with simulate(app) as cloud:
        orders.send_all([-1, -2, -3])
        cloud.run()
        assert len(cloud.calls(take)) == 15
        assert orders.dead_letters.redrive(limit=2) == 2
        assert len(orders.dead_letters.peek()) == 1
        cloud.run()
        assert len(cloud.calls(take)) == 25
        assert sorted(one.body for one in orders.dead_letters.peek()) == [-3, -2, -1]


# --- async twins ---


def test_async_twins_send_the_same_from_another_thread() -> None:
    async def send_everything() -> None:
        await orders.send_async(1, delay=timedelta(seconds=1), attributes={"a": "b"})
        await orders.send_all_async([2, 3])
        await steps.send_async(4, group="g", deduplication_id="d")
        await steps.send_all_async([5], group="g")
        await placed.publish_async({"id": 6}, attributes={"region": "eu"})
        await placed.publish_all_async([{"id": 7}])

    with fake_cloud() as cloud:
        asyncio.run(send_everything())
    assert [one.body for _, one in cloud.queues.sent] == ["1", "2", "3", "4", "5", '{"id":6}', '{"id":7}']
    assert threading.get_ident() not in cloud.queues.threads


def test_async_twins_of_dead_letters_do_the_same() -> None:
    async def look(cloud: FakeCloud) -> tuple[int, int]:
        return len(await orders.dead_letters.peek_async(limit=1)), await orders.dead_letters.redrive_async(limit=2)

    with fake_cloud() as cloud:
        cloud.queues.stored = [letter("a"), letter("b"), letter("c")]
        assert asyncio.run(look(cloud)) == (1, 2)


def test_an_async_twin_raises_what_its_sibling_raises() -> None:
    with fake_cloud() as cloud:
        cloud.queues.refuse = {0: Unavailable("full")}
        with pytest.raises(Unavailable, match="full"):
            asyncio.run(orders.send_async(1))
