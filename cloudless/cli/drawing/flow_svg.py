"""Chart → SVG: one file that needs nothing else, as that of an application."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from xml.sax.saxutils import escape

from cloudless.cli.drawing import pen
from cloudless.cli.drawing.flow_layout import HEADER, PAD, PILLS, POINT, Dot, Label, Line, Shape, details, drawn
from cloudless.cli.drawing.layout import Point, Rect
from cloudless.cli.drawing.looks import CHOICE, shortened, style_class
from cloudless.passes.flow import chart
from cloudless.passes.flow.chart import Box, Chart, Choice, Frame, Part

BEND = 8  # radius of corners
SPACE = ' dx="10"'  # between the words of a caption
KINDS = (*chart.BOXES, CHOICE, *chart.FRAMES, chart.EXCEPT, chart.ELSE, chart.FINALLY, chart.UNDOING)

_STYLE = """
.cloudless-graph .frame .box { stroke-width: 1 }
.cloudless-graph .frame text, .cloudless-graph .word { text-anchor: start }
.cloudless-graph .frame .kind { font-size: 12px }
.cloudless-graph .caption { font-size: 12px }
.cloudless-graph .compensation .box { stroke-dasharray: 5 4 }"""


def flow_svg(flow: Chart, title: str) -> str:
    """The chart as the text of an SVG file."""
    picture = drawn(flow)
    frames = [one for one in picture.shapes if isinstance(one.item, (Frame, Part))]
    boxes = [one for one in picture.shapes if not isinstance(one.item, (Frame, Part))]
    lines = [
        *pen.card(title, _description(flow), picture.size, KINDS, _STYLE),
        *map(_frame, frames),
        *map(_line, picture.lines),
        *map(_label, picture.labels),
        *map(_box, boxes),
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _description(flow: Chart) -> str:
    """Everything in order, in words."""
    return "; ".join(_words(item) for item in chart.walk(flow.body))


def _words(item: chart.Item) -> str:
    if isinstance(item, Choice):
        return f"if {item.test}"
    text = item.text if item.kind in PILLS else f"{item.kind} {item.text}".strip()
    return ", ".join([text, *item.details])


# --- shapes


def _frame(one: Shape) -> str:
    item, rect = one.item, one.rect
    assert isinstance(item, (Frame, Part))
    x, y = pen.number(rect.x + PAD), pen.number(rect.y + HEADER / 2 + 5)
    title = f"{item.kind} {item.text}".strip()
    words = (("kind", item.kind), ("caption", shortened(item.text)), ("label", details(item)))
    spans = "".join(
        f'<tspan class="{name}"{SPACE if at else ""}>{escape(word)}</tspan>'
        for at, (name, word) in enumerate(words)
        if word
    )
    return (
        f'<g class="frame {style_class(item.kind)}"><title>{escape(title)}</title>'
        f'<rect class="box" {pen.sides(rect)} rx="10"/><text x="{x}" y="{y}">{spans}</text></g>'
    )


def _box(one: Shape) -> str:
    item = one.item
    if isinstance(item, Dot):
        return f'<circle class="head" cx="{pen.number(one.rect.middle.x)}" cy="{pen.number(one.rect.middle.y)}" r="4"/>'
    if isinstance(item, Choice):
        return _choice(item, one.rect)
    assert isinstance(item, Box)
    return _pill(item, one.rect) if item.kind in PILLS else _step(item, one.rect)


def _step(box: Box, rect: Rect) -> str:
    x = pen.number(rect.middle.x)
    return (
        f'<g class="node {style_class(box.kind)}"><title>{escape(_words(box))}</title>'
        f'<rect class="box" {pen.sides(rect)} rx="9"/>'
        f'<text class="kind" x="{x}" y="{pen.number(rect.y + 17)}">{escape(box.kind)}</text>'
        f'<text class="name" x="{x}" y="{pen.number(rect.y + 34)}">{escape(shortened(box.text))}</text>'
        f"{_details(box.details, x, rect.y + 36)}</g>"
    )


def _pill(box: Box, rect: Rect) -> str:
    x = pen.number(rect.middle.x)
    return (
        f'<g class="node {style_class(box.kind)}"><title>{escape(_words(box))}</title>'
        f'<rect class="box" {pen.sides(rect)} rx="15"/>'
        f'<text class="name" x="{x}" y="{pen.number(rect.y + 19.5)}">{escape(shortened(box.text))}</text>'
        f"{_details(box.details, x, rect.y + 20)}</g>"
    )


def _choice(item: Choice, rect: Rect) -> str:
    x, middle = pen.number(rect.middle.x), rect.middle.y
    corners = [
        Point(rect.x, middle), Point(rect.x + POINT, rect.y), Point(rect.right - POINT, rect.y),
        Point(rect.right, middle), Point(rect.right - POINT, rect.bottom), Point(rect.x + POINT, rect.bottom),
    ]  # fmt: skip
    return (
        f'<g class="node {CHOICE}"><title>{escape(f"if {item.test}")}</title>'
        f'<path class="box" d="M{"L".join(map(pen.pair, corners))}z"/>'
        f'<text class="name" x="{x}" y="{pen.number(middle + 4.5)}">{escape(shortened(item.test))}</text></g>'
    )


def _details(lines: Sequence[str], x: str, y: float) -> str:
    return "".join(
        f'<text class="label" x="{x}" y="{pen.number(y + pen.LABEL_LINE * (at + 1))}">{escape(shortened(line))}</text>'
        for at, line in enumerate(lines)
    )


# --- lines


def _line(one: Line) -> str:
    *_, before, tip = one.points
    kind = "line aside" if one.aside else "line"
    head = f'<path class="head" d="{_head(before, tip)}"/>' if one.head else ""
    return f'<g class="edge"><path class="{kind}" d="{_path(one)}"/>{head}</g>'


def _path(one: Line) -> str:
    """Straight lines, with round corners."""
    points = [*one.points[:-1], _towards(one.points[-1], one.points[-2], pen.ARROW - 1 if one.head else 0)]
    path = f"M{pen.pair(points[0])}"
    for (before, corner), (_, after) in pairwise(pairwise(points)):
        bend = min(BEND, _far(before, corner) / 2, _far(corner, after) / 2)
        path += f"L{pen.pair(_towards(corner, before, bend))}"
        path += f"Q{pen.pair(corner)} {pen.pair(_towards(corner, after, bend))}"
    return f"{path}L{pen.pair(points[-1])}"


def _head(before: Point, tip: Point) -> str:
    back = _towards(tip, before, pen.ARROW)
    across, down = (0, 4) if before.y == tip.y else (4, 0)
    one, other = Point(back.x - across, back.y - down), Point(back.x + across, back.y + down)
    return f"M{pen.pair(tip)}L{pen.pair(one)}L{pen.pair(other)}z"


def _towards(start: Point, end: Point, far: float) -> Point:
    part = far / (_far(start, end) or 1)
    return Point(start.x + (end.x - start.x) * part, start.y + (end.y - start.y) * part)


def _far(one: Point, other: Point) -> float:
    return abs(one.x - other.x) + abs(one.y - other.y)


def _label(one: Label) -> str:
    x, y = pen.number(one.rect.x), pen.number(one.rect.bottom - 3)
    return f'<text class="label word" x="{x}" y="{y}">{escape(one.text)}</text>'
