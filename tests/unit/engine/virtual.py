"""A host on a heap: virtual time, functions from a table, and a record of what was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import Any

from cloudless.engine import Definition, Scheduler
from cloudless.engine.effect import Step
from cloudless.ir import Application, Callee, Orchestration, Span
from cloudless.ir.orchestration import FUNCTION, ORCHESTRATION
from cloudless.ir.statement import Statement
from cloudless.ir.type import JSON, Type
from cloudless.passes.definition import definition

START = datetime(2026, 1, 2, 12, tzinfo=UTC)
Function = Callable[..., Any]


class Failed(Exception):
    """What a function of the table raises: an error of the language."""

    def __init__(self, *mro: str, message: str = "") -> None:
        self.error: dict[str, Any] = {"type": mro[0], "mro": [*mro, "Exception"], "message": message, "data": {}}
        super().__init__(message)


class Took:
    """A value that took time."""

    def __init__(self, seconds: float, value: Any) -> None:
        self.seconds = seconds
        self.value = value


class VirtualHost:
    """functions: by name, called with the arguments by name; one that gives a Took takes time."""

    portion_size = 0
    entropy = "drawn"

    def __init__(self, functions: Mapping[str, Function]) -> None:
        self.functions = dict(functions)
        self._now_s = 0.0
        self._heap: list[tuple[float, int, int, Any]] = []
        self._sequence = 0
        self.asked: list[tuple[Any, ...]] = []
        self.scheduler: Scheduler

    def now(self) -> str:
        return (START + timedelta(seconds=self._now_s)).isoformat(timespec="microseconds").replace("+00:00", "Z")

    def call(self, handle: int, step: Step, attempt: int) -> None:
        self.asked.append((self._now_s, step.target, step.payload, attempt, step.key))
        try:
            value = self.functions[step.target](**step.payload)
        except Failed as problem:
            reply: dict[str, Any] = {"err": problem.error}
        else:
            reply = {"v": value}
        took: Any = reply.get("v")
        if isinstance(took, Took):
            self._at(took.seconds, handle, {"v": took.value})
        else:
            self._at(0, handle, reply)

    def timer(self, handle: int, seconds: float, kind: str, id: str) -> None:
        self.asked.append((self._now_s, kind, seconds))
        self._at(seconds, handle, None)

    def cancel(self, handle: int) -> None:
        self._heap = [one for one in self._heap if one[2] != handle]
        self._heap.sort()

    def event(self, after_s: float, name: str, payload: Any, id: str = "") -> None:
        """Send an event."""
        self._at(after_s, 0, (name, payload, id))

    def run(self) -> float:
        """Until nothing happens any more; the time when that is."""
        while self._heap:
            self._now_s, _, handle, told = heappop(self._heap)
            if handle == 0:
                self.scheduler.deliver(*told)
            elif told is None:
                self.scheduler.fire(handle)
            else:
                self.scheduler.complete(handle, told)
        return self._now_s

    def _at(self, after_s: float, handle: int, told: Any) -> None:
        self._sequence += 1
        heappush(self._heap, (self._now_s + after_s, self._sequence, handle, told))


NOWHERE = Span("", 0)
ANY = Type(JSON)


def orchestration(
    name: str, body: Sequence[Statement], *, calls: Sequence[str] = (), children: Sequence[str] = ()
) -> Orchestration:
    """An orchestration whose types nobody looks at."""
    known = [
        Callee(one, kind, (), ANY) for kind, names in ((FUNCTION, calls), (ORCHESTRATION, children)) for one in names
    ]
    return Orchestration(
        name=name,
        module="m",
        qualname=name,
        parameters=(),
        result=ANY,
        body=tuple(body),
        calls=tuple(known),
        span=NOWHERE,
    )


def execute(
    *programs: Orchestration,
    functions: Mapping[str, Function] | None = None,
    events: Sequence[tuple[float, str, Any]] = (),
    **arguments: Any,
) -> tuple[dict[str, Any] | None, float, list[tuple[Any, ...]]]:
    """Outcome, end, and what was asked of the host, of the first of some orchestrations."""
    host = VirtualHost(functions or {})
    plain = definition(Application(name="app", orchestrations=programs), programs[0].name)
    host.scheduler = Scheduler(Definition(plain), "e1", host)
    for after_s, name, payload in events:
        host.event(after_s, name, payload)
    host.scheduler.start(arguments)
    end_s = host.run()
    return host.scheduler.outcome, end_s, host.asked
