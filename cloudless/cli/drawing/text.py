"""Graph → a tree for the terminal: what comes from outside, what that sets going, and so on.

    shop
    ├── POST /orders  endpoint
    │   └── create  handler
    │       └── orders  queue
    │           └── take  handler
    └── report  schedule
        └── 0 8 * * MON-FRI, Europe/Berlin → report  handler
            └── orders  queue  ↑

What several lead to is drawn once, where a message or a call of everyday first meets it; elsewhere an arrow points
there. Dashed: dead letters, and what only looks or repairs.
"""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from cloudless.cli.drawing.branches import Branch
from cloudless.cli.drawing.looks import TERMINAL, shortened
from cloudless.passes.graph import (
    DEAD_LETTER_QUEUE,
    ENDPOINT,
    EVENT,
    HANDLER,
    ORCHESTRATION,
    QUEUE,
    SCHEDULE,
    SECRET,
    TOPIC,
    Edge,
    Graph,
    Node,
)

_FIRST = (ENDPOINT, SCHEDULE, EVENT, QUEUE, TOPIC, HANDLER, ORCHESTRATION, DEAD_LETTER_QUEUE, SECRET)
"""With what a tree is to begin, where several things may."""
_ABOVE, _BELOW = "  ↑", "  ↓"


def tree(graph: Graph, title: str) -> Branch:
    """The graph as a tree in which every node and every edge is once."""
    return Branch(Text(title, "bold"), list(_Drawing(graph).roots()))


class _Drawing:
    """One tree. _met: nodes that something leads to; _fed: those to which messages and calls of everyday do."""

    def __init__(self, graph: Graph) -> None:
        self._nodes = sorted(graph.nodes, key=lambda node: (_FIRST.index(node.kind), node))
        self._edges: dict[Node, list[Edge]] = {}
        for edge in graph.edges:
            self._edges.setdefault(edge.source, []).append(edge)
        self._met = {edge.target for edge in graph.edges if edge.source != edge.target}
        self._fed = {edge.target for edge in graph.edges if edge.source != edge.target and not edge.aside}
        self._drawn: set[Node] = set()

    def roots(self) -> Iterator[Branch]:
        """What nothing leads to; then, of a circle that nothing leads to, the first."""
        yield from [self._branch(node) for node in self._nodes if node not in self._met]
        for node in self._nodes:
            if node not in self._drawn:
                yield self._branch(node)

    def _branch(self, node: Node, edge: Edge | None = None) -> Branch:
        label, edges = _label(node, edge), self._edges.get(node, [])
        aside = edge is not None and edge.aside
        if node in self._drawn or (aside and node in self._fed):
            where = _ABOVE if node in self._drawn else _BELOW
            return Branch(label.append(where if edges else "", "dim"), aside=aside)
        self._drawn.add(node)
        return Branch(label, [self._branch(one.target, one) for one in edges], aside)


def _label(node: Node, edge: Edge | None) -> Text:
    text = Text().append(f"{', '.join(edge.label)} → " if edge and edge.label else "", "dim")
    return text.append(shortened(node.name), TERMINAL[node.kind]).append(f"  {node.caption}", "dim")
