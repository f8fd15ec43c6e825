"""Branches: gather is a Parallel, fan_out a Map. Every branch settles: it ends in {"v": value} or {"err": error}.

Then the error of the lowest index goes its way, if there is one. What follows reads the results as its input, since
ministack ignores what a Parallel assigns; and never by `.v`, which would drop the list around one item, and the lists
in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudless.ir.statement import FanOut
from cloudless.node import replace
from cloudless.passes import states
from cloudless.passes.states import Key, Label
from cloudless_aws.compile.asl.failure import caught
from cloudless_aws.compile.asl.frame import Frame, Scopes
from cloudless_aws.compile.asl.jsonata import Code, call, display, expression, function, item, literal, member, variable
from cloudless_aws.compile.asl.state import Choice, Edge, End, Map, Parallel, Pass, Rule

_INPUT = Code("$states.input")
_RESULT = Code("$states.result")
_LATE = "the branches took longer than they may"


def gather(step: states.Step, after: Label, frame: Frame, scopes: Scopes) -> Label:
    """Branches, each of its own."""
    one: Any = step.statement
    kept = [(place, target) for place, target in enumerate(one.targets) if target]
    title = frame.titled("gather")
    if kept:
        values = {frame.variable(target): expression(_value_at(place)) for place, target in kept}
        after = frame.graph.add(Pass(Edge(after, values, 1), f"{title} results"))
    branches = tuple(
        scopes(start, _within(frame, frame.key(one.id).plus(f"[{place}]"), _plain))
        for place, start in enumerate(step.branches)
    )
    edge = Edge(_settled(after, frame, title))
    return frame.graph.add(Parallel(branches, edge, frame.failing(caught(_LATE)), title, one.note))


def fan_out(step: states.Step, after: Label, frame: Frame, scopes: Scopes) -> Label:
    """One branch for each item of a list."""
    one: Any = step.statement
    index, title = frame.fresh("index"), frame.titled(f"fan out {one.item}")
    base = frame.key(one.id).plus("[", variable(index), "]")
    body = scopes(step.branches[0], _within(frame, base, _collected if one.collect else _plain))
    given = {frame.variable(one.item): "{% $states.input.item %}", index: "{% $states.input.index %}"}
    processor = frame.graph.add(Pass(Edge(body, given, 1), frame.titled(f"item {one.item}")))
    return frame.graph.add(
        Map(
            items=frame.text(one.source),
            processor=processor,
            limit=one.limit,
            edge=_kept(one, after, frame, title),
            failed=frame.failing(caught(_LATE)),
            title=title,
            note=one.note,
        )
    )


def _kept(one: FanOut, after: Label, frame: Frame, title: str) -> Edge:
    """The way on, with the results: at once where none is an error."""
    target = frame.variable(one.target) if one.target else ""
    if one.collect:
        return Edge(after, {target: _values(_RESULT, frame)} if target else {}, 1)
    if target:
        after = frame.graph.add(Pass(Edge(after, {target: _values(_INPUT, frame)}, 1), f"{title} results"))
    return Edge(_settled(after, frame, title))


Outputs = tuple[Callable[[Any], Any], Callable[[str], Any]]
"""What a branch ends in: of a value, which is JSON with JSONata in it; of the variable of an error."""

_plain: Outputs = (lambda value: {"v": value}, lambda error: {"err": expression(variable(error))})
_collected: Outputs = (
    lambda value: {"v": {"value": value, "error": None}},
    lambda error: {"v": {"value": None, "error": _said(error)}},
)


def _said(error: str) -> dict[str, str]:
    return {part: expression(member(variable(error), part)) for part in ("type", "message")}


class _Branch:
    """The ends of a branch."""

    def __init__(self, frame: Frame, outputs: Outputs) -> None:
        self._frame = frame
        self._of_value, self._of_error = outputs

    def leave(self, value: Any) -> Label:
        return self._frame.graph.add(End(self._of_value(value), self._frame.titled("branch done")))

    def fail(self, error: str) -> Label:
        return self._frame.graph.add(End(self._of_error(error), self._frame.titled("branch failed")))


def _within(frame: Frame, base: Key[Code], outputs: Outputs) -> Frame:
    """Where a branch runs: in a scope of its own."""
    return replace(frame, base=base, ends=_Branch(frame, outputs))


def _settled(after: Label, frame: Frame, title: str) -> Label:
    """Go the way of the first error, if a branch has one."""
    errors = member(_INPUT, "err")
    first = expression(item(errors, literal(0)))
    rule = Rule(expression(call("exists", errors)), frame.failing(first))
    return frame.graph.add(Choice((rule,), Edge(after), f"{title} settled"))


def _value_at(place: int) -> Code:
    return member(item(_INPUT, literal(place)), "v")


def _values(results: Code, frame: Frame) -> str:
    name = frame.fresh("branch")
    mapped = call("map", results, function(name, member(variable(name), "v")))
    return expression(call("append", display(()), Code(f"{mapped.text}[]")))
