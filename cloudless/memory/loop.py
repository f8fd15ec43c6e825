"""Async handlers on virtual time: a real asyncio event loop whose clock is the world's.

A handler that awaits `asyncio.sleep(3600)` takes an hour of virtual time and no real one. The loop only ever
waits for real where a handler works in a thread (`asyncio.to_thread`). Real input and output is not
simulated, and refused.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cloudless.errors import UnsupportedError
from cloudless.memory.world import US
from cloudless.runtime.crash import TimedOut

if sys.platform == "win32":
    from selectors import SelectSelector as Selector
else:
    from selectors import PollSelector as Selector  # of any number of open files, and itself none

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator
    from selectors import SelectorKey

    from cloudless.memory.world import World

_PATIENCE_S = 30.0


class _VirtualSelector(Selector):
    """Where a loop would sleep, the world's clock is moved; only work in threads is really waited for."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self.in_threads = 0

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return super().select(0)
        if len(self.get_map()) > 1:  # besides the pipe with which threads wake the loop
            raise self._world.refuse(
                UnsupportedError(
                    "an async handler waits for real input or output, which cannot be simulated. "
                    "Replace what does it: cloud.replace(handler, fake)"
                )
            )
        if self.in_threads:
            return super().select(_PATIENCE_S)
        if timeout is None:
            raise _NeverWoken
        self._world.now_us += max(1, round(timeout * US))
        return super().select(0)


class _NeverWoken(BaseException):
    """Every task waits for something that nobody will do."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on the world's clock."""

    def __init__(self, world: World) -> None:
        self._virtual = _VirtualSelector(world)
        super().__init__(self._virtual)
        self._world = world
        self._began_us = world.base_us

    def time(self) -> float:
        """Seconds since the loop was made: small, so that a float is exact to the microsecond."""
        return (self._world.now_us - self._began_us) / US

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        """As the loop's own; while a thread works, virtual time stands still."""
        future = super().run_in_executor(executor, func, *args)
        self._virtual.in_threads += 1
        future.add_done_callback(self._left_thread)
        return future

    def _left_thread(self, _: asyncio.Future[Any]) -> None:
        self._virtual.in_threads -= 1


class Waiter:
    """Runs coroutines of handlers to their end; loops are made when needed and kept."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._idle: list[VirtualLoop] = []

    def __call__(self, coroutine: Coroutine[Any, Any, Any], timeout_s: float) -> Any:
        """The coroutine's value; TimedOut where it takes longer, whether it was cut short or ran on unseen."""
        world = self._world
        deadline_us = world.now_us + round(timeout_s * US)
        cut_short = world.random() < 0.5
        value = None
        with self._loop() as loop:
            try:
                value = loop.run_until_complete(_bounded(coroutine, timeout_s) if cut_short else coroutine)
            except _NeverWoken:
                world.now_us = max(deadline_us + 1, world.base_us)
            finally:
                _cancel_rest(loop)
        if world.now_us > deadline_us:
            world.now_us = max(deadline_us, world.base_us)
            raise TimedOut
        return value

    def close(self) -> None:
        """Close the loops that were made."""
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def _loop(self) -> Generator[VirtualLoop]:
        """A loop of its own for the block.

        One that is running already (of an async handler that invokes another, of an async test) waits meanwhile, as
        in a blocking call; asyncio has to be told so.
        """
        running = asyncio._get_running_loop()  # noqa: SLF001  (documented for makers of event loops, as this is one)
        loop = self._idle.pop() if self._idle else VirtualLoop(self._world)
        asyncio._set_running_loop(None)  # noqa: SLF001
        try:
            yield loop
        finally:
            asyncio._set_running_loop(running)  # noqa: SLF001
            self._idle.append(loop)


def _cancel_rest(loop: asyncio.AbstractEventLoop) -> None:
    """End what a handler left behind: its instance would be frozen or gone."""
    rest = asyncio.all_tasks(loop)
    for task in rest:
        task.cancel()
    if rest:
        loop.run_until_complete(asyncio.gather(*rest, return_exceptions=True))


async def _bounded(coroutine: Coroutine[Any, Any, Any], timeout_s: float) -> Any:
    """Cut the coroutine short at its time-out, as an instance that is stopped."""
    task = asyncio.ensure_future(coroutine)
    done, _ = await asyncio.wait([task], timeout=timeout_s)
    if not done:
        task.cancel()
        await asyncio.wait([task])
        raise TimedOut
    return task.result()
