"""Threads and coroutines whose end nobody has to wait for, for platforms that call us in a thread, or on a loop.

A thread cannot be ended, and where Python's signals are out of reach no handler can. So handlers run in threads of
ours, which whoever waits may leave behind: what a handler does after its time has effects still, but no say.
"""

from __future__ import annotations

from threading import Lock, Thread

from cloudless.driver.current import HERE
from cloudless.runtime.entry import bounded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Task
    from collections.abc import Callable, Coroutine
    from typing import Any

    from cloudless.driver.current import Here

    Job = Callable[[], Callable[[], None] | None]
    """Work for a thread; what it returns is called when the thread is free again."""


class Threads:
    """Threads that carry out jobs. One more is started when none is free: one whose job never ends is lost."""

    __slots__ = ("_all", "_free")

    def __init__(self) -> None:
        self._all: list[_Thread] = []
        self._free: list[_Thread] = []

    @property
    def busy(self) -> int:
        """How many have something to do."""
        return len(self._all) - len(self._free)

    def start(self, job: Job) -> None:
        """Carry out a job in a thread, now. It must not raise."""
        try:
            thread = self._free.pop()
        except IndexError:
            thread = _Thread(self._free)
            self._all.append(thread)
        thread.take(job)


class _Thread:
    """One of them, and where it is found when it is free. Whoever takes it from there has it alone."""

    __slots__ = ("_free", "_given", "_job")

    def __init__(self, free: list[_Thread]) -> None:
        self._free = free
        self._given = Lock()
        self._given.acquire()
        self._job: Job | None = None
        Thread(target=self._work, name="cloudless", daemon=True).start()

    def take(self, job: Job) -> None:
        self._job = job
        self._given.release()

    def _work(self) -> None:
        while True:
            self._given.acquire()
            job, self._job = self._job, None
            then = job() if job else None
            del job  # it may hold what its caller had
            self._free.append(self)
            if then is not None:
                then()
                del then


class Awaited:
    """A coroutine on its way to a loop, and its value on the way back to the thread that waits for it."""

    __slots__ = ("_arrived", "_coroutine", "_here", "_problem", "_task", "_timeout_s", "_value")

    def __init__(self, coroutine: Coroutine[Any, Any, Any], timeout_s: float) -> None:
        self._coroutine = coroutine
        self._timeout_s = timeout_s
        self._here: Here | None = HERE.get(None)
        self._arrived = Lock()
        self._arrived.acquire()
        self._value: Any = None
        self._problem: BaseException | None = None
        self._task: Task[None] | None = None

    def start(self, loop: AbstractEventLoop) -> None:
        """In the thread: begin on the loop of another one, in a context like that of here."""
        loop.call_soon_threadsafe(self._begin, loop)

    def _begin(self, loop: AbstractEventLoop) -> None:
        self._task = loop.create_task(self.run())  # a loop holds its tasks weakly

    async def run(self) -> None:
        """On the loop; whatever it raises is for the thread, `SystemExit` too, which would end the loop."""
        token = HERE.set(self._here) if self._here else None
        try:
            self._value = await bounded(self._coroutine, self._timeout_s)
        except BaseException as problem:  # noqa: BLE001  (raised again in the thread)
            self._problem = problem
        finally:
            if token:
                HERE.reset(token)
            self._arrived.release()

    def arrives(self, within_s: float = -1) -> bool:
        """In the thread: wait for it, so many seconds at most if any are given. Whether it is there. Once."""
        return self._arrived.acquire(timeout=within_s)

    def value(self) -> Any:
        """In the thread, when it has arrived."""
        problem, self._problem = self._problem, None
        if problem is not None:
            raise problem
        return self._value
