"""Graph → Mermaid, as GitHub, GitLab and many editors draw it: https://mermaid.js.org/syntax/flowchart.html."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from cloudless.cli.drawing.looks import LIGHT, LONGEST, shortened, style_class
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

_SHAPES = {
    DEAD_LETTER_QUEUE: ("[(", ")]"),
    ENDPOINT: ("([", "])"),
    EVENT: ("[/", "/]"),
    HANDLER: ("(", ")"),
    ORCHESTRATION: ("[", "]"),
    QUEUE: ("[[", "]]"),
    SCHEDULE: (">", "]"),
    SECRET: ("[/", "\\]"),
    TOPIC: ("{{", "}}"),
}
TEXT = "#18181b"  # readable on all of the colours, whatever the page's theme
_SPECIAL = re.compile(r"[^\w ,:/{}-]|(?<![^\W_])_|_(?![^\W_])|:(?! )")
"""What is an entity in a label: all that Mermaid or Markdown may read something into, e.g. a star or a link."""


def mermaid(graph: Graph, title: str) -> str:
    """The graph as the text of a Mermaid flow chart; boxes on it keep their colours on a dark page."""
    ids = _ids(graph.nodes)
    kinds = sorted({node.kind for node in graph.nodes})
    lines = [
        "flowchart LR",
        f"    accTitle: Graph of {title}",
        *(f"    {_node(node, ids[node])}" for node in graph.nodes),
        *(f"    {_edge(edge, ids)}" for edge in graph.edges),
        *(f"    {colours(kind)}" for kind in kinds),
    ]
    return "\n".join(lines) + "\n"


def _ids(nodes: Sequence[Node]) -> dict[Node, str]:
    """A readable id for each; a number sets those apart that would be the same."""
    ids: dict[Node, str] = {}
    taken: set[str] = set()
    for node in nodes:
        plain = re.sub(r"\W+", "_", f"{node.kind} {node.name}", flags=re.ASCII).strip("_")
        name, number = plain, 2
        while name in taken:
            name, number = f"{plain}_{number}", number + 1
        taken.add(name)
        ids[node] = name
    return ids


def _node(node: Node, name: str) -> str:
    begin, end = _SHAPES[node.kind]
    return f"{name}{begin}{label([node.name, node.caption])}{end}:::{style_class(node.kind)}"


def _edge(edge: Edge, ids: Mapping[Node, str]) -> str:
    line = "-.->" if edge.aside else "-->"
    said = f"|{label(edge.label)}|" if edge.label else ""
    return f"{ids[edge.source]} {line}{said} {ids[edge.target]}"


def label(lines: Sequence[str], special: re.Pattern[str] = _SPECIAL, longest: int = LONGEST) -> str:
    """Lines as one label, with entities for all that would be read as something else."""
    quoted = "<br>".join(special.sub(lambda found: f"#{ord(found[0])};", shortened(line, longest)) for line in lines)
    return f'"{quoted}"'


def colours(kind: str) -> str:
    """The class of a kind."""
    return f"classDef {style_class(kind)} fill:{LIGHT[kind].fill},stroke:{LIGHT[kind].line},color:{TEXT}"
