"""The time of a handler in the main thread: a signal ends what takes longer, wherever it is.

    alarm = Alarm()
    alarm.timed(function, 60)(body)        Overran after 60 s; what the handler was at does not go on
    alarm.wait(coroutine, 60)              the same of a coroutine, which its loop cancels

For platforms that call us in the main thread, where Python carries out signals: SIGALRM raises within the handler, amid
a request, a lock or a loop of its own. It cannot be caught as an `Exception`, and comes again every second until the
handler has let go. What holds out against that (a library's code in C that does not return) is ended by the platform's
own time-out a margin later: then nobody is told, as in a crash.

One timer serves many handlers, since those that end in time, nearly all, should not pay for a system call each: where
it rings and no time is up, it is set anew, and where nothing runs, it has rung for nothing. Who listens to SIGALRM when
we come, the program itself or a tool that watches it, keeps it.

What a handler sets in a context variable, no other one sees.
https://docs.python.org/3/library/signal.html#execution-of-python-signal-handlers
"""

from __future__ import annotations

from contextvars import copy_context
from importlib import import_module
from math import inf
from threading import get_ident, main_thread
from time import monotonic

from cloudless.runtime.outcome import overran

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import Runner
    from collections.abc import Callable, Coroutine
    from typing import Any

_signal: Any = import_module("_signal")
"""What `signal` is made of, without its enumerations: a tenth of the time to import."""

AGAIN_S = 1.0
"""A handler that goes on after its time is told again; a coroutine has so long to end by itself."""


class Expired(BaseException):
    """Raised in a handler whose time is up: no `except Exception` of the user's is meant."""


def is_heard() -> bool:
    """Whether a handler that begins here can be ended: this is the main thread, and SIGALRM is nobody else's."""
    thread = get_ident()
    if _timer.thread is None and thread == main_thread().ident:
        _timer.listen(thread)
    return thread == _timer.thread


class Alarm:
    """The time of handlers, of which one runs at a time. Where it is not heard, they take as long as they like.

    ends_s: when the platform ends what it called us for, by `monotonic`; may be set at any time. reserve_s: seconds
    that must be left of that when a handler's time is up.
    """

    __slots__ = ("_due_s", "_runner", "ends_s", "reserve_s")

    def __init__(self, *, reserve_s: float = 0.0) -> None:
        self.ends_s = inf
        self.reserve_s = reserve_s
        self._due_s = 0.0  # when the time of what runs is up, 0 while nothing does
        self._runner: Runner | None = None

    def timed(self, function: Callable[..., Any], timeout_s: float) -> Callable[..., Any]:
        """The function, ended after `timeout_s`, or so that the reserve is left: it raises Overran then."""

        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                self.start(timeout_s)
                try:
                    return copy_context().run(function, *args, **kwargs)
                finally:
                    self._due_s = 0.0
            except Expired:
                self._due_s = 0.0  # where the signal came before the line above was through
                raise overran(timeout_s) from None

        return call

    def wait(self, coroutine: Coroutine[Any, Any, Any], timeout_s: float) -> Any:
        """The value of a coroutine; Overran after `timeout_s`. All run on one loop, which lives as long as the process.

        So what a program keeps for its loop (a client with open connections) stays good from event to event.
        """
        try:
            limit_s = self._limit_s(timeout_s)
            self.start(limit_s + AGAIN_S)
            try:
                value, left = self._loop().run(_ended(coroutine, limit_s), context=copy_context())
            finally:
                self._due_s = 0.0
        except Expired:
            self._due_s = 0.0
            self.close()
            raise overran(timeout_s) from None
        if left is not None:
            raise left
        return value

    def start(self, timeout_s: float) -> None:
        """A handler begins."""
        if not is_heard():
            return
        now_s = monotonic()
        due_s = now_s + timeout_s
        if due_s > self.ends_s - self.reserve_s:
            due_s = now_s + self._limit_s(timeout_s)
        self._due_s = due_s
        _timer.wake(self, now_s, due_s)

    def ring(self) -> None:
        """The timer rang: Python calls this between two steps of whatever runs in the main thread."""
        if not self._due_s:
            return
        now_s = monotonic()
        is_up = now_s >= self._due_s
        if is_up:
            self._due_s = now_s + AGAIN_S
        _timer.set(self._due_s)
        if is_up:
            raise Expired

    def close(self) -> None:
        """Close the loop, of which a coroutine may have been ended in the midst of its work; its tasks are gone."""
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.get_loop().close()

    def _limit_s(self, timeout_s: float) -> float:
        """How long a handler may take that begins now: what an event begins with is tried, with whatever is left."""
        left_s = self.ends_s - monotonic()
        return min(timeout_s, max(left_s - self.reserve_s, left_s / 2))

    def _loop(self) -> Runner:
        if self._runner is None:
            from asyncio import Runner

            self._runner = Runner()
        return self._runner


class _Timer:
    """The process's, which has one, and whom it wakes: who began last.

    thread: the main one, once it listens to SIGALRM; 0 where somebody else did before us, None until that is known.
    """

    __slots__ = ("_alarm", "_rings_s", "thread")

    def __init__(self) -> None:
        self._alarm: Alarm | None = None
        self._rings_s = 0.0  # past where it is not set
        self.thread: int | None = None

    def listen(self, thread: int) -> None:
        """In the main thread, whose number is given: listen, unless somebody does already. Called once."""
        is_free = _signal.getsignal(_signal.SIGALRM) == _signal.SIG_DFL
        self.thread = thread if is_free else 0
        if is_free:
            _signal.signal(_signal.SIGALRM, self._ring)

    def wake(self, alarm: Alarm, now_s: float, at_s: float) -> None:
        """Ring at that time at the latest, for this one."""
        self._alarm = alarm
        if not now_s < self._rings_s <= at_s:
            self.set(at_s)

    def set(self, at_s: float) -> None:
        """Ring at that time, once."""
        self._rings_s = at_s
        _signal.setitimer(_signal.ITIMER_REAL, max(at_s - monotonic(), 0.001))

    def _ring(self, _number: int, _frame: object) -> None:
        if self._alarm is not None:
            self._alarm.ring()


_timer = _Timer()


async def _ended(coroutine: Coroutine[Any, Any, Any], limit_s: float) -> tuple[Any, SystemExit | None]:
    """The value of a coroutine, or its exit, which would leave the loop behind as if nobody had heard of it."""
    from cloudless.runtime.entry import bounded

    try:
        return await bounded(coroutine, limit_s), None
    except SystemExit as problem:
        return None, problem
