"""Test doubles: what a handler's function is replaced with while a test asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless.memory.world import US
from cloudless.runtime.crash import Crash, TimedOut

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloudless.memory.world import World


class Double:
    """Stands for one handler's function. Orders are carried out in the order given, `takes` around them all."""

    def __init__(self, world: World, original: Callable[..., Any], timeout_s: float, is_async: bool) -> None:
        self._world = world
        self._function = original
        self._timeout_us = round(timeout_s * US)
        self._is_async = is_async
        self._failures: list[tuple[BaseException, float]] = []
        self.takes_us = 0

    def replace(self, fake: Callable[..., Any]) -> None:
        """Call `fake` instead of the original from now on."""
        self._function = fake

    def fail(self, error: BaseException, times: float) -> None:
        """Raise the error instead of calling, the next `times` times."""
        self._failures.append((error, times))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._call_async(args, kwargs) if self._is_async else self._call(args, kwargs)

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self._begin()
        try:
            self._raise_ordered(lambda: self._function(*args, **kwargs))
            return self._function(*args, **kwargs)
        finally:
            self._end()

    async def _call_async(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self._begin()
        try:
            self._raise_ordered(lambda: None)
            value = self._function(*args, **kwargs)
            return await value if hasattr(value, "__await__") else value
        finally:
            self._end()

    def _begin(self) -> None:
        """A handler that takes too long is stopped before its effects, or after them: the seed decides."""
        if self.takes_us > self._timeout_us and self._world.random() < 0.5:
            self._world.now_us += self._timeout_us
            raise TimedOut

    def _end(self) -> None:
        self._world.now_us += self.takes_us
        if self.takes_us > self._timeout_us:
            self._world.now_us -= self.takes_us - self._timeout_us
            raise TimedOut

    def _raise_ordered(self, run: Callable[[], Any]) -> None:
        """Raise the next ordered failure. A crash comes before the effects, or after them: the seed decides."""
        while self._failures:
            error, times = self._failures[0]
            if times <= 0:
                self._failures.pop(0)
                continue
            self._failures[0] = (error, times - 1)
            if isinstance(error, Crash) and self._world.random() < 0.5:
                run()
            raise error
