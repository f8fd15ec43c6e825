"""The time of handlers: by a signal in the main thread, by another thread elsewhere."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cloudless.runtime.outcome import Overran
from cloudless_gcp.deadline import AFTER_S, BEFORE_S, left_s, within
from cloudless_gcp.runtime import invocation
from cloudless_gcp.runtime.invocation import timed, wait
from tests.hosting.alarms import own_alarm

SHORT_S = 0.05


@pytest.fixture(autouse=True)
def _alarm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with own_alarm() as alarm:
        monkeypatch.setattr(invocation, "_alarm", alarm)
        yield


def here(call: Callable[[], Any]) -> Any:
    return call()


def elsewhere(call: Callable[[], Any]) -> Any:
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(call).result()


def where_another_listens(call: Callable[[], Any]) -> Any:
    before = signal.signal(signal.SIGALRM, _nothing)
    try:
        return call()
    finally:
        signal.signal(signal.SIGALRM, before)


def _nothing(_number: int, _frame: object) -> None: ...


@pytest.fixture(params=[here, elsewhere, where_another_listens])
def place(request: pytest.FixtureRequest) -> Callable[[Callable[[], Any]], Any]:
    found: Callable[[Callable[[], Any]], Any] = request.param
    return found


Place = Callable[[Callable[[], Any]], Any]


def test_a_function_has_its_value_and_its_time(place: Place) -> None:
    released = threading.Event()
    assert place(lambda: timed(divmod, 60)(7, 2)) == (3, 1)
    with pytest.raises(ZeroDivisionError):
        place(lambda: timed(divmod, 60)(7, 0))
    with pytest.raises(Overran, match=r"longer than 0\.05 s"):
        place(timed(released.wait, SHORT_S))
    released.set()


def test_a_coroutine_has_its_value_and_its_time(place: Place) -> None:
    assert place(lambda: wait(asyncio.sleep(0, 7), 60)) == 7
    with pytest.raises(Overran, match=r"longer than 0\.05 s"):
        place(lambda: wait(asyncio.Event().wait(), SHORT_S))


def test_in_the_main_thread_a_function_is_called_there_and_what_it_was_at_does_not_go_on() -> None:
    said: list[str] = []

    def told() -> None:
        said.append(threading.current_thread().name)
        try:
            threading.Event().wait()
        finally:
            said.append("ended")

    with pytest.raises(Overran):
        timed(told, SHORT_S)()
    assert said == ["MainThread", "ended"]


def test_in_another_thread_it_is_called_aside() -> None:
    name = elsewhere(timed(lambda: threading.current_thread().name, 60))
    assert name == "cloudless"


@pytest.mark.parametrize("is_async", [False, True])
def test_requests_of_a_handler_are_unbounded_and_ours_after_it_are_not(is_async: bool, place: Place) -> None:
    def asked() -> tuple[float, float]:
        within(BEFORE_S)
        during_s = wait(_soon(left_s), 60) if is_async else timed(left_s, 60)()
        return during_s, left_s()

    during_s, after_s = place(asked)
    assert during_s == float("inf")
    assert BEFORE_S < after_s <= AFTER_S


async def _soon(call: Callable[[], Any]) -> Any:
    return call()
