"""Adversary: carries out the faults of a simulation. Nothing of it is in the way where there are none.

channels   attacked.py asks `arrivals` before a message is delivered
handlers   `attacked` stands around each handler's function
effects    `effect` stands around each send, publish and invoke
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cloudless.errors import NeverQuiet, Unavailable
from cloudless.memory.world import US
from cloudless.runtime.crash import Crash
from cloudless.source import is_ours

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from types import FrameType

    from cloudless.memory.fault import Fault, FaultPlan
    from cloudless.memory.world import World

    Tracer = Callable[[FrameType, str, Any], Any]

SLOW = 0.9
"""How much of its time-out a slow handler stands still, where nothing else is said."""


class Run:
    """One call of a handler that is going on."""

    __slots__ = ("effects", "faults", "file", "handler", "timeout_s")

    def __init__(self, handler: str, file: str, timeout_s: float, faults: Sequence[Fault]) -> None:
        self.handler = handler
        self.file = file
        self.timeout_s = timeout_s
        self.faults = faults
        self.effects = 0


class Adversary:
    """struck: ids of the faults that happened. calls: how often each handler was called.

    effects: the most client calls of one call of each. lines: where `watch` is set, the (file, line) of the program
    that each handler ran.
    """

    def __init__(self, plan: FaultPlan, world: World, *, watch: tuple[str, ...] = ()) -> None:
        self._plan = plan
        self._world = world
        self._watch = watch
        self._runs: list[Run] = []
        self._is_stalled = False
        self.struck: set[int] = set()
        self.calls: dict[str, int] = {}
        self.effects: dict[str, int] = {}
        self.lines: dict[str, set[tuple[str, int]]] = {}

    def arrivals(self, handler: str) -> Sequence[Fault]:
        """Faults of the message that is next for a handler."""
        return self._plan.on_arrival(handler, self.calls.get(handler, 0) + 1)

    # --- calls

    def attacked(
        self, handler: str, function: Callable[..., Any], timeout_s: float, *, file: str, is_async: bool
    ) -> Callable[..., Any]:
        """A handler's function, under attack. file: where it is written."""

        def call(*args: Any, **kwargs: Any) -> Any:
            with self._run(handler, file, timeout_s) as run:
                value = function(*args, **kwargs)
                self._at(run, lambda fault: fault.after or fault.effect > run.effects)
                return value

        async def call_async(*args: Any, **kwargs: Any) -> Any:
            with self._run(handler, file, timeout_s) as run:
                value = function(*args, **kwargs)
                value = await value if hasattr(value, "__await__") else value
                self._at(run, lambda fault: fault.after or fault.effect > run.effects)
                return value

        return call_async if is_async else call

    @contextmanager
    def _run(self, handler: str, file: str, timeout_s: float) -> Generator[Run]:
        number = self.calls[handler] = self.calls.get(handler, 0) + 1
        run = Run(handler, file, timeout_s, self._plan.on_call(handler, number))
        self._runs.append(run)
        before = sys.gettrace()
        tracer = self._tracer(run)
        try:
            self._at(run, lambda fault: not (fault.after or fault.effect or fault.line))
            if tracer is not None:
                sys.settrace(tracer)
            yield run
        finally:
            if tracer is not None:
                sys.settrace(before)
            self._runs.pop()
            self.effects[handler] = max(run.effects, self.effects.get(handler, 0))

    def effect(self, action: Callable[[], Any]) -> Any:
        """Do what a handler asks of the cloud; or refuse it, or let the handler die or stand still behind it."""
        if not self._runs:
            return action()
        run = self._runs[-1]
        run.effects += 1
        for fault in run.faults:
            if fault.kind == "throttle" and fault.effect == run.effects:
                self.struck.add(id(fault))
                raise Unavailable("the cloud is busy: this client call was throttled (a planned fault)")
        value = action()
        self._at(run, lambda fault: fault.effect == run.effects)
        return value

    def _at(self, run: Run, is_here: Callable[[Fault], bool]) -> None:
        """Carry out the crashes and stalls of a place."""
        for fault in run.faults:
            if fault.kind != "throttle" and is_here(fault):
                self._strike(run, fault)

    def _strike(self, run: Run, fault: Fault) -> None:
        self.struck.add(id(fault))
        if fault.kind == "crash":
            raise Crash
        self._stall(fault.seconds or run.timeout_s * SLOW)

    def _stall(self, seconds: float) -> None:
        """Let everything else go on while the handler stands still; one handler at a time does."""
        if self._is_stalled:
            return
        self._is_stalled = True
        runs, self._runs = self._runs, []
        try:
            self._world.meanwhile(round(seconds * US))
        except NeverQuiet as problem:
            self._world.refuse(problem)
        finally:
            self._runs, self._is_stalled = runs, False

    # --- lines

    def _tracer(self, run: Run) -> Tracer | None:
        """What watches the lines of a call, if somebody wants to know of them."""
        faults = [fault for fault in run.faults if fault.line]
        if faults:
            return self._striker(run, faults)
        return self._watcher(self.lines.setdefault(run.handler, set())) if self._watch else None

    def _striker(self, run: Run, faults: list[Fault]) -> Tracer:
        places = [(fault, *_place(fault.line, run.file)) for fault in faults]

        def on_line(frame: FrameType, event: str, _: Any) -> Any:
            for place in list(places) if event == "line" else ():
                fault, file, line = place
                if frame.f_lineno == line and _is_of(frame, file):
                    places.remove(place)
                    self._strike(run, fault)
            return on_line

        return lambda frame, event, _: on_line if any(_is_of(frame, file) for _, file, _ in places) else None

    def _watcher(self, seen: set[tuple[str, int]]) -> Tracer:
        def on_line(frame: FrameType, event: str, _: Any) -> Any:
            if event == "line":
                seen.add((frame.f_code.co_filename, frame.f_lineno))
            return on_line

        return lambda frame, event, _: on_line if self._is_program(frame.f_code.co_filename) else None

    def _is_program(self, file: str) -> bool:
        """Whether a file is of the program, and not of a library that lies below its folder."""
        return file.startswith(self._watch) and "site-packages" not in file and not is_ours(file)


def _place(line: int | str, file: str) -> tuple[str, int]:
    """The end of a file's name, and the number, of "file.py:12"; of a bare number, in the given file."""
    name, _, number = str(line).rpartition(":")
    return name or file, int(number)


def _is_of(frame: FrameType, file: str) -> bool:
    name = frame.f_code.co_filename.replace("\\", "/")
    return name == file or name.endswith(f"/{file}")


class Attacked:
    """A driver whose verbs are effects; all else is the driver's own."""

    def __init__(self, driver: Any, adversary: Adversary, verb: str) -> None:
        self._driver = driver
        self._adversary = adversary
        self.__dict__[verb] = self._effect(getattr(driver, verb))

    def _effect(self, verb: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args: self._adversary.effect(lambda: verb(*args))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)
