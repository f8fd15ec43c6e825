"""explore: a test under many fault schedules; the first that breaks it is shrunk, and printed as code to paste.

    @explore(app, examples=200)
    def test_every_order_is_packed_once(cloud):
        orders.send(order)
        cloud.run()
        assert len(packed) == 1

    first run ── no fault; which handlers run, how often, what they send, which lines ──► what can go wrong
              ──► hypothesis draws lists of it ──► each in a simulation of its own ──► the smallest that fails

Everything that no fault disturbs happens in order, so that what is left of a schedule is what matters. Needs
hypothesis (the extra `test`).
"""

from __future__ import annotations

import functools
import inspect
import os
from copy import copy
from typing import TYPE_CHECKING, Any

from cloudless.errors import InvalidArgument, hidden
from cloudless.memory.fault import KINDS, Fault, Planned
from cloudless.memory.history import KEEP
from cloudless.options import nearest, strict
from cloudless.source import calling
from cloudless.testing.schedules import schedules
from cloudless.testing.simulate import START, Setup

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from cloudless.app import App
    from cloudless.memory.adversary import Adversary
    from cloudless.testing.simulate import Simulation

    Body = Callable[..., Any]

__tracebackhide__ = hidden


@strict
def explore(
    app: App,
    *,
    examples: int = 200,
    faults: Sequence[str] = KINDS,
    seed: int = 0,
    start: datetime = START,
    like: str | None = None,
    secrets: Mapping[str, str] | None = None,
    config: Mapping[str, Any] | None = None,
) -> Callable[[Body], Callable[..., None]]:
    """Run a test of `cloud`, its first parameter, under `examples` schedules of faults.

    The test must bring its own state: it is run many times, each in a simulation of its own. Further parameters are
    pytest's fixtures, and the same in every run. faults: kinds to draw, by default all. seed: of the draw; equal seeds
    draw the same. The others: as in `simulate`.

    Fails as the test does, with a note that holds the smallest schedule that breaks it. A test that fails without
    faults fails so.
    """
    if examples < 1:
        raise InvalidArgument(f"explore(examples={examples}): give a number of 1 or more")
    for kind in faults:
        if kind not in KINDS:
            raise InvalidArgument(f"explore(faults={list(faults)}): did you mean {nearest(kind, KINDS)!r}?")
    file = calling().file

    def decorate(test: Body) -> Callable[..., None]:
        @functools.wraps(test)
        def explored(*args: Any, **fixtures: Any) -> None:
            __tracebackhide__ = True
            setup = Setup(app, start, like, secrets, config, KEEP)
            body = functools.partial(test, *args)
            _Exploration(setup, lambda cloud: body(cloud, **fixtures), _folders(app, file)).run(
                examples, tuple(faults), seed
            )

        parameters = list(inspect.signature(test).parameters.values())
        explored.__signature__ = inspect.Signature(_without_cloud(parameters))  # type: ignore[attr-defined]
        del explored.__wrapped__  # pytest would look at its signature
        return explored

    return decorate


def _without_cloud(parameters: list[inspect.Parameter]) -> list[inspect.Parameter]:
    """The parameters that pytest fills; the first one after `self` is the simulation."""
    at = 1 if parameters and parameters[0].name == "self" else 0
    if len(parameters) <= at:
        raise InvalidArgument(
            "explore: write the test with a parameter for the simulation, e.g. def test_orders(cloud)"
        )
    return [*parameters[:at], *parameters[at + 1 :]]


def _folders(app: App, file: str) -> tuple[str, ...]:
    """Where the program's own code lies: the folders of its handlers, and of the test."""
    files = [
        handler.function.__code__.co_filename for handler in app.registered if hasattr(handler.function, "__code__")
    ]
    return tuple(sorted({f"{os.path.dirname(one)}{os.sep}" for one in [file, *files]}))  # noqa: PTH120  (prefixes of names)


class _Exploration:
    """One test, under many schedules."""

    def __init__(self, setup: Setup, body: Callable[[Simulation], Any], folders: tuple[str, ...]) -> None:
        self._setup = setup
        self._body = body
        self._folders = folders
        self._failed: list[Fault] | None = None

    def run(self, examples: int, kinds: tuple[str, ...], seed: int) -> None:
        """Raise what the smallest schedule found makes the test raise."""
        __tracebackhide__ = True
        from hypothesis import HealthCheck, Phase, given, settings
        from hypothesis import seed as seeded

        drawn = schedules(self._setup.app, self._look(), kinds)
        quiet = settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=False,
            print_blob=False,
            report_multiple_bugs=False,
            suppress_health_check=list[Any](HealthCheck),
            phases=(Phase.generate, Phase.shrink),
        )
        try:
            seeded(seed)(quiet(given(drawn)(self._try)))()
        except Exception as problem:
            if self._failed is None:
                raise
            smallest, last = self._smaller(self._failed, problem)
            last.__notes__ = [_told(self._setup.app.name, smallest)]
            raise last from None

    def _smaller(self, schedule: list[Fault], problem: Exception) -> tuple[list[Fault], Exception]:
        """What hypothesis left, without faults whose only work was to make a call more: it cannot know of these."""
        for fault in schedule:
            rest = [_earlier(other, fault) for other in schedule if other is not fault]
            try:
                self._try(rest)
            except Exception as other:  # noqa: BLE001  (whatever the test raises)
                return self._smaller(rest, other)
        return schedule, problem

    def _look(self) -> Adversary:
        """Run the test without faults, and see what its handlers do."""
        with self._setup.simulation(0, Planned(()), watch=self._folders) as simulation:
            self._body(simulation)
            adversary = simulation.cloud.adversary
            assert adversary is not None
            return adversary

    def _try(self, schedule: list[Fault]) -> None:
        """One example."""
        __tracebackhide__ = True
        try:
            with self._setup.simulation(0, Planned(schedule)) as simulation:
                self._body(simulation)
        except Exception:
            self._failed = schedule
            raise


def _earlier(fault: Fault, left_out: Fault) -> Fault:
    """A fault as it is when a call of its handler before it is not made."""
    if fault.handler != left_out.handler or fault.call <= left_out.call:
        return fault
    sooner = copy(fault)
    sooner.call -= 1
    return sooner


def _told(app: str, schedule: list[Fault]) -> str:
    """The schedule as code to paste."""
    count = f"{len(schedule)} fault{'s' if len(schedule) != 1 else ''}"
    lines = ",\n".join(f"        {fault!r}" for fault in schedule)
    code = f"    faults = [\n{lines},\n    ]\n    with simulate(app, faults=faults) as cloud:\n        ..."
    return f"explore broke app {app!r} with {count}. To see it again:\n\n{code}"
