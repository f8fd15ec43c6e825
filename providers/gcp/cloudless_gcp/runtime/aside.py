"""The time of handlers that no signal reaches: each runs in a thread of ours, which is left behind when its time is up.

Threads of gunicorn's have several requests at a time, and Python carries out no signals there. So the thread that has
to answer waits for another one, as long as the handler may take. What a handler does afterwards has effects still, but
nobody waits for it. It keeps its thread until it returns.

Coroutines run side by side on one loop that lives as long as the process, so that what a program keeps for its loop (a
client with open connections) stays good from request to request. A handler that blocks the loop past its time loses
it: the next one gets a loop of its own.
"""

from __future__ import annotations

from contextvars import copy_context
from threading import Lock

from cloudless.runtime.outcome import overran
from cloudless.runtime.threads import Awaited, Threads
from cloudless_gcp.deadline import LATE_S

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Coroutine
    from contextvars import Context
    from typing import Any


def called(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], timeout_s: float) -> Any:
    """What a function returns or raises; Overran after `timeout_s`."""
    return _Call(function, args, kwargs).value(timeout_s)


def waited(coroutine: Coroutine[Any, Any, Any], timeout_s: float) -> Any:
    """The value of a coroutine; Overran after `timeout_s`."""
    awaited = Awaited(coroutine, timeout_s)
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
