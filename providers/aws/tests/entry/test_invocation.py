"""The time of handlers: who takes too long is ended, wherever it is, and the others go on."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from time import monotonic
from typing import Any

import pytest

from cloudless.conformance import journal
from cloudless.driver.current import HERE, here
from cloudless.runtime.outcome import Overran
from cloudless_aws.runtime import invocation
from cloudless_aws.runtime.invocation import Expired, begin, has_time, timed, wait
from cloudless_aws.runtime.queue import consumer
from providers.aws.tests.entry.asking import Context, FakeAws, event_of, facts_of, failed, record
from tests.hosting import trials

SHORT_S = 0.05


@pytest.fixture(autouse=True)
def _event() -> Iterator[None]:
    """An event that Lambda gives time for, in a process whose SIGALRM nobody had before."""
    journal.clear()
    trials.released.clear()
    begin(Context())
    yield
    invocation._drop_runner()
    invocation._watch.rings_s = 0.0
    signal.setitimer(signal.ITIMER_REAL, 0)


def hang() -> None:
    threading.Event().wait()


def spin() -> None:
    while True:
        pass


def listen() -> None:
    """In a system call."""
    here, _there = socket.socketpair()
    with here, _there:
        here.recv(1)


def stubborn() -> str:
    """Takes whatever is raised for something else, once."""
    try:
        hang()
    except BaseException:  # noqa: BLE001
        hang()
    return "never"


# --- a function ----------------------------------------------------------------------------------------------


def test_what_a_function_returns_or_raises_is_its_own() -> None:
    assert timed(divmod, 60)(7, 2) == (3, 1)
    assert timed(sorted, 60)([1, 2], reverse=True) == [2, 1]
    with pytest.raises(ZeroDivisionError):
        timed(lambda: 1 / 0, 60)()


@pytest.mark.parametrize("function", [hang, spin, listen])
def test_a_function_past_its_time_is_ended_wherever_it_is(function: Any) -> None:
    with pytest.raises(Overran, match=r"longer than 0\.05 s"):
        timed(function, SHORT_S)()


def test_what_it_was_at_does_not_go_on_and_its_last_lines_do() -> None:
    said: list[str] = []

    def told() -> None:
        try:
            hang()
            said.append("went on")
        except Exception:  # noqa: BLE001
            said.append("took it for an error of its own")
        finally:
            said.append("closed")

    with pytest.raises(Overran):
        timed(told, SHORT_S)()
    assert said == ["closed"]


def test_who_does_not_let_go_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invocation, "AGAIN_S", SHORT_S)
    with pytest.raises(Overran):
        timed(stubborn, SHORT_S)()


def test_after_its_end_nobody_is_told_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """The timer goes on to the end of the event: what rings in between is for nobody."""
    monkeypatch.setattr(invocation, "AGAIN_S", SHORT_S)
    with pytest.raises(Overran):
        timed(hang, 0.001)()
    rings_until = monotonic() + 2 * SHORT_S
    while monotonic() < rings_until:
        pass
    assert timed(lambda: 7, 60)() == 7


def test_a_timer_that_was_set_for_one_function_serves_the_next() -> None:
    timed(lambda: None, SHORT_S)()
    began = monotonic()
    with pytest.raises(Overran):
        timed(hang, 2 * SHORT_S)()
    assert monotonic() - began >= 2 * SHORT_S


def test_a_shorter_time_goes_before_a_longer_one() -> None:
    timed(lambda: None, 60)()
    with pytest.raises(Overran):
        timed(hang, SHORT_S)()


def test_an_error_at_the_last_moment_is_either_the_error_or_the_time_out() -> None:
    """However the moments fall, nothing else comes out, and nothing is raised later."""
    for n in range(200):
        until = monotonic() + SHORT_S / 100

        def late(until: float = until) -> int:
            while monotonic() < until:
                pass
            return 7

        with suppress(Overran):
            assert timed(late, SHORT_S / 100)() == 7, n


def test_the_beginning_of_an_event_is_tried_with_whatever_time_is_left() -> None:
    begin(Context(2 * SHORT_S))
    began = monotonic()
    with pytest.raises(Overran):
        timed(hang, 60)()
    assert monotonic() - began < 2 * SHORT_S


def test_another_handler_begins_only_where_all_of_its_time_is_left() -> None:
    begin(Context(60 + invocation.RESERVE_S + 1))
    assert has_time(60)
    assert not has_time(62)


# --- who else listens ----------------------------------------------------------------------------------------


def test_who_listened_before_keeps_the_signal() -> None:
    """A tool that watches functions by the same signal."""
    heard: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, _: heard.append(number))
    try:
        ours = invocation._Watch()
        ours.start(SHORT_S)
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
        signal.raise_signal(signal.SIGALRM)
        assert heard == [signal.SIGALRM]
    finally:
        signal.signal(signal.SIGALRM, before)


def test_in_another_thread_nobody_is_watched_and_nothing_fails() -> None:
    found: list[Any] = []

    def elsewhere() -> None:
        ours = invocation._Watch()
        ours.start(SHORT_S)
        found.append(ours.is_ours)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert found == [False]


# --- coroutines ----------------------------------------------------------------------------------------------


def test_a_coroutine_past_its_time_is_cancelled_by_its_loop() -> None:
    said: list[str] = []

    async def told() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            said.append("cancelled")
            raise

    with pytest.raises(Overran):
        wait(told(), SHORT_S)
    assert said == ["cancelled"]


def test_a_coroutine_that_blocks_its_loop_is_ended_by_the_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invocation, "AGAIN_S", SHORT_S)

    async def blocks() -> None:
        hang()

    with pytest.raises(Overran):
        wait(blocks(), SHORT_S)
    assert wait(asyncio.sleep(0, 7), 60) == 7, "a new loop"


def test_coroutines_share_a_loop_and_see_their_own_context() -> None:
    async def seen() -> tuple[asyncio.AbstractEventLoop, Any]:
        return asyncio.get_running_loop(), here()[1]

    loops = set[asyncio.AbstractEventLoop]()
    for name in ("one", "two"):
        token = HERE.set((FakeAws(), name, None))
        try:
            loop, handler = wait(seen(), 60)
        finally:
            HERE.reset(token)
        loops.add(loop)
        assert handler == name
    assert len(loops) == 1


def test_a_coroutine_that_exits_leaves_its_loop_as_it_was() -> None:
    async def exits() -> None:
        raise SystemExit(3)

    wait(asyncio.sleep(0), 60)
    runner = invocation._watch.runner
    with pytest.raises(SystemExit):
        wait(exits(), 60)
    assert wait(asyncio.sleep(0, 7), 60) == 7
    assert invocation._watch.runner is runner


def test_a_time_out_of_the_programs_own_is_its_own() -> None:
    async def times_out() -> None:
        raise TimeoutError("the bank did not answer")

    with pytest.raises(TimeoutError, match="the bank"):
        wait(times_out(), 60)


# --- an event ------------------------------------------------------------------------------------------------


def brief(module: str, cloud: FakeAws, timeout_s: float = SHORT_S) -> Any:
    """A consumer whose handler has little time."""
    facts = facts_of(module)
    return consumer({**facts, "plan": {**facts["plan"], "timeout_s": timeout_s}}, cloud)  # type: ignore[arg-type]


def noted() -> list[Any]:
    return [one["body"]["do"] for one in journal.kept()]


@pytest.mark.parametrize("module", ["on_work", "on_write"])
def test_a_handler_past_its_time_in_the_middle_of_a_batch_is_no_matter_of_the_others(module: str) -> None:
    cloud = FakeAws()
    records = [record({"do": do}, id=id) for id, do in [("a", ""), ("b", "block"), ("c", "")]]
    reply = brief(module, cloud)(event_of(*records), Context())
    assert failed(reply) == ["b"]
    assert noted() == ["", "block", ""]
    assert cloud.queues.hidden == {"receipt-b": 2}


def test_on_the_last_attempt_a_time_out_is_told_by_the_next_delivery() -> None:
    """As where Lambda itself stops a handler: the contract is the same, whoever was faster."""
    cloud = FakeAws()
    reply = brief("on_work", cloud)(event_of(record({"do": "block"}, id="m", receives=3)), Context())
    assert (failed(reply), cloud.queues.sent) == (["m"], [])


def test_messages_that_lambda_has_no_time_for_come_again_uncounted() -> None:
    cloud = FakeAws()
    records = [record({"do": ""}, id=id, receives=2) for id in "abc"]
    reply = brief("on_work", cloud, 60)(event_of(*records), Context(60))
    assert (failed(reply), noted()) == ([], [""]), "the first one is always tried"
    assert [(queue, copy.id, copy.attempt, copy.delay_s) for queue, copy in cloud.queues.sent] == [
        ("jobs", "b", 2, 0),
        ("jobs", "c", 2, 0),
    ]


def test_of_an_ordered_queue_they_keep_their_place() -> None:
    cloud = FakeAws()
    records = [record({"do": ""}, id=id, fifo=True, native={"MessageGroupId": "1"}) for id in "abc"]
    reply = brief("on_sort", cloud, 60)(event_of(*records), Context(60))
    assert (failed(reply), noted(), cloud.queues.sent) == (["b", "c"], [""], [])
    assert cloud.queues.hidden == {"receipt-b": 0, "receipt-c": 0}


def test_a_list_past_its_time_comes_again_as_a_whole() -> None:
    cloud = FakeAws()
    reply = brief("on_enlist", cloud)(event_of(record({"do": "block"}, id="a"), record({"do": ""}, id="b")), Context())
    assert failed(reply) == ["a", "b"]
    [call] = journal.kept()
    assert json.dumps(call["bodies"]) == '[{"do": "block"}, {"do": ""}]'


def test_what_ends_a_handler_is_no_exception_of_the_programs() -> None:
    assert not issubclass(Expired, Exception)
