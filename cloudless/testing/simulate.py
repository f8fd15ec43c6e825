"""simulate(app): the application in the in-memory cloud, for the block of a test.

with simulate(app) as cloud:
    orders.send(order)              # client calls go to the simulation
    cloud.run()                     # deliveries in flight, and their back-off; virtual time
    cloud.advance(timedelta(days=7))
    assert cloud.dead_letters(orders) == []

simulate.py     the call            setup.py       the application, compiled once
simulation.py   what it hands out: verbs, lists, doubles; http.py is its client, token.py makes callers
exploration.py  many simulations, under schedules of faults that schedules.py draws
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cloudless.errors import InvalidArgument, hidden
from cloudless.memory.fault import OF_ORCHESTRATIONS, ByChance, Faults, Planned
from cloudless.memory.history import KEEP
from cloudless.memory.telling import Telling
from cloudless.options import nearest, strict
from cloudless.testing.setup import START, Setup

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from datetime import datetime

    from cloudless.app import App
    from cloudless.memory.fault import Fault, FaultPlan
    from cloudless.testing.simulation import Simulation

__tracebackhide__ = hidden


@contextmanager
@strict
def simulate(
    app: App,
    *,
    start: datetime = START,
    seed: int = 0,
    faults: Faults | Sequence[Fault] | None = None,
    like: str | None = None,
    secrets: Mapping[str, str] | None = None,
    config: Mapping[str, Any] | None = None,
    history: int = KEEP,
) -> Generator[Simulation]:
    """Run an application in the in-memory cloud for the length of a `with` block.

    start: aware; the virtual time at which it begins. seed: decides order, batches, faults and the like; equal seeds
    give equal runs, on every version of Python. faults: `Faults(…)` for chances of each kind, or a list of `Fault`s,
    with which everything else happens in order. like: an installed provider whose own limits hold as well, e.g. "aws".
    secrets, config: values of the stage. history: how many events are kept for the lists.

    Handlers that raise are told of through `logging`, the first twenty of them, with the line that raised: pytest shows
    that of a test that fails. What the test asks for, by `cloud.fail` or faults, is not.

    Modules that the app's cloudless.toml includes are imported, if the test has not: their handlers are part of it.
    Raises ConfigError where that cannot be done, DefinitionError with every problem of the application, before anything
    runs; InvalidArgument at the end of the block where a named fault did not happen.
    """
    setup = Setup(app, start, like, secrets, config, history)
    plan = plan_of(faults, seed)
    with setup.simulation(seed, plan, telling=Telling()) as simulation:
        if isinstance(plan, Planned):
            _check_handlers(app, plan)
        yield simulation
        if isinstance(plan, Planned):
            _check_struck(simulation, plan)


def plan_of(faults: Faults | Sequence[Fault] | None, seed: int) -> FaultPlan | None:
    """What goes wrong in a simulation; None for nothing."""
    if faults is None:
        return None
    return ByChance(faults, seed) if isinstance(faults, Faults) else Planned(faults)


def _check_handlers(app: App, plan: Planned) -> None:
    orchestrations = [one.name for one in app.orchestrations]
    known = [*app.handlers, *orchestrations]
    for fault in plan.faults:
        if fault.handler not in known:
            guess = nearest(fault.handler, known)
            hint = f"did you mean {guess!r}?" if guess else f"it has {', '.join(known)}"
            raise InvalidArgument(f"{fault!r}: app {app.name!r} has no such handler: {hint}")
        if fault.handler in orchestrations and (fault.kind not in OF_ORCHESTRATIONS or fault.effect or fault.line):
            raise InvalidArgument(
                f"{fault!r}: an orchestration takes {', '.join(OF_ORCHESTRATIONS)}, before or after=True; "
                "for others name the function that it calls"
            )


def _check_struck(simulation: Simulation, plan: Planned) -> None:
    """Refuse a test that no longer tests what it was written for."""
    adversary = simulation.cloud.adversary
    assert adversary is not None
    for fault in plan.faults:
        if id(fault) not in adversary.struck:
            raise InvalidArgument(
                f"{fault!r} never happened: its handler was called {adversary.calls.get(fault.handler, 0)} times, "
                f"with at most {adversary.effects.get(fault.handler, 0)} client calls; "
                "the program or the test has changed, so leave the fault out, or explore again"
            )
