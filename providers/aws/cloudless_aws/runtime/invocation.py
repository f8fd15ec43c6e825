"""The time of a handler: a signal ends what takes longer, wherever it is.

    begin(context)                         of an event: Lambda's own end is known from then on
    timed(function, 60)(body)              Overran after 60 s; what the handler was at does not go on
    wait(coroutine, 60)                    the same of a coroutine, which its loop cancels

Lambda calls us in the main thread, where Python carries out signals: SIGALRM raises within the handler, amid a request,
a lock or a loop of its own. It cannot be caught as an `Exception`, and comes again every second until the
handler has let go. What holds out against that (a library's code in C that does not return) is ended by Lambda's
own time-out a margin later: then nobody is told, as in a crash.

One timer serves many handlers, since those that end in time, nearly all, should not pay for a system call each: where
it rings and no time is up, it is set anew, and where nothing runs, it has rung for nothing. Who listens to SIGALRM when
we come, the program itself or a tool that watches it, keeps it: then there is Lambda's own time-out only.
https://docs.python.org/3/library/signal.html#execution-of-python-signal-handlers
"""

from __future__ import annotations

from importlib import import_module
from time import monotonic

from cloudless.runtime import boot
from cloudless.runtime.outcome import overran

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import Runner
    from collections.abc import Callable, Coroutine, Mapping
    from typing import Any, Protocol

    from cloudless.driver.provider import Cloud
    from cloudless.runtime.entry import Binding

    class Context(Protocol):
        """What Lambda says of an event.

        https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
        """

        @property
        def aws_request_id(self) -> str: ...
        @property
        def invoked_function_arn(self) -> str: ...
        def get_remaining_time_in_millis(self) -> int: ...


_signal: Any = import_module("_signal")
"""What `signal` is made of, without its enumerations: a tenth of the time to import."""

RESERVE_S = 3.0
"""What must be left of Lambda's time when a handler's is up: for its dead letter, back-off, and the answer.

Most of it is the SDK, which is imported then, by a small function in a second or two. See limits.MARGIN_S.
"""
AGAIN_S = 1.0
"""A handler that goes on after its time is told again; a coroutine has so long to end by itself."""


class Expired(BaseException):
    """Raised in a handler whose time is up: no `except Exception` of the user's is meant."""


def binding(facts: Mapping[str, Any], cloud: Cloud) -> Binding:
    """The handler that the facts describe (see `cloudless.runtime.boot`), its time watched."""
    return boot.watched(facts, cloud, timed, wait)


def begin(context: Context) -> None:
    """An event came in."""
    _watch.ends_s = monotonic() + context.get_remaining_time_in_millis() / 1_000


def has_time(timeout_s: float) -> bool:
    """Whether another handler can have all of its time before Lambda ends the event."""
    return monotonic() + timeout_s + RESERVE_S <= _watch.ends_s


def timed(function: Callable[..., Any], timeout_s: float) -> Callable[..., Any]:
    """The function, ended after `timeout_s`, or shortly before Lambda's own end: it raises Overran then."""

    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            _watch.start(timeout_s)
            try:
                return function(*args, **kwargs)
            finally:
                _watch.due_s = 0.0
        except Expired:
            _watch.due_s = 0.0  # where the signal came before the line above was through
            raise overran(timeout_s) from None

    return call


def wait(coroutine: Coroutine[Any, Any, Any], timeout_s: float) -> Any:
    """The value of a coroutine; Overran after `timeout_s`. All run on one loop, which lives as long as the process.

    So what a program keeps for its loop (a client with open connections) stays good from event to event.
    """
    from contextvars import copy_context

    try:
        limit_s = _watch.limit_s(timeout_s)
        _watch.start(limit_s + AGAIN_S)
        try:
            value, left = _runner().run(_ended(coroutine, limit_s), context=copy_context())
        finally:
            _watch.due_s = 0.0
    except Expired:
        _watch.due_s = 0.0
        _drop_runner()
        raise overran(timeout_s) from None
    if left is not None:
        raise left
    return value


async def _ended(coroutine: Coroutine[Any, Any, Any], limit_s: float) -> tuple[Any, SystemExit | None]:
    """The value of a coroutine, or its exit, which would leave the loop behind as if nobody had heard of it."""
    from cloudless.runtime.entry import bounded

    try:
        return await bounded(coroutine, limit_s), None
    except SystemExit as problem:
        return None, problem


def _runner() -> Runner:
    if _watch.runner is None:
        from asyncio import Runner

        _watch.runner = Runner()
    return _watch.runner


def _drop_runner() -> None:
    """Close a loop that was ended in the midst of its work; its tasks are gone."""
    runner, _watch.runner = _watch.runner, None
    if runner is not None:
        runner.get_loop().close()


class _Watch:
    """The time of this process's handlers, of which one runs at a time.

    ends_s: when Lambda ends the event, by `monotonic`. due_s: when the time of what runs is up, 0 while nothing does.
    rings_s: when the timer rings; past where it is not set.
    """

    __slots__ = ("due_s", "ends_s", "is_ours", "rings_s", "runner", "was_asked")

    def __init__(self) -> None:
        self.ends_s = float("inf")
        self.due_s = 0.0
        self.rings_s = 0.0
        self.was_asked = self.is_ours = False
        self.runner: Runner | None = None

    def limit_s(self, timeout_s: float) -> float:
        """How long a handler may take that begins now: what an event begins with is tried, with whatever is left."""
        left_s = self.ends_s - monotonic()
        return min(timeout_s, max(left_s - RESERVE_S, left_s / 2))

    def start(self, timeout_s: float) -> None:
        """A handler begins."""
        now_s = monotonic()
        due_s = now_s + timeout_s
        if due_s > self.ends_s - RESERVE_S:
            due_s = now_s + self.limit_s(timeout_s)
        self.due_s = due_s
        if not now_s < self.rings_s <= due_s:
            self._set(due_s)

    def _set(self, at_s: float) -> None:
        """Have the timer ring at a time, once."""
        if self._listens():
            self.rings_s = at_s
            _signal.setitimer(_signal.ITIMER_REAL, max(at_s - monotonic(), 0.001))

    def _listens(self) -> bool:
        """Whether SIGALRM is ours; asked once."""
        if not self.was_asked:
            self.was_asked = True
            try:
                self.is_ours = _signal.getsignal(_signal.SIGALRM) == _signal.SIG_DFL
                if self.is_ours:
                    _signal.signal(_signal.SIGALRM, self._ring)
            except ValueError:  # not in the main thread
                self.is_ours = False
        return self.is_ours

    def _ring(self, _number: int, _frame: object) -> None:
        """The timer rang: Python calls this between two steps of whatever runs in the main thread."""
        if not self.due_s:
            return
        now_s = monotonic()
        is_up = now_s >= self.due_s
        if is_up:
            self.due_s = now_s + AGAIN_S
        self._set(self.due_s)
        if is_up:
            raise Expired


_watch = _Watch()
"""Of the process."""
