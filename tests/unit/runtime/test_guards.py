"""What stands around a handler: leases of schedules, ordered lists of one, failures of the failure's own path."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from cloudless import App, Message, PartialFailure, Retry, RetryAfter
from cloudless.codec import codec_of
from cloudless.driver.ledger import CLAIMED, Claimed, Done, Held
from cloudless.errors import CloudlessError, InvalidArgument, PermissionDenied, Unavailable
from cloudless.message import Envelope
from cloudless.runtime import entry
from cloudless.runtime.outcome import Again, Dead, Skipped
from cloudless.runtime.plan import BODIES, Plan
from cloudless.system import ERROR_TEXT_MAX
from cloudless.testing import simulate
from tests.unit.fake_cloud import FakeCloud

app = App("guards")
steps = app.ordered_queue("steps", int, retry=Retry(attempts=2, delay=timedelta(0)))
many = app.queue("many", int, retry=Retry(attempts=2, delay=timedelta(0), on=[ConnectionError]))
seen: list[Any] = []


@pytest.fixture(autouse=True)
def _forget() -> None:
    seen.clear()


@steps.consumer(batch_size=5)
def follow(numbers: list[int]) -> None:
    seen.append(numbers)
    if numbers == [0]:
        raise PartialFailure(["of another batch"])
    if numbers == [-1]:
        raise PartialFailure([])


@many.consumer(batch_size=5)
def collect(messages: list[Message[int]]) -> None:
    seen.append([message.body for message in messages])
    raise PartialFailure([message.id for message in messages if message.attempt == 1])


@app.schedule(every=timedelta(hours=1), overlap="skip", timeout=timedelta(seconds=1))
def tick() -> None:
    seen.append("tick")


class Ledger:
    """Answers as it is told; releases fail."""

    def __init__(self, answer: Claimed | Held | CloudlessError) -> None:
        self.answer = answer

    def claim(self, key: str, owner: str, ttl_s: float) -> Claimed | Held | Done:
        if isinstance(self.answer, CloudlessError):
            raise self.answer
        return self.answer

    def complete(self, key: str, owner: str, remember_s: float, result: str = "") -> bool:
        return True

    def release(self, key: str, owner: str) -> None:
        raise Unavailable("no ledger")


class Leased(FakeCloud):
    def __init__(self, answer: Claimed | Held | CloudlessError) -> None:
        super().__init__()
        self.ledger = Ledger(answer)


def run_of(answer: Claimed | Held | CloudlessError, attempt: int) -> Any:
    plan = Plan("tick", "tick", (), exclusive=True, dead_letters="d")
    binding = entry.Binding(plan, lambda: seen.append("tick"), codec_of(None), on=(Exception,), cloud=Leased(answer))
    return entry.consumer(binding)(Envelope("i", "1", attempt=attempt))


@pytest.mark.parametrize("seed", range(6))
def test_a_run_that_crashed_is_tried_again_though_its_lease_is_not_over(seed: int) -> None:
    with simulate(app, seed=seed) as cloud:
        cloud.crash(tick)
        cloud.fire(tick)
        cloud.run()
        assert "tick" in seen
        assert [call.outcome for call in cloud.calls(tick)][-1] == "done"


def test_a_new_run_is_left_out_while_another_is_going_on_and_a_redelivery_waits_for_it() -> None:
    assert isinstance(run_of(Held(5), 1), Skipped)
    again = run_of(Held(5), 2)
    assert isinstance(again, Again) and not again.counted and again.delay_s == 5
    assert seen == []


def test_a_ledger_that_cannot_be_reached_costs_a_run_neither_an_attempt_nor_its_result() -> None:
    again = run_of(Unavailable("no ledger"), 1)
    assert isinstance(again, Again) and not again.counted
    assert run_of(CLAIMED, 1) is None
    assert seen == ["tick"]


def test_a_batch_handler_of_an_ordered_queue_keeps_deduplication_ids() -> None:
    with simulate(app) as cloud:
        for number in (1, 2):
            steps.send(number, group="g", deduplication_id="same")
        cloud.run()
        assert seen == [[1]]


def test_a_batch_handler_of_an_ordered_queue_fails_as_others_do() -> None:
    with simulate(app) as cloud:
        steps.send_all([0, -1, 3], group="g")
        cloud.run()
        assert seen == [[0], [0], [-1], [3]]
        assert [letter.body for letter in cloud.dead_letters(steps)] == [0]


def test_of_a_list_in_order_what_stands_behind_a_failure_is_not_called_and_not_counted() -> None:
    def fail(numbers: Sequence[int]) -> None:
        seen.append(numbers)
        if numbers == [1]:
            raise ValueError

    plan = Plan("follow", "steps", (("numbers", BODIES),), ordered=True)
    binding = entry.Binding(plan, fail, codec_of(int), on=(Exception,), cloud=FakeCloud(), logs=False)
    first, other, behind = entry.batch(binding)(
        [Envelope("a", "1", group="g"), Envelope("b", "2", group="h"), Envelope("c", "3", group="g")]
    )
    assert isinstance(first, Again) and first.counted
    assert other is None
    assert isinstance(behind, Again) and not behind.counted
    assert seen == [[1], [2]]


def test_a_partial_failure_is_tried_again_whatever_the_retry_is_on() -> None:
    with simulate(app) as cloud:
        many.send_all([1, 2])
        cloud.run()
        assert sorted(number for batch in seen for number in batch) == [1, 1, 2, 2]
        assert cloud.dead_letters(many) == []


class Mute(Exception):
    def __str__(self) -> str:
        raise KeyError("text")


def failed(problem: Exception, *, attempts: int = 1, give_up: Any = None) -> Any:
    def fail() -> None:
        raise problem

    plan = Plan("h", "q", (), attempts=attempts, dead_letters="d", max_delay_s=60)
    binding = entry.Binding(
        plan,
        fail,
        codec_of(None),
        on=(Exception,),
        cloud=FakeCloud(),
        give_up=give_up or (lambda letter: None),
        logs=False,
    )
    return entry.consumer(binding)(Envelope("i", "1"))


def test_a_dead_letter_that_may_not_be_stored_keeps_the_message() -> None:
    def refuse(letter: Envelope) -> None:
        raise PermissionDenied("no")

    again = failed(ValueError("x"), give_up=refuse)
    assert isinstance(again, Again) and not again.counted and again.delay_s == 60


def test_an_exception_that_cannot_say_what_it_is_still_ends_in_the_dead_letters() -> None:
    dead = failed(Mute())
    assert isinstance(dead, Dead)
    assert (dead.failure.type, dead.failure.text) == ("Mute", "(its text cannot be shown: KeyError)")


def test_an_error_text_is_as_long_in_memory_as_on_the_wire() -> None:
    assert len(failed(ValueError("x" * 10_000)).failure.text) == ERROR_TEXT_MAX


def test_nobody_waits_less_than_no_time() -> None:
    assert failed(RetryAfter(timedelta(seconds=-5)), attempts=2).delay_s == 0


def test_a_coroutine_ends_also_where_a_loop_is_running() -> None:
    async def handler() -> str:
        await asyncio.sleep(0)
        return "done"

    async def platform() -> Any:
        return entry.wait_with_asyncio(handler(), 5)

    assert asyncio.run(platform()) == "done"


def test_a_partial_failure_takes_a_list_of_ids() -> None:
    with pytest.raises(InvalidArgument, match=r"PartialFailure\('id-1'\): give a list"):
        PartialFailure("id-1")
