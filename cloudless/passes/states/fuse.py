"""Fewer states that do the same: each costs money, and one of the steps that an execution may take.

A Pass disappears into the way that leads to it, which assigns what it assigned; where several ways lead to it, it
stays, unless it is short enough to be written again.
"""

from __future__ import annotations

from collections import Counter

from cloudless.node import replace
from cloudless.passes.states.graph import Choice, Edge, Graph, Pass, State, Step, edges, empty, reached
from cloudless.passes.states.labels import Label

_COPIED = 2
"""Assignments of a state that is written more than once."""


def fused(graph: Graph, start: Label) -> Label:
    """Change the states of a graph; gives the label of the first one."""
    return _Fusion(graph).run(start)


class _Fusion:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._counts: Counter[Label] = Counter()

    def run(self, start: Label) -> Label:
        order = reached(self._graph, start)
        self._counts = Counter(edge.to for label in order for edge in edges(self._graph.states[label]))
        for label in order:
            self._graph.states[label] = self._state(self._graph.states[label])
        return self._skipped(start)

    def _state(self, one: State) -> State:
        if isinstance(one, Choice):
            rules = tuple(replace(rule, edge=self._edge(rule.edge)) for rule in one.rules)
            return replace(one, rules=rules, otherwise=self._edge(one.otherwise))
        if isinstance(one, Step):
            branches = tuple(map(self._skipped, one.branches))
            failed = self._skipped(one.failed) if one.failed else 0
            return replace(one, edge=self._edge(one.edge), failed=failed, branches=branches)
        return replace(one, edge=self._edge(one.edge)) if isinstance(one, Pass) else one

    def _edge(self, edge: Edge) -> Edge:
        """The way on, through each Pass that can disappear into it."""
        seen = {edge.to}
        while isinstance(behind := self._graph.states[edge.to], Pass):
            is_long = self._counts[edge.to] > 1 and len(behind.edge.assign) > _COPIED
            if is_long or behind.edge.to in seen:
                break
            seen.add(behind.edge.to)
            edge = Edge(behind.edge.to, (*edge.assign, *behind.edge.assign))
        return edge

    def _skipped(self, label: Label) -> Label:
        return self._graph.skipped(label, empty)
