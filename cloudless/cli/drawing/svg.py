"""Graph → SVG: one file that needs nothing else, for light and dark pages and for readers that do not see it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from unicodedata import east_asian_width
from xml.sax.saxutils import escape, quoteattr

from cloudless.cli.drawing.layout import Point, Rect, Size, laid_out
from cloudless.cli.drawing.looks import DARK, LIGHT, Colours, shortened
from cloudless.passes.graph import (
    DEAD_LETTER_QUEUE,
    ENDPOINT,
    HANDLER,
    QUEUE,
    SCHEDULE,
    SECRET,
    TOPIC,
    Edge,
    Graph,
    Node,
)

MARGIN = 28
HEAD = 40  # height of the title
BOX_HEIGHT = 46
BOX_LEAST = 116
BOX_PAD = 16
LABEL_LONGEST = 40  # characters of a line
LABEL_LINE = 14
LABEL_PAD = 6
ARROW = 8
ADVANCE = 0.62  # of the font size: the widest of the monospace fonts below
KIND_SIZE, LABEL_SIZE, NAME_SIZE = 10.5, 11, 13

_MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
_SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"
_ROUND = {DEAD_LETTER_QUEUE: 4, ENDPOINT: 23, HANDLER: 9, QUEUE: 4, SCHEDULE: 23, SECRET: 4, TOPIC: 15}
_FIRST = (ENDPOINT, SCHEDULE, QUEUE, TOPIC, HANDLER, DEAD_LETTER_QUEUE, SECRET)
"""With what a circle is to begin."""
_STYLE = f"""\
.cloudless-graph {{ max-width: 100%; height: auto; font-family: {_MONO}; text-anchor: middle }}
.cloudless-graph .title {{ font: 600 15px {_SANS}; text-anchor: start }}
.cloudless-graph .kind {{ font: 600 {KIND_SIZE}px {_SANS}; letter-spacing: .03em }}
.cloudless-graph .name {{ font-size: {NAME_SIZE}px }}
.cloudless-graph .label {{ font-size: {LABEL_SIZE}px }}
.cloudless-graph .line {{ fill: none; stroke-width: 1.4 }}
.cloudless-graph .aside {{ stroke-dasharray: 5 4 }}
.cloudless-graph .box {{ stroke-width: 1.4 }}
.cloudless-graph .secret .box {{ stroke-dasharray: 3 3 }}"""


class _Page(NamedTuple):
    """Colours of what is no box."""

    paper: str
    rim: str
    text: str
    quiet: str
    line: str


_LIGHT_PAGE = _Page("#ffffff", "#e4e4e7", "#18181b", "#52525b", "#71717a")
_DARK_PAGE = _Page("#0d1117", "#30363d", "#f4f4f5", "#a1a1aa", "#8b949e")


def svg(graph: Graph, title: str) -> str:
    """The graph as the text of an SVG file."""
    nodes = sorted(graph.nodes, key=lambda node: (_FIRST.index(node.kind), node))
    number = {node: at for at, node in enumerate(nodes)}
    layout = laid_out(
        [_box_size(node) for node in nodes],
        [(number[edge.source], number[edge.target]) for edge in graph.edges],
        [_label_size(edge.label) for edge in graph.edges],
    )
    lines = [
        *_opening(graph, layout.size, title),
        *(_edge(edge, route) for edge, route in zip(graph.edges, layout.routes, strict=True)),
        *(_label(edge.label, rect) for edge, rect in zip(graph.edges, layout.labels, strict=True) if rect),
        *(_box(node, rect) for node, rect in zip(nodes, layout.boxes, strict=True)),
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _opening(graph: Graph, inner: Size, title: str) -> Iterator[str]:
    """Everything before the edges: the card, and what it says to those who do not see it."""
    width = max(inner.width, _width(title, 15)) + 2 * MARGIN
    height = inner.height + 2 * MARGIN + HEAD
    size = f"{_number(width)} {_number(height)}"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cloudless-graph" viewBox="0 0 {size}" '
        f'width="{_number(width)}" height="{_number(height)}" role="img" aria-label={quoteattr(f"Graph of {title}")}>'
    )
    yield f"<title>{escape(title)}</title>"
    yield f"<desc>{escape(_description(graph))}</desc>"
    yield f"<style>\n{_style()}\n</style>"
    yield f'<rect class="paper rim" {_at(Rect(0.5, 0.5, width - 1, height - 1))} rx="12"/>'
    yield f'<text class="title" x="{MARGIN}" y="{MARGIN + 10}">{escape(title)}</text>'
    yield f'<g transform="translate({MARGIN} {MARGIN + HEAD})">'


def _description(graph: Graph) -> str:
    """Every edge in words, and what has none."""
    joined = {end for edge in graph.edges for end in (edge.source, edge.target)}
    return "; ".join([*map(str, graph.edges), *(str(node) for node in graph.nodes if node not in joined)])


def _style() -> str:
    dark = f"@media (prefers-color-scheme: dark) {{\n{_colours(DARK, _DARK_PAGE)}\n}}"
    return f"{_STYLE}\n{_colours(LIGHT, _LIGHT_PAGE)}\n{dark}"


def _colours(boxes: Mapping[str, Colours], page: _Page) -> str:
    rules = [
        f".paper {{ fill: {page.paper} }}",
        f".rim {{ stroke: {page.rim} }}",
        f".title, .cloudless-graph .name {{ fill: {page.text} }}",
        f".label {{ fill: {page.quiet} }}",
        f".line {{ stroke: {page.line} }}",
        f".head {{ fill: {page.line} }}",
    ]
    for kind, (fill, line, text) in boxes.items():
        rules += [
            f".{_class(kind)} .box {{ fill: {fill}; stroke: {line} }}",
            f".{_class(kind)} .kind {{ fill: {text} }}",
        ]
    return "\n".join(f".cloudless-graph {rule}" for rule in rules)


# --- boxes


def _box_size(node: Node) -> Size:
    width = max(_width(shortened(node.name), NAME_SIZE), _width(node.caption, KIND_SIZE))
    return Size(max(BOX_LEAST, width + 2 * BOX_PAD), BOX_HEIGHT)


def _box(node: Node, rect: Rect) -> str:
    x = _number(rect.middle.x)
    return (
        f'<g class="node {_class(node.kind)}"><title>{escape(str(node))}</title>'
        f'<rect class="box" {_at(rect)} rx="{_ROUND[node.kind]}"/>'
        f'<text class="kind" x="{x}" y="{_number(rect.y + 17)}">{escape(node.caption)}</text>'
        f'<text class="name" x="{x}" y="{_number(rect.y + 34)}">{escape(shortened(node.name))}</text></g>'
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
    line = f"M{_pair(route[0])}"
    for start, end in zip(route[1:-1:2], route[2:-1:2], strict=True):
        middle = (start.x + end.x) / 2
        line += f"H{_number(start.x)}C{_pair(Point(middle, start.y))} {_pair(Point(middle, end.y))} {_pair(end)}"
    return f"{line}H{_number(tip.x - way * (ARROW - 1))}", f"M{_pair(tip)}l{-way * ARROW} -4v8z"


def _loop(route: Sequence[Point]) -> tuple[str, str]:
    """The path of a line whose points are those of one curve, and of its head, which points down."""
    start, *bends, tip = route
    ends = [*bends, Point(tip.x, tip.y - ARROW + 1)]
    return f"M{_pair(start)}C{' '.join(map(_pair, ends))}", f"M{_pair(tip)}l-4 -{ARROW}h8z"


def _label_size(label: Sequence[str]) -> Size:
    if not label:
        return Size(0, 0)
    width = max(_width(shortened(line, LABEL_LONGEST), LABEL_SIZE) for line in label)
    return Size(width + 2 * LABEL_PAD, LABEL_LINE * len(label) + LABEL_PAD)


def _label(label: Sequence[str], rect: Rect) -> str:
    """Lines of text on paper, so that the edge does not strike them out."""
    x = _number(rect.middle.x)
    lines = "".join(
        f'<tspan x="{x}" y="{_number(rect.y + LABEL_LINE * (at + 1))}">{escape(shortened(line, LABEL_LONGEST))}</tspan>'
        for at, line in enumerate(label)
    )
    return f'<g><rect class="paper" {_at(rect)}/><text class="label">{lines}</text></g>'


# --- text and numbers


def _width(text: str, size: float) -> float:
    """Of text in a monospace font; East Asian characters take two places."""
    return sum(2 if east_asian_width(char) in "FW" else 1 for char in text) * size * ADVANCE


def _at(rect: Rect) -> str:
    return " ".join(
        f'{name}="{_number(value)}"' for name, value in zip(("x", "y", "width", "height"), rect, strict=True)
    )


def _number(value: float) -> str:
    """Tenths of a pixel, and no more characters than that takes."""
    return f"{value:.1f}".removesuffix(".0")


def _pair(point: Point) -> str:
    return f"{_number(point.x)} {_number(point.y)}"


def _class(kind: str) -> str:
    return kind.replace(" ", "-")
