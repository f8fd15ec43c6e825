"""Adversary: carries out the faults of a simulation. Nothing of it is in the way where there are none.

channels   attacked.py asks `arrivals` before a message is delivered
handlers   `attacked` stands around each handler's function
effects    `effect` stands around each send, publish and invoke
lines      tracer.py watches the lines of a call
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cloudless.driver.current import HERE
from cloudless.errors import NeverQuiet, Unavailable
from cloudless.memory.tracer import striker, watcher
from cloudless.memory.world import US
from cloudless.runtime.crash import Crash

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from cloudless.memory.fault import Fault, FaultPlan
    from cloudless.memory.tracer import Tracer
    from cloudless.memory.world import World

SLOW = 0.9
"""How much of its time-out a slow handler stands still, where nothing else is said."""

AT_ONCE = frozenset({"crash", "slow"})


class Run:
    """One call of a handler that is going on. is_dead: it has crashed, and what it still does has no effect."""

    __slots__ = ("effects", "faults", "file", "handler", "is_dead", "timeout_s")

    def __init__(self, handler: str, file: str, timeout_s: float, faults: Sequence[Fault]) -> None:
        self.handler = handler
        self.file = file
        self.timeout_s = timeout_s
        self.faults = faults
        self.effects = 0
        self.is_dead = False


class Adversary:
    """struck: ids of the faults that happened. calls: how often each handler was called.

    effects: the most client calls of one call of each. lines: where `watch` is set, the (file, line) of the program
    that each handler ran. on_stall: called with the seconds for which a handler is going to stand still.
    """

    def __init__(self, plan: FaultPlan, world: World, *, watch: tuple[str, ...] = ()) -> None:
        self._plan = plan
        self._world = world
        self._watch = watch
        self._runs: list[Run] = []
        self._foreign: Any = None
        self._is_stalled = False
        self._fed: set[str] = set()
        self.poisoned: set[tuple[str, str]] = set()
        self.struck: set[int] = set()
        self.calls: dict[str, int] = {}
        self.effects: dict[str, int] = {}
        self.lines: dict[str, set[tuple[str, int]]] = {}
        self.on_stall: list[Callable[[int], None]] = []

    def arrivals(self, handler: str) -> Sequence[Fault]:
        """Faults of the message that is next for a handler."""
        self._fed.add(handler)
        return self._plan.on_arrival(handler, self.calls.get(handler, 0) + 1)

    def turn(self, orchestration: str) -> Sequence[Fault]:
        """Faults of the next thing that an execution of an orchestration is told; it is counted as a call."""
        number = self.calls[orchestration] = self.calls.get(orchestration, 0) + 1
        return [*self._plan.on_arrival(orchestration, number), *self._plan.on_call(orchestration, number)]

    def fed_later(self, handler: str) -> bool:
        """Whether messages come to a function, of `invoke_later`."""
        return handler in self._fed

    # --- calls

    def attacked(
        self, handler: str, function: Callable[..., Any], timeout_s: float, *, file: str, is_async: bool
    ) -> Callable[..., Any]:
        """A handler's function, under attack. file: where it is written."""

        def call(*args: Any, **kwargs: Any) -> Any:
            with self._run(handler, file, timeout_s) as run:
                value = function(*args, **kwargs)
                self._end(run)
                return value

        async def call_async(*args: Any, **kwargs: Any) -> Any:
            with self._run(handler, file, timeout_s) as run:
                value = function(*args, **kwargs)
                value = await value if hasattr(value, "__await__") else value
                self._end(run)
                return value

        return call_async if is_async else call

    @contextmanager
    def _run(self, handler: str, file: str, timeout_s: float) -> Generator[Run]:
        number = self.calls[handler] = self.calls.get(handler, 0) + 1
        run = Run(handler, file, timeout_s, self._plan.on_call(handler, number))
        self._foreign = self._foreign if self._runs or self._is_stalled else sys.gettrace()
        before, tracer = sys.gettrace(), self._tracer(run)
        self._runs.append(run)
        try:
            self._die_of_poison(handler)
            self._at(run, lambda fault: not (fault.after or fault.effect or fault.line))
            sys.settrace(tracer or self._foreign)  # the lines of a call are its own, not those of who made it
            yield run
        except Exception:
            if run.is_dead:  # what it raised on its way out, nobody hears
                raise Crash from None
            raise
        finally:
            sys.settrace(before)
            self._runs.pop()
            self.effects[handler] = max(run.effects, self.effects.get(handler, 0))

    def _die_of_poison(self, handler: str) -> None:
        here = HERE.get(None)
        if here is not None and here[2] is not None and (handler, here[2].id) in self.poisoned:
            raise Crash

    def _end(self, run: Run) -> None:
        """The function has returned: a handler that caught its own death is dead all the same."""
        if run.is_dead:
            raise Crash
        self._at(run, lambda fault: fault.after or fault.effect > run.effects)

    def effect(self, action: Callable[[], Any]) -> Any:
        """Do what a handler asks of the cloud; or refuse it, or let the handler die or stand still behind it."""
        if not self._runs:
            return action()
        run = self._runs[-1]
        if run.is_dead:
            raise Crash
        run.effects += 1
        number = run.effects
        for fault in run.faults:
            if fault.kind == "throttle" and fault.effect == number:
                self.struck.add(id(fault))
                raise Unavailable("the cloud is busy: this client call was throttled (a planned fault)")
        value = action()
        self._at(run, lambda fault: fault.effect == number)
        return value

    def _at(self, run: Run, is_here: Callable[[Fault], bool]) -> None:
        """Carry out the crashes and stalls of a place."""
        for fault in run.faults:
            if fault.kind in AT_ONCE and is_here(fault):
                self.strike(run, fault)

    def strike(self, run: Run, fault: Fault) -> None:
        """Let a handler die, or stand still."""
        if fault.kind == "crash":
            self.struck.add(id(fault))
            run.is_dead = True
            raise Crash
        self._stall(fault, fault.seconds or run.timeout_s * SLOW)

    def _stall(self, fault: Fault, seconds: float) -> None:
        """Let everything else go on while the handler stands still; one handler at a time does."""
        if self._is_stalled:
            return
        self.struck.add(id(fault))
        self._is_stalled = True
        runs, self._runs = self._runs, []
        tracer = sys.gettrace()
        sys.settrace(self._foreign)
        try:
            for told in self.on_stall[-1:]:
                told(round(seconds * US))
            self._world.meanwhile(round(seconds * US))
        except NeverQuiet as problem:
            self._world.refuse(problem)
        finally:
            sys.settrace(tracer)
            self._runs, self._is_stalled = runs, False

    def _tracer(self, run: Run) -> Tracer | None:
        """What watches the lines of a call, if somebody wants to know of them."""
        faults = [fault for fault in run.faults if fault.line]
        if faults:
            return striker(faults, run.file, lambda fault: self.strike(run, fault))
        return watcher(self._watch, self.lines.setdefault(run.handler, set())) if self._watch else None


class Attacked:
    """A driver whose verbs are effects; all else is the driver's own."""

    def __init__(self, driver: Any, adversary: Adversary, *verbs: str) -> None:
        self._driver = driver
        self._adversary = adversary
        self.__dict__ |= {verb: self._effect(getattr(driver, verb)) for verb in verbs}

    def _effect(self, verb: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args: self._adversary.effect(lambda: verb(*args))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)
