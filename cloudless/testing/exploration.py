"""explore: a test under many fault schedules; the first that breaks it is shrunk, and printed as code to paste.

    @explore(app, examples=200)
    def test_every_order_is_packed_once(cloud):
        orders.send(order)
        cloud.run()
        assert len(packed) == 1

    two runs without faults ── which handlers run, how often, what they send, which lines ──► what can go wrong
    ──► every single fault, as far as half of the examples go ──► lists of them, drawn by hypothesis
    ──► each in a simulation of its own ──► the smallest that fails

Everything that no fault disturbs happens in order, so that what is left of a schedule is what matters. Needs
hypothesis (the extra `test`).
"""

from __future__ import annotations

import functools
import inspect
import os
from copy import copy
from typing import TYPE_CHECKING, Any, NoReturn

from cloudless.errors import InvalidArgument, hidden
from cloudless.handler import unwrapped
from cloudless.memory.fault import KINDS, Fault, Planned
from cloudless.memory.history import KEEP
from cloudless.options import nearest, strict
from cloudless.source import calling
from cloudless.testing.schedules import Faulty
from cloudless.testing.setup import START, Setup

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from cloudless.app import App
    from cloudless.testing.simulation import Simulation

    Body = Callable[..., Any]

__tracebackhide__ = hidden
USUAL = tuple(kind for kind in KINDS if kind != "poison")
"""Kinds that a program should bear. What a poisoned message asks for never happens: say what does instead."""


@strict
def explore(
    app: App,
    *,
    examples: int = 200,
    faults: Sequence[str] = USUAL,
    seed: int = 0,
    start: datetime = START,
    like: str | None = None,
    secrets: Mapping[str, str] | None = None,
    config: Mapping[str, Any] | None = None,
) -> Callable[[Body], Callable[..., None]]:
    """Run a test of `cloud`, its first parameter, under `examples` schedules of faults.

    The test must bring its own state: it is run many times, each in a simulation of its own. Further parameters are
    pytest's fixtures, and the same in every run. faults: kinds to draw; all but "poison" by default. seed: of the draw;
    equal seeds draw the same. The others: as in `simulate`.

    Half of the examples go to single faults, kind by kind as in `faults`: with few, the last kinds are not tried alone.
    Handlers that do not run without faults, e.g. compensations, are not disturbed: let a step fail (`cloud.fail`).

    Fails as the test does, with a note that holds the smallest schedule that breaks it. A test that fails without
    faults fails so; one in which no handler runs is refused, since nothing can go wrong in it.
    """
    if examples < 1:
        raise InvalidArgument(f"explore(examples={examples}): give a number of 1 or more")
    for kind in faults:
        if kind not in KINDS:
            guess = nearest(kind, KINDS)
            hint = f"did you mean {guess!r}?" if guess else f"there are {', '.join(KINDS)}"
            raise InvalidArgument(f"explore(faults={list(faults)}): {hint}")
    file = calling().file
    given = {"start": start, "like": like, "secrets": secrets, "config": config}

    def decorate(test: Body) -> Callable[..., None]:
        _check_plain(test)

        @functools.wraps(test)
        def explored(*args: Any, **fixtures: Any) -> None:
            __tracebackhide__ = True
            setup = Setup(app, start, like, secrets, config, KEEP)
            body = functools.partial(test, *args)
            exploration = _Exploration(setup, lambda cloud: body(cloud, **fixtures), _folders(app, file), given)
            exploration.run(examples, tuple(faults), seed)

        parameters = list(inspect.signature(test).parameters.values())
        explored.__signature__ = inspect.Signature(_without_cloud(parameters))  # type: ignore[attr-defined]
        del explored.__wrapped__  # pytest would look at its signature
        return explored

    return decorate


def _check_plain(test: Body) -> None:
    """Refuse a test whose call would run nothing (InvalidArgument)."""
    if inspect.iscoroutinefunction(test) or inspect.isgeneratorfunction(test) or inspect.isasyncgenfunction(test):
        raise InvalidArgument(f"explore: {test.__name__!r} is async, or has a yield: write it with a plain def")


def _without_cloud(parameters: list[inspect.Parameter]) -> list[inspect.Parameter]:
    """The parameters that pytest fills; the first one after `self` is the simulation."""
    at = 1 if parameters and parameters[0].name == "self" else 0
    if len(parameters) <= at:
        raise InvalidArgument(
            "explore: write the test with a parameter for the simulation, e.g. def test_orders(cloud)"
        )
    return [*parameters[:at], *parameters[at + 1 :]]


def _folders(app: App, file: str) -> tuple[str, ...]:
    """Where the program's own code lies: the packages of its handlers, and the folder of the test."""
    codes = [getattr(unwrapped(handler.function), "__code__", None) for handler in app.registered]
    files = [file, *(code.co_filename for code in codes if code is not None)]
    return tuple(sorted({f"{_package(os.path.dirname(one))}{os.sep}" for one in files}))  # noqa: PTH120  (prefixes of names)


def _package(folder: str) -> str:
    """The outermost package around a folder."""
    while os.path.exists(os.path.join(folder, "__init__.py")):  # noqa: PTH110, PTH118
        folder = os.path.dirname(folder)  # noqa: PTH120
    return folder


class _Exploration:
    """One test, under many schedules. given: options of `simulate` that whoever pastes must give too."""

    def __init__(
        self, setup: Setup, body: Callable[[Simulation], Any], folders: tuple[str, ...], given: Mapping[str, Any]
    ) -> None:
        self._setup = setup
        self._body = body
        self._folders = folders
        self._given = given
        self._failed: list[Fault] = []

    def run(self, examples: int, kinds: tuple[str, ...], seed: int) -> None:
        """Raise what the smallest schedule found makes the test raise."""
        __tracebackhide__ = True
        faulty = self._look(kinds)
        singles = faulty.singles((examples + 1) // 2, seed)
        if not singles:
            raise InvalidArgument(
                f"explore: no handler of app {self._setup.app.name!r} ran that {', '.join(kinds) or 'nothing'} could "
                "disturb: does the test send something, and call cloud.run()?"
            )
        for fault in singles:
            problem = self._problem([fault])
            if problem is not None:
                self._tell([fault], problem)
        self._draw(faulty, examples - len(singles), seed)

    def _draw(self, faulty: Faulty, examples: int, seed: int) -> None:
        __tracebackhide__ = True
        from hypothesis import HealthCheck, Phase, given, settings
        from hypothesis import seed as seeded

        quiet = settings(
            max_examples=max(1, examples),
            deadline=None,
            database=None,
            derandomize=False,
            print_blob=False,
            report_multiple_bugs=False,
            suppress_health_check=list[Any](HealthCheck),
            phases=(Phase.generate, Phase.shrink),
        )
        try:
            seeded(seed)(quiet(given(faulty.lists())(self._try)))()
        except Exception as problem:
            if not self._failed:
                raise
            last = self._problem(self._failed)
            if last is None:
                problem.add_note(f"it failed with {self._failed}, and not again: {_KEEPS_STATE}")
                raise
            self._tell(*self._smaller(self._failed, last))

    def _tell(self, schedule: list[Fault], problem: BaseException) -> NoReturn:
        __tracebackhide__ = True
        problem.add_note(_told(self._setup.app.name, schedule, self._given))
        raise problem

    def _look(self, kinds: tuple[str, ...]) -> Faulty:
        """Run the test without faults, and see what its handlers do; and again, to see that it begins anew."""
        __tracebackhide__ = True
        with self._setup.simulation(0, Planned(()), watch=self._folders) as simulation:
            self._body(simulation)
            adversary = simulation.cloud.adversary
        problem = self._problem([])
        if problem is not None:
            problem.add_note(f"it passed the first time, and failed the second, both without faults: {_KEEPS_STATE}")
            raise problem
        assert adversary is not None
        return Faulty(self._setup.app, adversary, kinds)

    def _problem(self, schedule: list[Fault]) -> BaseException | None:
        """What the test raises under a schedule; None where it passes, or skips itself."""
        try:
            with self._setup.simulation(0, Planned(schedule)) as simulation:
                self._body(simulation)
        except KeyboardInterrupt:
            raise
        except BaseException as problem:  # noqa: BLE001  (pytest.fail is one)
            return None if type(problem).__name__ == "Skipped" else problem
        return None

    def _try(self, schedule: list[Fault]) -> None:
        """One example of hypothesis's."""
        __tracebackhide__ = True
        problem = self._problem(schedule)
        if problem is not None:
            self._failed = schedule
            raise problem if isinstance(problem, Exception) else AssertionError(str(problem))

    def _smaller(self, schedule: list[Fault], problem: BaseException) -> tuple[list[Fault], BaseException]:
        """What hypothesis left, without faults whose only work was to make a call more: it cannot know of these."""
        for fault in schedule:
            rest = [_earlier(other, fault) for other in schedule if other is not fault]
            other = self._problem(rest) if rest else None
            if other is not None and type(other) is type(problem):
                return self._smaller(rest, other)
        return schedule, problem


_KEEPS_STATE = "the test, or what it tests, keeps state from run to run; begin anew in the test itself"


def _earlier(fault: Fault, left_out: Fault) -> Fault:
    """A fault as it is when a call of its handler before it is not made."""
    if fault.handler != left_out.handler or fault.call <= left_out.call:
        return fault
    sooner = copy(fault)
    sooner.call -= 1
    return sooner


def _told(app: str, schedule: list[Fault], given: Mapping[str, Any]) -> str:
    """The schedule as code to paste."""
    count = f"{len(schedule)} fault{'s' if len(schedule) != 1 else ''}"
    lines = "".join(f"        {fault!r},\n" for fault in schedule)
    options = "".join(f", {name}={value!r}" for name, value in given.items() if value not in (None, START))
    code = f"    faults = [\n{lines}    ]\n    with simulate(app, faults=faults{options}) as cloud:\n        ..."
    return f"explore broke app {app!r} with {count}. To see it again:\n\n{code}"
