"""States of the core (`cloudless.passes.states`) → states of Step Functions.

Variables that are assigned at once are evaluated before any of them is assigned, and may have 256 KiB together: so what
a way assigns in order is divided where a later value reads an earlier variable, or where two may be large.
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudless.ir.expression import Expression, Var
from cloudless.ir.statement import Call, FanOut, Gather, Now, Send, Sleep, Uuid, Wait
from cloudless.node import replace
from cloudless.passes import states
from cloudless.passes.states import Label
from cloudless.passes.tree import nodes
from cloudless_aws.compile.asl import branch, step
from cloudless_aws.compile.asl.frame import Frame, Scopes
from cloudless_aws.compile.asl.state import Choice, Edge, Pass, Rule
from cloudless_aws.compile.asl.template import is_large


def scope(start: states.Label, frame: Frame) -> Label:
    """The states of a scope; gives the label of the first."""
    return _Scope(start, frame).start


class _Scope:
    """labels: by those of the core. errors: variables of errors on their way, which have some KiB at most."""

    def __init__(self, start: states.Label, frame: Frame) -> None:
        found = states.in_scope(frame.flow, start)
        self._frame = frame
        self._labels = {label: frame.graph.label() for label in found}
        self._errors = {one.error for one in map(frame.flow.states.__getitem__, found) if isinstance(one, _ERRING)}
        for label, ours in self._labels.items():
            self._put(ours, frame.flow.states[label])
        self.start = self._labels[start]

    def _put(self, label: Label, one: states.State) -> None:
        """The states of one of the core's, the first of them under the label that others know."""
        graph = self._frame.graph
        before = graph.label()
        first = self._state(one)
        is_new = first > before
        graph.put(label, graph.states.pop(first) if is_new else Pass(Edge(first), "on"))

    def _state(self, one: states.State) -> Label:
        frame = self._frame
        if isinstance(one, states.Step):
            return self._step(one)
        if isinstance(one, states.Pass):
            return frame.graph.add(Pass(self._way(one.edge), frame.titled(one.title), one.note))
        if isinstance(one, states.Choice):
            return self._choice(one)
        if isinstance(one, states.End):
            return frame.ends.leave(frame.template(one.value))
        return frame.ends.fail(frame.variable(one.error))

    def _choice(self, one: states.Choice) -> Label:
        """What is assigned on the last way is assigned behind it: readers differ in what it means there."""
        graph, title = self._frame.graph, self._frame.titled(one.title)
        rules = tuple(Rule(self._frame.text(rule.test), self._way(rule.edge)) for rule in one.rules)
        otherwise = self._way(one.otherwise)
        if otherwise.assign:
            otherwise = Edge(graph.add(Pass(otherwise, title)))
        return graph.add(Choice(rules, otherwise, title, one.note))

    def _step(self, one: states.Step) -> Label:
        frame = self._frame
        failed = self._labels[one.failed] if states.can_fail(one) else 0
        rounds = tuple(map(frame.variable, one.rounds))
        inside = replace(frame, error=frame.variable(one.error), failed=failed, rounds=rounds)
        return STEPS[type(one.statement)](one, self._labels[one.edge.to], inside, scope)

    def _way(self, edge: states.Edge) -> Edge:
        """An edge, through states for what cannot be assigned on it at once."""
        to, parts = self._labels[edge.to], self._parts(edge.assign)
        for part, large in reversed(parts[1:]):
            to = self._frame.graph.add(Pass(Edge(to, part, large), self._frame.titled(f"set {next(iter(part))}")))
        return Edge(to, *parts[0]) if parts else Edge(to)

    def _parts(self, assigned: tuple[states.Assign, ...]) -> list[tuple[dict[str, Any], int]]:
        """What may be assigned at once, each with how much of it may be large."""
        parts: list[tuple[dict[str, Any], int]] = []
        known: set[str] = set()
        for name, value in assigned:
            large = self._large(name, value)
            if not parts or known & _read(value) or parts[-1][1] + large > 1:
                parts.append(({}, 0))
                known = set()
            made = {**parts[-1][0], self._frame.variable(name): self._frame.template(value)}
            parts[-1] = made, parts[-1][1] + large
            known.add(name)
        return parts

    def _large(self, name: str, value: Expression) -> int:
        is_error = name in self._errors or (type(value) is Var and value.name in self._errors)
        return 0 if is_error or not is_large(value) else self._frame.large(name)


def _read(value: Expression) -> set[str]:
    return {one.name for one in nodes(value) if type(one) is Var}


_ERRING = (states.Step, states.Fail)
STEPS: dict[type, Callable[[states.Step, Label, Frame, Scopes], Label]] = {
    Call: step.call,
    FanOut: branch.fan_out,
    Gather: branch.gather,
    Now: step.now,
    Send: step.send,
    Sleep: step.sleep,
    Uuid: step.uuid,
    Wait: step.wait,
}
"""By class of statement; a test asserts that none is missing."""
