"""Schedules in memory: a timer for each, that puts the run on the schedule's internal queue."""

from __future__ import annotations

from time import gmtime, strftime
from typing import TYPE_CHECKING

from cloudless.memory.world import US
from cloudless.message import NO_ATTRIBUTES, Envelope
from cloudless.runtime.schedule import due_times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cloudless.ir import Schedule
    from cloudless.memory.channel import Channel
    from cloudless.memory.world import World

_ISO = "%Y-%m-%dT%H:%M:%S+00:00"


class Timer:
    """Fires one schedule at each of its due times, for as long as the world goes on."""

    __slots__ = ("_channel", "_due", "_head", "_schedule", "_tail", "_world")

    def __init__(self, schedule: Schedule, world: World, channel: Channel) -> None:
        self._schedule = schedule
        self._world = world
        self._channel = channel
        self._due: Iterator[int] = due_times(schedule, world.now_us // US)
        self._head = f'{{"schedule":"{schedule.name}","due":"'
        self._tail = f'","timezone":"{schedule.timezone}"}}'
        self._wait()

    def fire(self, due_s: int) -> None:
        """Put a run on the internal queue, now; `due_s` is the time it is for."""
        world = self._world
        id = world.new_id()
        body = f"{self._head}{strftime(_ISO, gmtime(due_s))}{self._tail}"
        envelope = Envelope(id, body, NO_ATTRIBUTES, 0, "", world.now_us / US, id, id)
        world.history.note("fire", world.now_us, self._schedule.name, envelope, by=None, cause="")
        self._channel.put(envelope)

    def _tick(self, due_s: int) -> None:
        self.fire(due_s)
        self._wait()

    def _wait(self) -> None:
        due_s = next(self._due, None)
        if due_s is not None:
            self._world.at(due_s * US, self._tick, due_s, work=False)
