"""Steps: what waits, has effects, or runs branches; and where its errors go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudless.ir.statement import Call, FanOut, Gather, Now, Send, Sleep, Uuid, Wait
from cloudless.passes.states.frame import Blocks, Frame, scope
from cloudless.passes.states.graph import Edge, Step
from cloudless.passes.states.labels import Label

Effect = Call | Send | Sleep | Now | Uuid | Wait | Gather | FanOut

_TITLES: dict[type, Callable[[Any], str]] = {
    Call: lambda one: str(one.callee),
    FanOut: lambda one: f"fan out {one.item}",
    Gather: lambda one: "gather",
    Now: lambda one: "now",
    Send: lambda one: f"{one.verb} {one.resource}",
    Sleep: lambda one: "sleep",
    Uuid: lambda one: "uuid",
    Wait: lambda one: f"wait for {one.event}",
}


def step(one: Effect, after: Label, frame: Frame, branches: tuple[Label, ...] = ()) -> Label:
    """One statement."""
    return frame.graph.add(
        Step(
            statement=one,
            edge=Edge(after),
            failed=0 if isinstance(one, Sleep | Now | Uuid) else frame.exits.failed(),
            error=frame.error,
            rounds=frame.rounds,
            branches=branches,
            title=_TITLES[type(one)](one),
        )
    )


def gather(one: Gather, after: Label, frame: Frame, blocks: Blocks) -> Label:
    """Branches, each a scope of its own."""
    starts = [scope(branch.body, frame.graph, frame.names, blocks)[0] for branch in one.branches]
    return step(one, after, frame, tuple(starts))


def fan_out(one: FanOut, after: Label, frame: Frame, blocks: Blocks) -> Label:
    """One branch, for each item."""
    return step(one, after, frame, (scope(one.branch.body, frame.graph, frame.names, blocks)[0],))
