"""Fewer states that do the same: each costs money, and two of the 25,000 events of an execution's history.

A Pass disappears into the ways that lead to it, which assign what it assigned; a Choice takes the rules of the Choice
behind its last way; a Task ends what would end behind it. Variables that are assigned at once are evaluated before any
of them is assigned, and may have 256 KiB together: so ways are joined only where the later values read none of the
earlier variables, and one of all is large at most.
https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from cloudless.codec import is_list, is_object
from cloudless.node import replace
from cloudless.passes.states import Label
from cloudless_aws.compile.asl.jsonata import reads
from cloudless_aws.compile.asl.state import (
    NOWHERE,
    Choice,
    Edge,
    End,
    Graph,
    Map,
    Parallel,
    Pass,
    State,
    Task,
    Wait,
    edges,
    empty,
    reached,
)

_COPIED_CHARACTERS = 80
"""What is longer than that is not written twice."""


def fused(graph: Graph, start: Label) -> Label:
    """Change the states of a graph; gives the label of the first one."""
    return _Fusion(graph).run(start)


class _Fusion:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._counts: Counter[Label] = Counter()

    def run(self, start: Label) -> Label:
        self._counts = Counter(edge.to for one in self._graph.states.values() for edge in edges(one))
        for label in reached(self._graph, start):
            self._graph.states[label] = self._state(self._graph.states[label])
        return self._skipped(start)

    def _state(self, one: State) -> State:
        if isinstance(one, Choice):
            rules = tuple(replace(rule, edge=self._edge(rule.edge)) for rule in one.rules)
            return self._chained(replace(one, rules=rules, otherwise=Edge(self._skipped(one.otherwise.to))))
        if isinstance(one, Parallel):
            one = replace(one, branches=tuple(map(self._skipped, one.branches)))
        if isinstance(one, Parallel | Map | Task):
            one = replace(one, edge=self._edge(one.edge), failed=self._edge(one.failed))
            return self._ended(one) if isinstance(one, Task) else one
        return replace(one, edge=self._edge(one.edge)) if isinstance(one, Pass | Wait) else one

    def _edge(self, edge: Edge) -> Edge:
        """The way on, through each Pass that can disappear into it."""
        seen = {edge.to}
        while isinstance(behind := self._graph.states[edge.to], Pass):
            longer = self._joined(edge, behind.edge, is_copied=self._counts[edge.to] > 1)
            if longer is None or longer.to in seen:
                break
            seen.add(longer.to)
            edge = longer
        return edge

    def _joined(self, edge: Edge, behind: Edge, *, is_copied: bool) -> Edge | None:
        if is_copied and len(_text(behind.assign)) > _COPIED_CHARACTERS:
            return None
        if edge.large + behind.large > 1 or reads(_text(behind.assign)) & edge.assign.keys():
            return None
        kept = {name: value for name, value in edge.assign.items() if name not in behind.assign}
        return Edge(behind.to, {**kept, **behind.assign}, edge.large + behind.large)

    def _ended(self, one: Task) -> Task:
        """The end of the machine or branch, where it follows and says the result of the task, or nothing of it."""
        behind = self._graph.states[one.edge.to]
        if not isinstance(behind, End):
            return one
        output = behind.output
        for name, value in one.edge.assign.items():
            output = _with(output, f"{{% ${name} %}}", value)
        if reads(_text(output)) & one.edge.assign.keys():
            return one
        return replace(one, edge=NOWHERE, output=output)

    def _skipped(self, label: Label) -> Label:
        return self._graph.skipped(label, empty)

    def _chained(self, one: Choice) -> Choice:
        """With the rules of the Choice behind its last way, unless others lead to that one, too."""
        seen: set[Label] = set()
        while isinstance(behind := self._graph.states[one.otherwise.to], Choice):
            if one.otherwise.to in seen or self._counts[one.otherwise.to] > 1:
                break
            seen.add(one.otherwise.to)
            rules = tuple(replace(rule, edge=self._edge(rule.edge)) for rule in behind.rules)
            one = replace(one, rules=(*one.rules, *rules), otherwise=Edge(self._skipped(behind.otherwise.to)))
        return one


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _with(value: Any, old: str, new: Any) -> Any:
    """JSON with another value in the place of a text."""
    if is_list(value):
        return [_with(part, old, new) for part in value]
    if is_object(value):
        return {key: _with(part, old, new) for key, part in value.items()}
    return new if value == old else value
