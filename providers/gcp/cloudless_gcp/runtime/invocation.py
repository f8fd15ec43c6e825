"""The time of a handler: it runs in a thread of ours, which is left behind when its time is up.

    timed(function, 60)(body)              Overran after 60 s
    wait(coroutine, 60)                    the same of a coroutine, which its loop cancels

functions-framework answers requests in threads of gunicorn's, where Python carries out no signals. So the thread that
has to answer waits for another one, as long as the handler may take. What a handler does afterwards has effects still,
but nobody waits for it: Cloud Run takes the answer, and gives the instance the next request. It keeps its thread until
it returns.

Coroutines run side by side on one loop that lives as long as the process, so that what a program keeps for its loop (a
client with open connections) stays good from request to request. A handler that blocks the loop past its time loses
it: the next one gets a loop of its own.
"""

from __future__ import annotations

from contextvars import copy_context
from threading import Lock

from cloudless.runtime import boot
from cloudless.runtime.outcome import overran
from cloudless.runtime.threads import Awaited, Threads
from cloudless_gcp.deadline import AFTER_S, LATE_S, unbounded, within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Coroutine, Mapping
    from contextvars import Context
    from typing import Any

    from cloudless.driver.provider import Cloud
    from cloudless.runtime.entry import Binding


def binding(facts: Mapping[str, Any], cloud: Cloud) -> Binding:
    """The handler that the facts describe (see `cloudless.runtime.boot`), its time watched."""
    return boot.watched(facts, cloud, timed, wait)


def timed(function: Callable[..., Any], timeout_s: float) -> Callable[..., Any]:
    """The function, no longer waited for after `timeout_s`: it raises Overran then."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return _handled(lambda: _Call(function, args, kwargs).value(timeout_s))

    return call


def wait(coroutine: Coroutine[Any, Any, Any], timeout_s: float) -> Any:
    """The value of a coroutine; Overran after `timeout_s`."""
    return _handled(lambda: _waited(Awaited(coroutine, timeout_s), timeout_s))


def _handled(value: Callable[[], Any]) -> Any:
    """What a handler gives: its own requests take as long as they like, those of ours that follow end in time."""
    is_waited_for = unbounded()
    try:
        return value()
    finally:
        if is_waited_for:
            within(AFTER_S)


def _waited(awaited: Awaited, timeout_s: float) -> Any:
    loop = _loops.current()
    awaited.start(loop)
    if not awaited.arrives(timeout_s + LATE_S):
        _loops.leave(loop)
        raise overran(timeout_s)
    return awaited.value()


class _Call:
    """One call of a function, in a thread of ours, in the context of whoever waits for it."""

    __slots__ = ("_args", "_arrived", "_context", "_function", "_kwargs", "_problem", "_value")

    def __init__(self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._function = function
        self._args = args
        self._kwargs = kwargs
        self._context: Context = copy_context()
        self._arrived = Lock()
        self._arrived.acquire()
        self._value: Any = None
        self._problem: BaseException | None = None

    def value(self, timeout_s: float) -> Any:
        _threads.start(self._run)
        if not self._arrived.acquire(timeout=timeout_s):
            raise overran(timeout_s)
        problem, self._problem = self._problem, None
        if problem is not None:
            try:
                raise problem
            finally:
                del problem  # its traceback has this frame
        return self._value

    def _run(self) -> Callable[[], None]:
        try:
            self._value = self._context.run(self._function, *self._args, **self._kwargs)
        except BaseException as problem:  # noqa: BLE001  (raised again in the thread that waits)
            self._problem = problem
        return self._arrived.release


class _Loops:
    """The loop of this process's coroutines, in a thread of its own. Made when it is needed: gunicorn forks before."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._loop: AbstractEventLoop | None = None

    def current(self) -> AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = _started()
            return self._loop

    def leave(self, loop: AbstractEventLoop) -> None:
        """Leave a loop that is blocked; what else it has goes on when it can."""
        with self._lock:
            if self._loop is loop:
                self._loop = None


def _started() -> AbstractEventLoop:
    from asyncio import new_event_loop
    from threading import Thread

    loop = new_event_loop()
    Thread(target=loop.run_forever, name="cloudless-loop", daemon=True).start()
    return loop


_threads = Threads()
_loops = _Loops()
"""Of the process."""
