"""Invocations in threads and on a loop: what becomes of those that take too long, or end their thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import pytest

from cloudless.conformance import journal
from cloudless.driver import Unsent
from cloudless.driver.current import HERE
from cloudless.ir import Condition
from cloudless.message import Envelope
from cloudless.passes.plans import plans
from cloudless.runtime.outcome import Overran
from cloudless_azure.clients.cloud import AzureCloud
from cloudless_azure.runtime import invocation
from cloudless_azure.runtime.invocation import Died, invoke, timed, wait
from cloudless_azure.runtime.queue import Returned, batch_consumer, consumer
from providers.azure.tests.entry.generated import application
from tests.hosting import trials

ENTRY = "tests.hosting.trials:app"
SHORT_S = 0.05


@pytest.fixture(autouse=True)
def _let_go() -> Iterator[None]:
    trials.released.clear()
    trials.ended.clear()
    journal.clear()
    yield
    trials.released.set()


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def never() -> Any:
    raise AssertionError("nobody was late")


# --- invoke --------------------------------------------------------------------------------------------------


def test_what_the_work_returns_or_raises_is_the_outcome() -> None:
    assert run(invoke(lambda: 7, never, None, 1)) == 7
    with pytest.raises(ZeroDivisionError):
        run(invoke(lambda: 1 / 0, never, None, 1))


def test_a_function_past_its_time_is_not_waited_for_and_what_it_does_then_counts_no_more() -> None:
    go, ended, after = threading.Event(), threading.Event(), list[str]()

    def block() -> None:
        go.wait()
        ended.set()

    def work() -> str:
        timed(block, SHORT_S)()
        after.append("not reached")
        return "done"

    assert run(invoke(work, lambda: "late", None, SHORT_S)) == "late"
    go.set()
    assert ended.wait(5)
    assert after == []


def test_the_time_is_that_of_the_function_alone() -> None:
    """What comes before it, e.g. asking the ledger, may take a while."""
    before = threading.Event()

    def work() -> str:
        before.wait(SHORT_S * 3)
        return str(timed(lambda: "in time", 5)())

    assert run(invoke(work, never, None, SHORT_S)) == "in time"


def test_a_function_that_ends_its_thread_fails_its_invocation_only() -> None:
    def work() -> None:
        raise SystemExit(3)

    with pytest.raises(Died, match="SystemExit"):
        run(invoke(work, never, None, 1))


def test_a_coroutine_runs_on_the_workers_loop_in_its_own_context() -> None:
    seen: list[Any] = []
    variable: ContextVar[int] = ContextVar("variable", default=0)

    async def handler(number: int) -> None:
        before = variable.get()
        variable.set(number)
        await asyncio.sleep(0)
        seen.append((before, variable.get(), asyncio.get_running_loop()))

    async def main() -> asyncio.AbstractEventLoop:
        works: list[Callable[[], Any]] = [lambda number=number: wait(handler(number), 1) for number in range(20)]
        await asyncio.gather(*[asyncio.create_task(invoke(work, never, None, 1)) for work in works])
        return asyncio.get_running_loop()

    loop = run(main())
    assert sorted(before for before, _, _ in seen) == [0] * 20
    assert sorted(after for _, after, _ in seen) == list(range(20))
    assert {found for _, _, found in seen} == {loop}


def test_what_a_function_sets_in_a_context_variable_the_next_one_in_its_thread_does_not_see() -> None:
    variable: ContextVar[int] = ContextVar("variable", default=0)

    def work() -> tuple[int, int]:
        before = variable.get()
        variable.set(7)
        return before, threading.get_ident()

    found: list[tuple[int, int]] = []
    while len({thread for _, thread in found}) == len(found):  # a thread that is not yet idle is not taken again
        found.append(run(invoke(work, never, None, 1)))
        assert len(found) < 1_000, "no thread was taken again"
    assert {before for before, _ in found} == {0}


def test_a_coroutine_past_its_time_is_cancelled() -> None:
    cancelled: list[bool] = []

    async def handler() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    with pytest.raises(Overran, match=r"longer than 0.05 s"):
        run(invoke(lambda: wait(handler(), SHORT_S), never, None, SHORT_S))
    assert cancelled == [True]


def test_a_time_out_of_the_users_own_is_an_error_like_any_other() -> None:
    async def handler() -> None:
        raise TimeoutError("the bank does not answer")

    with pytest.raises(TimeoutError, match="bank"):
        run(invoke(lambda: wait(handler(), 5), never, None, 5))


def test_lines_of_the_log_belong_to_the_invocation_in_whatever_thread() -> None:
    class Context:
        thread_local_storage = threading.local()

        def __init__(self, invocation_id: str) -> None:
            self.invocation_id = invocation_id

    async def main() -> list[str]:
        works = [
            invoke(lambda: str(Context.thread_local_storage.invocation_id), never, Context(f"{n}"), 1) for n in range(9)
        ]
        return list(await asyncio.gather(*works))

    assert run(main()) == [f"{n}" for n in range(9)]


def test_threads_are_used_again() -> None:
    run(invoke(lambda: None, never, None, 1))
    before = threading.active_count()
    for _ in range(50):
        run(invoke(lambda: None, never, None, 1))
    assert threading.active_count() <= before


def settle() -> None:
    """Wait until no thread of ours works."""
    for _ in range(500):
        if invocation._threads.busy == 0:
            return
        threading.Event().wait(0.01)
    raise AssertionError("a thread still works")


# --- consumers -----------------------------------------------------------------------------------------------


class Native:
    """A message as the worker library hands it over."""

    enqueued_time_utc: datetime | None = datetime(2026, 1, 1, tzinfo=UTC)

    def __init__(self, body: str, *, count: int = 1, session: str = "", **properties: str) -> None:
        self._body = body
        self.message_id: str | None = f"{abs(hash(body)):032x}"
        self.sequence_number = 7
        self.delivery_count: int | None = count
        self.session_id: str | None = session
        self.application_properties: dict[str, Any] | None = properties

    def get_body(self) -> bytes:
        return self._body.encode()


class Outbox:
    """A queue driver that keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Envelope]] = []

    def send(self, queue: str, messages: Sequence[Envelope]) -> list[Unsent]:
        self.sent += [(queue, message) for message in messages]
        return []


class Cloud(AzureCloud):
    def __init__(self) -> None:
        super().__init__({}, lambda: 1_700_000_000)
        self.outbox = Outbox()

    @property
    def queues(self) -> Any:
        return self.outbox

    def copies(self) -> list[tuple[str, int, float]]:
        """Queue, attempt and delay of what was sent."""
        return [(queue, one.attempt, one.delay_s) for queue, one in self.outbox.sent]


def facts_of(source: str, kind: str = "queue", where: Sequence[Condition] = ()) -> dict[str, Any]:
    plan = plans(application(ENTRY))[source]
    plan.timeout_s = SHORT_S if source != "news-read" else 5
    conditions = [[one.attribute, one.operator, list(one.values)] for one in where]
    return {"app": ENTRY, "include": [], "kind": kind, "plan": plan.to_json(), "where": conditions}


@pytest.mark.parametrize("queue", ["jobs", "letters"])
def test_a_message_whose_handler_is_past_its_time_comes_again_after_the_back_off(queue: str) -> None:
    cloud = Cloud()
    take = consumer(facts_of(queue), cloud)
    run(take(Native('{"do": "block"}')))
    assert cloud.copies() == [(queue, 2, 2)]


def test_after_the_last_attempt_it_is_a_dead_letter_as_crashed() -> None:
    cloud = Cloud()
    take = consumer(facts_of("jobs"), cloud)
    run(take(Native('{"do": "block"}', count=3)))
    run(take(Native('{"do": "block"}', count=4)))
    (_, copy), (queue, letter) = cloud.outbox.sent
    assert (copy.attempt, queue, letter.error and letter.error.type) == (4, "jobs-dead-letters", "Crashed")


def test_a_handler_that_raises_after_its_time_leaves_no_dead_letter() -> None:
    cloud = Cloud()
    facts = facts_of("jobs")
    facts["plan"]["attempts"] = 1
    run(consumer(facts, cloud)(Native('{"do": "block"}')))
    trials.released.set()
    assert trials.ended.wait(5)
    settle()
    assert cloud.copies() == [("jobs", 2, 2)]


def test_the_head_of_a_group_that_is_past_its_time_is_returned_at_once() -> None:
    cloud = Cloud()
    facts = facts_of("rows")
    with pytest.raises(Returned, match=r"Overran: .* longer than 0.05 s"):
        run(consumer(facts, cloud)(Native('{"do": "block"}', session="s")))
    assert cloud.copies() == []


def test_a_batch_past_its_time_comes_again_and_what_was_behind_it_is_not_counted() -> None:
    cloud = Cloud()
    take = batch_consumer(facts_of("lists", "batch"), cloud)
    run(take([Native(f'{{"do": "{what}"}}') for what in ("", "a", "fail", "block", "b", "c", "d")]))
    assert cloud.copies() == [("lists", 2, 2)] * 4 + [("lists", 1, 0)]


@pytest.mark.parametrize("queue", ["jobs", "letters"])
def test_a_handler_that_ends_its_thread_makes_the_host_abandon(queue: str) -> None:
    cloud = Cloud()
    facts = facts_of(queue)
    facts["plan"]["timeout_s"] = 5
    with pytest.raises(Died):
        run(consumer(facts, cloud)(Native('{"do": "exit"}')))
    assert cloud.copies() == []


def test_what_a_filter_does_not_want_is_done_and_nobody_is_called() -> None:
    where = [Condition(attribute="region", operator="any_of", values=("eu",))]
    take = consumer(facts_of("news-read", where=where), Cloud())
    run(take(Native('{"n": 1}', region="us")))
    run(take(Native('{"n": 2}')))
    run(take(Native('{"n": 3}', region="eu")))
    assert [note["body"] for note in journal.kept()] == [{"n": 3}]


@pytest.mark.parametrize("body", ["", "{", "\ufeff{}", '{"do"', "[]", "null", '"\\ud800"'])
def test_a_poisoned_message_is_a_dead_letter_at_once_and_calls_nobody(body: str) -> None:
    cloud = Cloud()
    run(consumer(facts_of("jobs"), cloud)(Native(body)))
    assert [queue for queue, _ in cloud.outbox.sent] == ["jobs-dead-letters"]
    assert journal.kept() == []


def test_bytes_that_are_no_text_are_a_dead_letter_as_well() -> None:
    class Bytes(Native):
        def get_body(self) -> bytes:
            return b"\xff\x00\xfe"

    cloud = Cloud()
    run(consumer(facts_of("jobs"), cloud)(Bytes("x", cloudless='{"id": 7, "attempt": "many"}')))
    assert [queue for queue, _ in cloud.outbox.sent] == ["jobs-dead-letters"]


def test_a_message_that_is_told_of_hardly_anything_is_handled() -> None:
    bare = Native('{"do": ""}')
    bare.message_id = bare.application_properties = bare.enqueued_time_utc = None
    bare.delivery_count = bare.session_id = None
    run(consumer(facts_of("letters"), Cloud())(bare))
    assert [(note["handler"], note["attempt"]) for note in journal.kept()] == [("write", 1)]


def test_messages_side_by_side_each_have_their_own_cause() -> None:
    async def both() -> None:
        one, other = consumer(facts_of("jobs"), cloud), consumer(facts_of("letters"), cloud)
        natives = [Native(f'{{"do": "", "n": {n}}}') for n in range(40)]
        await asyncio.gather(*[(other if n % 2 else one)(native) for n, native in enumerate(natives)])

    cloud = Cloud()
    run(both())
    noted = {note["body"]["n"]: note["handler"] for note in journal.kept()}
    assert noted == {n: "write" if n % 2 else "work" for n in range(40)}
    assert HERE.get(None) is None
