"""Clock: lets virtual time follow real time, a slice at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from cloudless.memory.world import US

if TYPE_CHECKING:
    from cloudless.dev.feed import Feed
    from cloudless.memory.world import World

TICK_S = 0.05
"""How long the clock sleeps at most: what is due is late by so much real time."""

SLICE_S = 0.02
"""How long deliveries go on before requests have their turn: a handler that feeds itself must not starve them."""


class Clock:
    """speed: virtual seconds in a real one, at first. now_s: the real clock, which may jump.

    reading: of another clock that this one goes on from, see `reading`.

    Where it jumps back, virtual time stands still; where it jumps ahead (the machine slept), what was due happens.
    """

    def __init__(
        self,
        world: World,
        feed: Feed,
        speed: float,
        now_s: Callable[[], float] = time.time,
        *,
        reading: tuple[float, float] | None = None,
    ) -> None:
        self._world = world
        self._feed = feed
        self._speed = speed
        self._now_s = now_s
        self._target_us: float
        self._read_s: float
        self._target_us, self._read_s = reading or (world.base_us, now_s())
        self._woken = asyncio.Event()

    @property
    def speed(self) -> float:
        """Virtual seconds in a real one; 0 where time stands still, and only what is sent now happens."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._read()
        self._speed = speed
        self.wake()

    @property
    def reading(self) -> tuple[float, float]:
        """How far virtual time should be, in microseconds, and the real time, in seconds, at which that was so."""
        self._read()
        return self._target_us, self._read_s

    @property
    def is_behind(self) -> bool:
        """Whether something that is due has not happened yet: after a long way, or where more is due than can be."""
        return self._world.base_us < int(self._target_us) or bool(self._world.ready)

    def travel(self, by_us: int) -> None:
        """Go ahead in time: everything that is due until then happens, in order, slice by slice. Never back."""
        self._read()
        self._target_us += by_us
        self.wake()

    def wake(self) -> None:
        """Let what has just been sent be delivered at once."""
        self._woken.set()

    def catch_up(self) -> bool:
        """Do what is due by now, for a slice of real time at most; whether all of it is done.

        `World.run_until` and not `advance`: it stops between two events when the slice is over, and needs no
        patience with a world that is never quiet, as a real cloud has none.
        """
        self._read()
        world, end_s = self._world, time.monotonic() + SLICE_S
        with self._feed.told():
            world.run_until(lambda: self._is_over(end_s), max(0, int(self._target_us) - world.base_us))
        return not self.is_behind

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            self._woken.clear()
            if self.catch_up():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), TICK_S)
            else:
                await asyncio.sleep(0)

    def _read(self) -> None:
        now_s = self._now_s()
        self._target_us += max(0.0, now_s - self._read_s) * self._speed * US
        self._read_s = now_s

    def _is_over(self, end_s: float) -> bool:
        """Asked before each event, so what the last one did is told while it is news."""
        self._feed.flush()
        return time.monotonic() >= end_s
