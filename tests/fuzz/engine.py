"""The engine as a runner: definitions on a heap of virtual time, steps answered by the world."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import Any

from cloudless.conformance.orchestrations.module import Answers, Module
from cloudless.conformance.orchestrations.observed import WAITING, Observed
from cloudless.conformance.orchestrations.world import World
from cloudless.engine import Definition, Scheduler
from cloudless.engine.effect import CALL, Step

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


class WorldHost:
    """What a scheduler runs on: everything happens in order of time, and where that is equal as it was asked for."""

    portion_size = 0
    entropy = "drawn"

    def __init__(self, definition: Definition, module: Module, world: World) -> None:
        self._answers = Answers(module, world)
        self._world = world
        self._now_s = 0.0
        self._heap: list[tuple[float, int, int, Any]] = []
        self._serial = 0
        self._cancelled: set[int] = set()
        self._scheduler = Scheduler(definition, "e", self)

    def now(self) -> str:
        return (BEGIN + timedelta(seconds=self._now_s)).isoformat(timespec="microseconds").replace("+00:00", "Z")

    def call(self, handle: int, step: Step, attempt: int) -> None:
        arguments = step.payload if step.verb == CALL else {"body": step.payload["body"]}
        reply = self._answers.reply(step.target, arguments, step.key, self._now_s)
        self._after(reply.takes_s, handle, reply.body)

    def timer(self, handle: int, seconds: float, kind: str, id: str) -> None:
        self._after(seconds, handle, None)

    def cancel(self, handle: int) -> None:
        self._cancelled.add(handle)

    def run(self) -> Observed:
        """Run to the end, or until nothing happens any more."""
        for one in sorted(self._world.events, key=lambda one: one.at_s):
            self._after(one.at_s, 0, (one.name, one.payload, one.id))
        scheduler = self._scheduler
        scheduler.start(dict(self._world.input))
        while self._heap and scheduler.outcome is None:
            self._now_s, _, handle, told = heappop(self._heap)
            self._tell(handle, told)
        calls = tuple(self._answers.calls)
        if scheduler.outcome is None:
            return Observed(WAITING, calls)
        return Observed(scheduler.outcome, calls, self._now_s)

    def _tell(self, handle: int, told: Any) -> None:
        if handle == 0:
            self._scheduler.deliver(*told)
        elif told is None:
            self._scheduler.fire(handle)
        else:
            self._scheduler.complete(handle, told)

    def _after(self, seconds: float, handle: int, told: Any) -> None:
        self._serial += 1
        heappush(self._heap, (self._now_s + seconds, self._serial, handle, told))
