"""One invocation: our runtime in a thread, the user's coroutines on the worker's loop, and nobody waits for ever.

    the worker's loop                      a thread of ours
    invoke ── work ─────────────────────►  decode, ledger, the user's function, dead letters, copies
       │  ◄── a coroutine of the user's ──    `wait`
       │  ── its value ──────────────────►
       │  ◄── done ───────────────────────
       └── the function's time is up ────►  `late`, in another thread: that is the outcome then

The worker runs a function that is no coroutine in a thread, and waits until it returns: no time-out could be kept,
since a thread cannot be ended. So entries are coroutines. What a function does after its time is up still has effects,
but its outcome counts no more: nothing is completed, released or stored as a dead letter on its behalf. It keeps its
thread until it returns. `functionTimeout` stands a minute behind, for a worker whose loop is blocked.

Async functions run in the invocation's own task, as Microsoft's worker runs them: side by side on one loop that lives
as long as the process. What an invocation sets in a context variable, no other one sees, in a thread neither.
"""

from __future__ import annotations

import asyncio
from contextvars import Context
from threading import local
from time import monotonic

from cloudless.errors import CloudlessError
from cloudless.runtime import boot
from cloudless.runtime.crash import TimedOut
from cloudless.runtime.entry import wait_with_asyncio
from cloudless.runtime.threads import Awaited, Threads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from typing import Any, Protocol, TypeVar

    from cloudless.driver.provider import Cloud
    from cloudless.runtime.entry import Binding

    R = TypeVar("R")

    class Native(Protocol):
        """What the worker says of an invocation: an `azure.functions.Context`.

        https://learn.microsoft.com/en-us/azure/azure-functions/functions-reference-python#log-from-created-threads
        """

        @property
        def invocation_id(self) -> str: ...
        @property
        def thread_local_storage(self) -> Any: ...


class Died(CloudlessError):
    """A function ended its thread, e.g. by `sys.exit`: to the platform the invocation failed, as in a crash."""


async def invoke(work: Callable[[], R], late: Callable[[], R], context: Native | None, timeout_s: float) -> R:
    """What `work` returns or raises; where a timed function of its overruns, what `late` does.

    context: so that log lines of our threads belong to the invocation. timeout_s: of the timed function.
    """
    return await _Invocation(context, timeout_s).outcome(work, late)  # type: ignore[no-any-return]


def binding(facts: Mapping[str, Any], cloud: Cloud) -> Binding:
    """The handler that the facts describe (see `cloudless.runtime.boot`), its time watched."""
    return boot.watched(facts, cloud, timed, wait)


def timed(function: Callable[..., Any], timeout_s: float) -> Callable[..., Any]:
    """The function, no longer waited for after `timeout_s`, within an `invoke`; elsewhere as it is."""

    def call(*args: Any, **kwargs: Any) -> Any:
        invocation: _Invocation | None = getattr(_here, "invocation", None)
        if invocation is None:
            return function(*args, **kwargs)
        invocation.begin(timeout_s)
        try:
            return function(*args, **kwargs)
        finally:
            invocation.end()

    return call


def wait(coroutine: Coroutine[Any, Any, Any], timeout_s: float) -> Any:
    """The value of a coroutine, which runs on the worker's loop; Overran after `timeout_s`."""
    invocation: _Invocation | None = getattr(_here, "invocation", None)
    if invocation is None:
        return wait_with_asyncio(coroutine, timeout_s)
    return invocation.value_of(Awaited(coroutine, timeout_s))


_here = local()
"""`invocation`: what the thread works on."""

_LATE = object()


class _Done:
    """What became of the work."""

    __slots__ = ("problem", "value")

    def __init__(self, value: Any, problem: BaseException | None) -> None:
        self.value = value
        self.problem = problem


class _Invocation:
    """One invocation, as its task and its thread see it. Made on the worker's loop.

    Who takes the baton of a timed call, its end or the end of its time, decides; the other one comes too late. After
    that, a thread never says anything again: at most one piece of news is on its way.
    """

    __slots__ = ("_baton", "_context", "_deadline_s", "_loop", "_news", "_timeout_s", "_timer")

    def __init__(self, context: Native | None, timeout_s: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._context = context
        self._timeout_s = timeout_s
        self._deadline_s = 0.0
        self._baton: list[None] = []
        self._news: asyncio.Future[Any] = self._loop.create_future()
        self._timer = self._loop.call_later(timeout_s, self._check)

    # --- on the loop ----------------------------------------------------------------------------------

    async def outcome(self, work: Callable[[], Any], late: Callable[[], Any]) -> Any:
        _threads.start(lambda: self._run(work))
        try:
            while not isinstance(news := await self._next(), _Done):
                if news is _LATE:
                    _threads.start(lambda: self._run(late))
                else:
                    await news.run()
        finally:
            self._timer.cancel()
        if news.problem is not None:
            raise news.problem
        return news.value

    async def _next(self) -> Any:
        news = await self._news
        self._news = self._loop.create_future()
        return news

    def _check(self) -> None:
        """Whether the time of a call is up; it begins some time after the invocation."""
        rest_s = self._deadline_s - monotonic() if self._baton else self._timeout_s
        if rest_s > 0:
            self._timer = self._loop.call_later(rest_s, self._check)
            return
        try:
            self._baton.pop()
        except IndexError:
            return
        self._tell(_LATE)

    def _tell(self, news: Any) -> None:
        if not self._news.done():
            self._news.set_result(news)

    # --- in a thread ----------------------------------------------------------------------------------

    def begin(self, timeout_s: float) -> None:
        """A timed call begins."""
        self._deadline_s = monotonic() + timeout_s
        self._baton.append(None)

    def end(self) -> None:
        """It ends; raises TimedOut where that was not waited for."""
        try:
            self._baton.pop()
        except IndexError:
            raise TimedOut from None

    def value_of(self, awaited: Awaited) -> Any:
        self._loop.call_soon_threadsafe(self._tell, awaited)
        awaited.arrives()
        return awaited.value()

    def _run(self, work: Callable[[], Any]) -> None:
        _here.invocation = self
        if self._context is not None:
            self._context.thread_local_storage.invocation_id = self._context.invocation_id
        try:
            done = _Done(Context().run(work), None)
        except TimedOut:
            return
        except Exception as problem:  # noqa: BLE001  (raised again on the loop)
            done = _Done(None, problem)
        except BaseException as problem:  # noqa: BLE001  (SystemExit would end the worker, and other invocations with it)
            done = _Done(None, Died(f"the function ended its own thread: {problem!r}"))
        finally:
            _here.invocation = None
            if self._context is not None:
                self._context.thread_local_storage.invocation_id = None
        self._loop.call_soon_threadsafe(self._tell, done)


_threads = Threads()
"""Of the process. As many as there are invocations at a time, which host.json limits, and those that overran."""
