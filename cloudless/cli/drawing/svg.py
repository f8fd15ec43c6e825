"""Graph → SVG: one file that needs nothing else, for light and dark pages and for readers that do not see it."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from cloudless.cli.drawing import pen
from cloudless.cli.drawing.layout import Point, Rect, Size, laid_out
from cloudless.cli.drawing.looks import shortened, style_class
from cloudless.passes.graph import (
    DEAD_LETTER_QUEUE,
    ENDPOINT,
    EVENT,
    HANDLER,
    KINDS,
    ORCHESTRATION,
    QUEUE,
    SCHEDULE,
    SECRET,
    TOPIC,
    Edge,
    Graph,
    Node,
)

BOX_HEIGHT = 46
BOX_LEAST = 116
BOX_PAD = 16

_ROUND = {
    DEAD_LETTER_QUEUE: 4, ENDPOINT: 23, EVENT: 23, HANDLER: 9, ORCHESTRATION: 9, QUEUE: 4, SCHEDULE: 23, SECRET: 4,
    TOPIC: 15,
}  # fmt: skip
_FIRST = (ENDPOINT, SCHEDULE, QUEUE, TOPIC, HANDLER, ORCHESTRATION, EVENT, DEAD_LETTER_QUEUE, SECRET)
"""With what a circle is to begin."""
_SECRETS = "\n.cloudless-graph .secret .box { stroke-dasharray: 3 3 }"


def svg(graph: Graph, title: str) -> str:
    """The graph as the text of an SVG file."""
    nodes = sorted(graph.nodes, key=lambda node: (_FIRST.index(node.kind), node))
    number = {node: at for at, node in enumerate(nodes)}
    layout = laid_out(
        [_box_size(node) for node in nodes],
        [(number[edge.source], number[edge.target]) for edge in graph.edges],
        [pen.label_size(edge.label) for edge in graph.edges],
    )
    lines = [
        *pen.card(title, _description(graph), layout.size, KINDS, _SECRETS),
        *(_edge(edge, route) for edge, route in zip(graph.edges, layout.routes, strict=True)),
        *(pen.label(edge.label, rect) for edge, rect in zip(graph.edges, layout.labels, strict=True) if rect),
        *(_box(node, rect) for node, rect in zip(nodes, layout.boxes, strict=True)),
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _description(graph: Graph) -> str:
    """Every edge in words, and what has none."""
    joined = {end for edge in graph.edges for end in (edge.source, edge.target)}
    return "; ".join([*map(str, graph.edges), *(str(node) for node in graph.nodes if node not in joined)])


# --- boxes


def _box_size(node: Node) -> Size:
    width = max(pen.width(shortened(node.name), pen.NAME_SIZE), pen.width(node.caption, pen.KIND_SIZE))
    return Size(max(BOX_LEAST, width + 2 * BOX_PAD), BOX_HEIGHT)


def _box(node: Node, rect: Rect) -> str:
    x = pen.number(rect.middle.x)
    return (
        f'<g class="node {style_class(node.kind)}"><title>{escape(str(node))}</title>'
        f'<rect class="box" {pen.sides(rect)} rx="{_ROUND[node.kind]}"/>'
        f'<text class="kind" x="{x}" y="{pen.number(rect.y + 17)}">{escape(node.caption)}</text>'
        f'<text class="name" x="{x}" y="{pen.number(rect.y + 34)}">{escape(shortened(node.name))}</text></g>'
    )


# --- edges


def _edge(edge: Edge, route: Sequence[Point]) -> str:
    line, head = _loop(route) if edge.source == edge.target else _curves(route)
    kind = "line aside" if edge.aside else "line"
    return (
        f'<g class="edge"><title>{escape(str(edge))}</title>'
        f'<path class="{kind}" d="{line}"/><path class="head" d="{head}"/></g>'
    )


def _curves(route: Sequence[Point]) -> tuple[str, str]:
    """The path of a line that is level between two points and bends to the next two, and of its head."""
    tip, way = route[-1], 1 if route[-1].x > route[-2].x else -1
    line = f"M{pen.pair(route[0])}"
    for start, end in zip(route[1:-1:2], route[2:-1:2], strict=True):
        middle = (start.x + end.x) / 2
        bend = Point(middle, start.y), Point(middle, end.y), end
        line += f"H{pen.number(start.x)}C{' '.join(map(pen.pair, bend))}"
    return f"{line}H{pen.number(tip.x - way * (pen.ARROW - 1))}", f"M{pen.pair(tip)}l{-way * pen.ARROW} -4v8z"


def _loop(route: Sequence[Point]) -> tuple[str, str]:
    """The path of a line whose points are those of one curve, and of its head, which points down."""
    start, *bends, tip = route
    ends = [*bends, Point(tip.x, tip.y - pen.ARROW + 1)]
    return f"M{pen.pair(start)}C{' '.join(map(pen.pair, ends))}", f"M{pen.pair(tip)}l-4 -{pen.ARROW}h8z"
