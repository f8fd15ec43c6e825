"""The time of handlers that no signal reaches: who takes too long is left behind, and the others go on."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from time import monotonic
from typing import Any

import pytest

from cloudless.driver.current import HERE, here
from cloudless.runtime.outcome import Overran
from cloudless.runtime.threads import Threads
from cloudless_gcp.runtime import aside
from tests.unit.fake_cloud import FakeCloud

SHORT_S = 0.05
WORD: ContextVar[str] = ContextVar("word", default="nothing")
released = threading.Event()


@pytest.fixture(autouse=True)
def _let_go() -> Iterator[None]:
    released.clear()
    yield
    released.set()


def timed(function: Callable[..., Any], timeout_s: float) -> Callable[..., Any]:
    return lambda *args, **kwargs: aside.called(function, args, kwargs, timeout_s)


def block() -> str:
    released.wait()
    return "late"


# --- a function ----------------------------------------------------------------------------------------------


def test_what_a_function_returns_or_raises_is_its_own() -> None:
    assert timed(divmod, 60)(7, 2) == (3, 1)
    assert timed(sorted, 60)([1, 2], reverse=True) == [2, 1]
    with pytest.raises(ZeroDivisionError):
        timed(lambda: 1 / 0, 60)()


def test_a_function_past_its_time_is_not_waited_for() -> None:
    began_s = monotonic()
    with pytest.raises(Overran, match=r"longer than 0\.05 s"):
        timed(block, SHORT_S)()
    assert SHORT_S <= monotonic() - began_s < 5


def test_while_one_is_left_behind_the_next_has_a_thread() -> None:
    with pytest.raises(Overran):
        timed(block, SHORT_S)()
    assert timed(lambda: "next", 60)() == "next"


def test_threads_are_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "_threads", Threads())
    assert len({timed(threading.get_ident, 60)() for _ in range(20)}) == 1


def test_what_ends_a_thread_is_told_to_who_waits() -> None:
    with pytest.raises(SystemExit):
        timed(sys.exit, 60)(3)
    assert timed(lambda: "next", 60)() == "next"


def test_a_function_works_for_whoever_is_waiting() -> None:
    cloud = FakeCloud()
    token = HERE.set((cloud, "work", None))
    try:
        assert timed(here, 60)() == (cloud, "work", None)
    finally:
        HERE.reset(token)


def test_what_a_function_sets_in_a_context_variable_the_next_one_does_not_see() -> None:
    assert timed(WORD.set, 60)("something") is not None
    assert (timed(WORD.get, 60)(), WORD.get()) == ("nothing", "nothing")


def test_an_error_is_kept_by_nobody() -> None:
    """Its traceback has the frames of a handler, with all that these hold."""
    import gc
    from weakref import ref

    class Held: ...

    kept: list[Any] = []

    def fail() -> None:
        held = Held()
        kept.append(ref(held))
        raise ValueError(held)

    gc.disable()
    try:
        with pytest.raises(ValueError, match="Held"):
            timed(fail, 60)()
        assert kept[0]() is None
    finally:
        gc.enable()


# --- a coroutine ---------------------------------------------------------------------------------------------


async def soon(value: Any) -> Any:
    await asyncio.sleep(0)
    return value


async def loop_of() -> object:
    return asyncio.get_running_loop()


def test_a_coroutine_has_its_value_or_error() -> None:
    async def fail() -> None:
        raise KeyError("no")

    assert aside.waited(soon(7), 60) == 7
    with pytest.raises(KeyError):
        aside.waited(fail(), 60)


def test_all_coroutines_have_one_loop() -> None:
    assert aside.waited(loop_of(), 60) is aside.waited(loop_of(), 60)


def test_a_coroutine_past_its_time_is_cancelled() -> None:
    ended: list[str] = []

    async def hang() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("cancelled")

    loop = aside.waited(loop_of(), 60)
    with pytest.raises(Overran):
        aside.waited(hang(), SHORT_S)
    assert (ended, aside.waited(loop_of(), 60)) == (["cancelled"], loop)


def test_a_coroutine_that_blocks_the_loop_loses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "LATE_S", SHORT_S)

    async def blocking() -> str:
        return block()

    loop = aside.waited(loop_of(), 60)
    with pytest.raises(Overran, match=r"longer than 0\.05 s"):
        aside.waited(blocking(), SHORT_S)
    assert aside.waited(loop_of(), 60) is not loop


def test_a_coroutine_that_exits_leaves_the_loop() -> None:
    async def leave() -> None:
        sys.exit(3)

    loop = aside.waited(loop_of(), 60)
    with pytest.raises(SystemExit):
        aside.waited(leave(), 60)
    assert aside.waited(loop_of(), 60) is loop


def test_a_coroutine_works_for_whoever_is_waiting() -> None:
    async def whose() -> Any:
        return here(), WORD.get()

    cloud = FakeCloud()
    token, word = HERE.set((cloud, "work", None)), WORD.set("mine")
    try:
        assert aside.waited(whose(), 60) == ((cloud, "work", None), "mine")
    finally:
        HERE.reset(token)
        WORD.reset(word)


def test_a_time_out_of_the_handlers_own_is_its_error() -> None:
    async def impatient() -> None:
        async with asyncio.timeout(0):
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError) as found:
        aside.waited(impatient(), 60)
    assert not isinstance(found.value, Overran)
