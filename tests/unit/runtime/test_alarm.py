"""The time of handlers in the main thread: who takes too long is ended, wherever it is, and the others go on."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from contextvars import ContextVar
from time import monotonic
from typing import Any

import pytest

from cloudless.driver.current import HERE, here
from cloudless.runtime import alarm as alarms
from cloudless.runtime.alarm import Alarm, Expired
from cloudless.runtime.outcome import Overran
from tests.hosting.alarms import own_alarm
from tests.unit.fake_cloud import FakeCloud

SHORT_S = 0.05
WORD: ContextVar[str] = ContextVar("word", default="nothing")


@pytest.fixture
def alarm() -> Iterator[Alarm]:
    with own_alarm() as made:
        yield made


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


def test_what_a_function_returns_or_raises_is_its_own(alarm: Alarm) -> None:
    assert alarm.timed(divmod, 60)(7, 2) == (3, 1)
    assert alarm.timed(sorted, 60)([1, 2], reverse=True) == [2, 1]
    with pytest.raises(ZeroDivisionError):
        alarm.timed(lambda: 1 / 0, 60)()


@pytest.mark.parametrize("function", [hang, spin, listen])
def test_a_function_past_its_time_is_ended_wherever_it_is(alarm: Alarm, function: Any) -> None:
    with pytest.raises(Overran, match=r"longer than 0\.05 s"):
        alarm.timed(function, SHORT_S)()


def test_what_it_was_at_does_not_go_on_and_its_last_lines_do(alarm: Alarm) -> None:
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
        alarm.timed(told, SHORT_S)()
    assert said == ["closed"]


def test_who_does_not_let_go_is_told_again(alarm: Alarm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarms, "AGAIN_S", SHORT_S)
    with pytest.raises(Overran):
        alarm.timed(stubborn, SHORT_S)()


def test_after_its_end_nobody_is_told_anything(alarm: Alarm, monkeypatch: pytest.MonkeyPatch) -> None:
    """The timer goes on to the end of the event: what rings in between is for nobody."""
    monkeypatch.setattr(alarms, "AGAIN_S", SHORT_S)
    with pytest.raises(Overran):
        alarm.timed(hang, 0.001)()
    rings_until = monotonic() + 2 * SHORT_S
    while monotonic() < rings_until:
        pass
    assert alarm.timed(lambda: 7, 60)() == 7


def test_a_timer_that_was_set_for_one_function_serves_the_next(alarm: Alarm) -> None:
    alarm.timed(lambda: None, SHORT_S)()
    began = monotonic()
    with pytest.raises(Overran):
        alarm.timed(hang, 2 * SHORT_S)()
    assert monotonic() - began >= 2 * SHORT_S


def test_a_shorter_time_goes_before_a_longer_one(alarm: Alarm) -> None:
    alarm.timed(lambda: None, 60)()
    with pytest.raises(Overran):
        alarm.timed(hang, SHORT_S)()


def test_an_error_at_the_last_moment_is_either_the_error_or_the_time_out(alarm: Alarm) -> None:
    """However the moments fall, nothing else comes out, and nothing is raised later."""
    for n in range(200):
        until = monotonic() + SHORT_S / 100

        def late(until: float = until) -> int:
            while monotonic() < until:
                pass
            return 7

        with suppress(Overran):
            assert alarm.timed(late, SHORT_S / 100)() == 7, n


def test_what_a_function_sets_in_a_context_variable_the_next_one_does_not_see(alarm: Alarm) -> None:
    assert alarm.timed(WORD.set, 60)("something") is not None
    assert (alarm.timed(WORD.get, 60)(), WORD.get()) == ("nothing", "nothing")


def test_a_platform_that_ends_sooner_goes_before_the_time_of_the_function(alarm: Alarm) -> None:
    began = monotonic()
    alarm.ends_s = began + 8 * SHORT_S
    alarm.reserve_s = 4 * SHORT_S
    with pytest.raises(Overran):
        alarm.timed(hang, 600)()
    assert monotonic() - began < 8 * SHORT_S


def test_what_ends_a_handler_is_no_exception_of_the_programs() -> None:
    assert not issubclass(Expired, Exception)


# --- who else listens ----------------------------------------------------------------------------------------


def test_who_listened_before_keeps_the_signal(alarm: Alarm) -> None:
    """A tool that watches functions by the same signal."""
    heard: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, _: heard.append(number))
    try:
        alarm.start(SHORT_S)
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
        signal.raise_signal(signal.SIGALRM)
        assert heard == [signal.SIGALRM]
    finally:
        signal.signal(signal.SIGALRM, before)


def test_in_another_thread_nobody_is_watched_and_nothing_fails(alarm: Alarm) -> None:
    found: list[Any] = []

    def elsewhere() -> None:
        alarm.start(SHORT_S)
        found.append(alarms.is_heard())

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert found == [False]


# --- coroutines ----------------------------------------------------------------------------------------------


def test_a_coroutine_past_its_time_is_cancelled_by_its_loop(alarm: Alarm) -> None:
    said: list[str] = []

    async def told() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            said.append("cancelled")
            raise

    with pytest.raises(Overran):
        alarm.wait(told(), SHORT_S)
    assert said == ["cancelled"]


def test_a_coroutine_that_blocks_its_loop_is_ended_by_the_signal(alarm: Alarm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarms, "AGAIN_S", SHORT_S)

    async def blocks() -> None:
        hang()

    with pytest.raises(Overran):
        alarm.wait(blocks(), SHORT_S)
    assert alarm.wait(asyncio.sleep(0, 7), 60) == 7, "a new loop"


def test_coroutines_share_a_loop_and_see_their_own_context(alarm: Alarm) -> None:
    async def seen() -> tuple[asyncio.AbstractEventLoop, Any]:
        return asyncio.get_running_loop(), here()[1]

    loops = set[asyncio.AbstractEventLoop]()
    for name in ("one", "two"):
        token = HERE.set((FakeCloud(), name, None))
        try:
            loop, handler = alarm.wait(seen(), 60)
        finally:
            HERE.reset(token)
        loops.add(loop)
        assert handler == name
    assert len(loops) == 1


def test_a_coroutine_that_exits_leaves_its_loop_as_it_was(alarm: Alarm) -> None:
    async def exits() -> None:
        raise SystemExit(3)

    alarm.wait(asyncio.sleep(0), 60)
    runner = alarm._runner
    with pytest.raises(SystemExit):
        alarm.wait(exits(), 60)
    assert alarm.wait(asyncio.sleep(0, 7), 60) == 7
    assert alarm._runner is runner


def test_a_time_out_of_the_programs_own_is_its_own(alarm: Alarm) -> None:
    async def times_out() -> None:
        raise TimeoutError("the bank did not answer")

    with pytest.raises(TimeoutError, match="the bank"):
        alarm.wait(times_out(), 60)
