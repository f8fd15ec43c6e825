"""What pictures of ours have in common: the card that they stand on, its colours, text and numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from unicodedata import east_asian_width
from xml.sax.saxutils import escape, quoteattr

from cloudless.cli.drawing.layout import Point, Rect, Size
from cloudless.cli.drawing.looks import DARK, LIGHT, Colours, shortened, style_class

MARGIN = 28
HEAD = 40  # height of the title
LABEL_LONGEST = 40  # characters of a line
LABEL_LINE = 14
LABEL_PAD = 6
ARROW = 8
ADVANCE = 0.62  # of the font size: the widest of the monospace fonts below
KIND_SIZE, LABEL_SIZE, NAME_SIZE, TITLE_SIZE = 10.5, 11, 13, 15
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"

_STYLE = f"""\
.cloudless-graph {{ max-width: 100%; height: auto; font-family: {MONO}; text-anchor: middle }}
.cloudless-graph .title {{ font: 600 {TITLE_SIZE}px {SANS}; text-anchor: start }}
.cloudless-graph .kind {{ font: 600 {KIND_SIZE}px {SANS}; letter-spacing: .03em }}
.cloudless-graph .name {{ font-size: {NAME_SIZE}px }}
.cloudless-graph .label {{ font-size: {LABEL_SIZE}px }}
.cloudless-graph .line {{ fill: none; stroke-width: 1.4 }}
.cloudless-graph .aside {{ stroke-dasharray: 5 4 }}
.cloudless-graph .box {{ stroke-width: 1.4 }}"""


class _Page(NamedTuple):
    """Colours of what is no box."""

    paper: str
    rim: str
    text: str
    quiet: str
    line: str


_LIGHT_PAGE = _Page("#ffffff", "#e4e4e7", "#18181b", "#52525b", "#71717a")
_DARK_PAGE = _Page("#0d1117", "#30363d", "#f4f4f5", "#a1a1aa", "#8b949e")


# --- the card


def card(title: str, description: str, inner: Size, kinds: Sequence[str], more: str = "") -> Iterator[str]:
    """Everything before what is drawn, and a group to draw in, which begins at 0, 0; two tags are left open.

    description: for those who do not see it. kinds: of boxes. more: rules of the style.
    """
    across = max(inner.width, width(title, TITLE_SIZE)) + 2 * MARGIN
    down = inner.height + 2 * MARGIN + HEAD
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="cloudless-graph" viewBox="0 0 {number(across)} {number(down)}"'
        f' width="{number(across)}" height="{number(down)}" role="img" aria-label={quoteattr(f"Graph of {title}")}>'
    )
    yield f"<title>{escape(title)}</title>"
    yield f"<desc>{escape(description)}</desc>"
    yield f"<style>\n{_style(kinds, more)}\n</style>"
    yield f'<rect class="paper rim" {sides(Rect(0.5, 0.5, across - 1, down - 1))} rx="12"/>'
    yield f'<text class="title" x="{MARGIN}" y="{MARGIN + 10}">{escape(title)}</text>'
    yield f'<g transform="translate({MARGIN} {MARGIN + HEAD})">'


def _style(kinds: Sequence[str], more: str) -> str:
    light = _colours({kind: LIGHT[kind] for kind in kinds}, _LIGHT_PAGE)
    dark = _colours({kind: DARK[kind] for kind in kinds}, _DARK_PAGE)
    return f"{_STYLE}{more}\n{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}"


def _colours(boxes: Mapping[str, Colours], page: _Page) -> str:
    rules = [
        f".paper {{ fill: {page.paper} }}",
        f".rim {{ stroke: {page.rim} }}",
        f".title, .cloudless-graph .name, .cloudless-graph .caption {{ fill: {page.text} }}",
        f".label {{ fill: {page.quiet} }}",
        f".line {{ stroke: {page.line} }}",
        f".head {{ fill: {page.line} }}",
    ]
    for kind, (fill, line, text) in boxes.items():
        rules += [
            f".{style_class(kind)} .box {{ fill: {fill}; stroke: {line} }}",
            f".{style_class(kind)} .kind {{ fill: {text} }}",
        ]
    return "\n".join(f".cloudless-graph {rule}" for rule in rules)


# --- text and numbers


def label(lines: Sequence[str], rect: Rect) -> str:
    """Lines of text on paper, so that no line of the drawing strikes them out."""
    x = number(rect.middle.x)
    spans = "".join(
        f'<tspan x="{x}" y="{number(rect.y + LABEL_LINE * (at + 1))}">{escape(shortened(line, LABEL_LONGEST))}</tspan>'
        for at, line in enumerate(lines)
    )
    return f'<g><rect class="paper" {sides(rect)}/><text class="label">{spans}</text></g>'


def label_size(lines: Sequence[str]) -> Size:
    """What the label takes, with the space around it; of no width for none."""
    if not lines:
        return Size(0, 0)
    across = max(width(shortened(line, LABEL_LONGEST), LABEL_SIZE) for line in lines)
    return Size(across + 2 * LABEL_PAD, LABEL_LINE * len(lines) + LABEL_PAD)


def width(text: str, size: float) -> float:
    """Of text in a monospace font; East Asian characters take two places."""
    return sum(2 if east_asian_width(char) in "FW" else 1 for char in text) * size * ADVANCE


def sides(rect: Rect) -> str:
    """A rectangle as attributes."""
    names = ("x", "y", "width", "height")
    return " ".join(f'{name}="{number(value)}"' for name, value in zip(names, rect, strict=True))


def number(value: float) -> str:
    """Tenths of a pixel, and no more characters than that takes."""
    return f"{value:.1f}".removesuffix(".0")


def pair(point: Point) -> str:
    """A point in a path."""
    return f"{number(point.x)} {number(point.y)}"
