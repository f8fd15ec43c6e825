"""The native runtime: what a program means in Python. CPython runs its code, on a virtual clock, one branch at a time.

    statements, expressions, exceptions   CPython's own
    a step                                its arguments and result go through JSON; the world answers; retries and
                                          time-outs move the clock
    gather, fan_out                       each branch begins when its slot is free, runs to its end, and the clock goes
                                          on from the latest end; then the error of the lowest index is raised
    saga                                  a list, called from its end
    wait                                  the oldest event that has arrived, else the next one, else TimeoutError

Two things must not happen as they are written: a call in `gather(f(x))` and in `fan_out(f(i) for i in xs)` belongs to
its branch, so `rewrite.py` defers these calls. All else is the program as it stands.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from typing import Any, NoReturn, Self
from uuid import UUID

from pydantic import TypeAdapter

from cloudless.conformance.orchestrations.observed import WAITING, Observed, Seen
from cloudless.conformance.orchestrations.world import World, canonical
from cloudless.retry import Retry
from tests.fuzz import errors

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
OWN_UUIDS = 2**100  # nobody else's
NEVER = float("inf")
ONCE, THRICE = Retry(1), Retry(3)
_adapters: dict[Any, TypeAdapter[Any]] = {}


class Stuck(BaseException):
    """A branch waits for an event that never comes. No `except` of a program sees it."""


class Strand:
    """One branch: its calls in order, and whether it is stuck."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.is_stuck = False
        self.branches = 0


class Machine:
    """One execution. now_s: the clock of the branch that runs now."""

    def __init__(self, world: World, namespace: Mapping[str, Any]) -> None:
        self.world = world
        self.namespace = namespace
        self.now_s = 0.0
        self.strand = Strand("")
        self.seen: list[Seen] = []
        self.mail = _without_repeated(world)
        self.uuids = 0

    def run(self, main: Callee) -> Observed:
        """Run the main orchestration with the world's input."""
        root = self.strand
        try:
            result = main.receive(self.world.input)
        except Stuck:
            outcome: Any = WAITING
        except Exception as problem:  # noqa: BLE001  (whatever a program raises is its outcome)
            outcome = {"err": errors.canonical(problem)}
        else:
            outcome = {"v": result}
        calls = tuple(sorted(self.seen, key=lambda call: call.at_s or 0))
        if root.is_stuck:
            return Observed(WAITING, calls)
        return Observed(outcome, calls, self.now_s)

    def step(self, name: str, arguments: Mapping[str, Any], retry: Retry, timeout_s: float) -> Any:
        """Try until it succeeds or nothing is left to try; the value as JSON."""
        failed = platform_failed = attempt = 0
        while True:
            attempt += 1
            problem, value = self._attempt(name, arguments, attempt, timeout_s)
            if problem is None:
                return value
            if isinstance(problem, errors.PlatformError):
                platform_failed += 1
                if platform_failed > 2:
                    raise problem
                self.now_s += 2 ** (platform_failed - 1)
                continue
            failed += 1
            if failed >= retry.attempts or not isinstance(problem, retry.on):
                raise problem
            wait_s = retry.delay.total_seconds() * retry.factor ** (failed - 1)
            self.now_s += min(wait_s, retry.max_delay.total_seconds())

    def _attempt(
        self, name: str, arguments: Mapping[str, Any], attempt: int, timeout_s: float
    ) -> tuple[Exception | None, Any]:
        self.go_on()
        self.seen.append(Seen(name, canonical(arguments), self.now_s, self.strand.title))
        reply = self.world.reply(name, arguments, attempt)
        if timeout_s and reply.takes_s > timeout_s:
            self.now_s += timeout_s
            return TimeoutError(f"{name} took longer than {timeout_s:g} s"), None
        self.now_s += reply.takes_s
        if reply.error is not None:
            return errors.exception(reply.error, self.namespace), None
        return None, reply.value

    def parallel(self, branches: Iterable[Callable[[], Any]], limit: int) -> list[tuple[str, Any]]:
        """Run branches, each from when its slot is free; ("v", value) or ("err", exception) of each."""
        self.go_on()
        began_s, strand, slots = self.now_s, self.strand, list[float]()
        settled: list[tuple[str, Any]] = []
        latest_s = began_s
        strand.branches += 1
        for index, branch in enumerate(branches):
            self.now_s = heappop(slots) if limit and len(slots) == limit else began_s
            self.strand = Strand(f"{strand.title}/{strand.branches}.{index}")
            settled.append(self._settle(branch))
            heappush(slots, self.now_s)
            latest_s = max(latest_s, self.now_s)
        self.now_s, self.strand = latest_s, strand
        if latest_s == NEVER:
            self.stick()
        return settled

    def _settle(self, branch: Callable[[], Any]) -> tuple[str, Any]:
        strand = self.strand
        try:
            how = "v", branch()
        except Stuck:
            how = "err", None
        except Exception as problem:  # noqa: BLE001  (it is raised where branches join)
            how = "err", problem
        if strand.is_stuck:
            self.now_s = NEVER
        return how

    def wait(self, name: str, timeout_s: float | None) -> Any:
        """Take the next event of a name."""
        self.go_on()
        mine = [one for one in self.mail if one.name == name]
        until_s = NEVER if timeout_s is None else self.now_s + timeout_s
        if mine and mine[0].at_s <= until_s:
            self.mail.remove(mine[0])
            self.now_s = max(self.now_s, mine[0].at_s)
            return mine[0].payload
        if timeout_s is None:
            self.stick()
        self.now_s = until_s
        raise TimeoutError(f"no event {name!r} came in time")

    def sleep(self, duration: timedelta) -> None:
        """Move the clock."""
        self.go_on()
        if duration < timedelta(0):
            raise ValueError("a wait is at least 0 s")
        self.now_s += duration // timedelta(seconds=1)

    def stick(self) -> NoReturn:
        """Never go on with this branch."""
        self.strand.is_stuck = True
        raise Stuck

    def go_on(self) -> None:
        """Do nothing in a branch that is stuck: what runs there are only `finally` blocks on the way out."""
        if self.strand.is_stuck:
            raise Stuck


def _without_repeated(world: World) -> list[Any]:
    found: dict[Any, Any] = {}
    for number, one in enumerate(sorted(world.events, key=lambda one: one.at_s)):
        found.setdefault((one.name, one.id) if one.id else number, one)
    return list(found.values())


def adapter(kind: Any) -> TypeAdapter[Any]:
    """How values of a type go through JSON."""
    try:
        known = _adapters.get(kind)
    except TypeError:
        return TypeAdapter(kind)
    if known is None:
        known = _adapters[kind] = TypeAdapter(kind)
    return known


class Callee:
    """What a step calls, or an orchestration. Types are looked up when it is first called."""

    def __init__(self, application: Application, function: Callable[..., Any], name: str | None) -> None:
        self.application = application
        self.function = function
        self.name = name or function.__name__
        self._plan: tuple[inspect.Signature, dict[str, TypeAdapter[Any]], TypeAdapter[Any]] | None = None

    @property
    def plan(self) -> tuple[inspect.Signature, dict[str, TypeAdapter[Any]], TypeAdapter[Any]]:
        """Signature, and adapters of the parameters and of the result."""
        if self._plan is None:
            signature = inspect.signature(self.function, eval_str=True)
            given = {name: adapter(one.annotation) for name, one in signature.parameters.items()}
            self._plan = signature, given, adapter(signature.return_annotation)
        return self._plan

    def dumped(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Arguments as JSON, by name, defaults included."""
        signature, adapters, _ = self.plan
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return {name: adapters[name].dump_python(value, mode="json") for name, value in bound.arguments.items()}

    def receive(self, arguments: Mapping[str, Any]) -> Any:
        """Run the original with arguments that are JSON; the result as JSON."""
        _, adapters, result = self.plan
        given = {name: adapters[name].validate_python(value) for name, value in arguments.items()}
        return result.dump_python(self.function(**given), mode="json")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """An orchestration, or pure function, in the code of one: by value."""
        self.application.machine.go_on()
        return self.plan[2].validate_python(self.receive(self.dumped(args, kwargs)))


class Pure(Callee):
    """A pure function: a step whose answer its own code gives."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        machine = self.application.machine
        machine.go_on()
        arguments = self.dumped(args, kwargs)
        machine.seen.append(Seen(self.name, canonical(arguments), machine.now_s, machine.strand.title))
        return self.plan[2].validate_python(self.receive(arguments))


class Step(Callee):
    """A function; retry, timeout_s: of its own, or of `options`."""

    retry: Retry | None = None
    timeout_s = 0.0

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.carry_out(self.dumped(args, kwargs), self.retry or ONCE)

    def carry_out(self, arguments: Mapping[str, Any], retry: Retry) -> Any:
        """Call it, whatever it takes."""
        value = self.application.machine.step(self.name, arguments, retry, self.timeout_s)
        return self.plan[2].validate_python(value)

    invoke = __call__

    def options(self, *, retry: Retry | None = None, timeout: timedelta | None = None) -> Step:
        """The same function with options of one call."""
        made = Step(self.application, self.function, self.name)
        made._plan = self.plan
        made.retry = retry or self.retry
        made.timeout_s = timeout.total_seconds() if timeout else self.timeout_s
        return made


class Event:
    """A declared event."""

    def __init__(self, application: Application, name: str, kind: Any) -> None:
        self.application = application
        self.name = name
        self.kind = kind

    def wait(self, *, timeout: timedelta | None = None) -> Any:
        seconds = None if timeout is None else timeout.total_seconds()
        return adapter(self.kind).validate_python(self.application.machine.wait(self.name, seconds))


class Noun:
    """A queue or topic."""

    def __init__(self, application: Application, title: str, kind: Any) -> None:
        self.application = application
        self.title = title
        self.kind = kind

    def send(self, body: Any) -> str:
        """Send or publish: a step."""
        machine = self.application.machine
        machine.step(self.title, {"body": adapter(self.kind).dump_python(body, mode="json")}, ONCE, 0)
        return "an id"

    publish = send


class Application:
    """What `App` is to a program that runs here. machine: of the execution that runs now."""

    def __init__(self, name: str, **_: Any) -> None:
        self.machine: Machine

    def function(self, function: Any = None, *, retry: Retry | None = None, name: str | None = None, **_: Any) -> Any:
        def declare(function: Callable[..., Any]) -> Step:
            step = Step(self, function, name)
            step.retry = retry
            return step

        return declare(function) if function else declare

    def pure(self, function: Any = None, *, name: str | None = None) -> Any:
        return Pure(self, function, name) if function else partial(Pure, self, name=name)

    def orchestration(self, function: Any = None, *, name: str | None = None, timeout: Any = None) -> Any:
        return Callee(self, function, name) if function else partial(Callee, self, name=name)

    def event(self, name: str, kind: Any) -> Event:
        return Event(self, name, kind)

    def queue(self, name: str, kind: Any = object, **_: Any) -> Noun:
        return Noun(self, f"queue:{name}", kind)

    def topic(self, name: str, kind: Any = object, **_: Any) -> Noun:
        return Noun(self, f"topic:{name}", kind)


class Failed:
    """What a failed item of a fan-out tells."""

    def __init__(self, problem: Exception) -> None:
        self.type = type(problem).__name__
        self.message = str(problem)


class Outcome:
    """What became of one item of a fan-out."""

    def __init__(self, how: str, what: Any) -> None:
        self.value = what if how == "v" else None
        self.error = Failed(what) if how == "err" else None


class Saga:
    """Compensations, called from the last to the first where the block fails."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._undo: list[tuple[Step, dict[str, Any]]] = []

    def on_failure(self, step: Step, *args: Any, **kwargs: Any) -> None:
        self._undo.append((step, step.dumped(args, kwargs)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, problem: BaseException | None, trace: object) -> None:
        if isinstance(problem, Exception):
            failures = [failure for failure in map(self._undone, reversed(self._undo)) if failure]
            if failures:
                raise errors.CompensationFailed("a compensation failed", problem, failures) from None

    @staticmethod
    def _undone(one: tuple[Step, dict[str, Any]]) -> Exception | None:
        step, arguments = one
        try:
            step.carry_out(arguments, step.retry or THRICE)
        except Exception as problem:  # noqa: BLE001  (it becomes part of CompensationFailed)
            return problem
        return None


def surface(application: Callable[[], Application]) -> dict[str, Any]:
    """The names of cloudless that orchestrations use. application: of the program that asks."""

    def machine() -> Machine:
        return application().machine

    def gather(*branches: Callable[[], Any]) -> tuple[Any, ...]:
        return tuple(_values(machine().parallel(branches, 0)))

    def fan_out(
        calls: Iterable[Callable[[], Any]], *, max_concurrency: int | None = None, collect: bool = False
    ) -> Any:
        settled = machine().parallel(list(calls), max_concurrency or 0)
        return [Outcome(*how) for how in settled] if collect else _values(settled)

    def sleep(duration: timedelta) -> None:
        machine().sleep(duration)

    def now() -> datetime:
        return BEGIN + timedelta(seconds=machine().now_s)

    def uuid4() -> UUID:
        machine().uuids += 1
        return UUID(int=OWN_UUIDS + machine().uuids, version=4)

    return {
        "gather": gather, "fan_out": fan_out, "now": now, "uuid4": uuid4, "saga": lambda: Saga(application()),
        "sleep": sleep, "Outcome": Outcome, "Retry": Retry,
        **{name: getattr(errors, name) for name in errors.NAMES},
    }  # fmt: skip


def _values(settled: list[tuple[str, Any]]) -> list[Any]:
    for how, what in settled:
        if how == "err":
            raise what
    return [what for _, what in settled]
