"""Ended: the condition of whoever waits for an execution, who must not wait for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless.driver.orchestration import RUNNING
from cloudless.errors import NeverQuiet

if TYPE_CHECKING:
    from cloudless.memory.execution import MemoryExecution
    from cloudless.memory.world import World

MOST = 100_000
"""Things that may happen at one moment; no cloud's execution has more steps in all."""


class Ended:
    """Whether an execution has ended, asked after everything that happens; NeverQuiet where time stands still."""

    __slots__ = ("_at_us", "_left", "_one", "_world")

    def __init__(self, one: MemoryExecution, world: World) -> None:
        self._one = one
        self._world = world
        self._at_us = world.base_us
        self._left = MOST

    def __call__(self) -> bool:
        if self._one.status != RUNNING:
            return True
        if self._world.base_us != self._at_us:
            self._at_us, self._left = self._world.base_us, MOST
        self._left -= 1
        if not self._left:
            raise NeverQuiet(
                f"execution {self._one.id!r} of {self._one.orchestration!r} does not end: {MOST:,} things happened at "
                "one moment of virtual time. Let its loop end, or sleep"
            )
        return False
