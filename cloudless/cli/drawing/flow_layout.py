"""Where the boxes, frames and lines of a flow chart are: Chart → Picture in pixels, from the top left.

    Chart ──sketch of each item, around its own spine──► stacked ──► Picture

What follows stands below, on the same spine, the line x = 0 of a sketch; what deviates stands to the right of it and
comes back, as in DRAKON charts. Frames are entered at the top of their spine and left at its bottom. So nothing has
to be searched for, and no line of the flow crosses another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cloudless.cli.drawing import pen
from cloudless.cli.drawing.layout import Point, Rect, Size
from cloudless.cli.drawing.looks import shortened
from cloudless.passes.flow import chart
from cloudless.passes.flow.chart import Block, Box, Chart, Choice, Frame, Part

APART = 26  # between what follows one another
BESIDE = 30  # between what stands side by side
BACK = 16  # a loop's line back runs so far from what is in the loop
CAPTION_SIZE = 12
BOX = 46  # height, without details
DETAIL = 14  # height of a line of details
DOT = 4  # radius of where branches meet, and nothing follows
HEADER = 30  # of a frame or a part that has a caption
LANE_TOP = 4  # of what is in a saga's lane, below the saga's caption
LEAST = 96  # width of a box
PAD = 16
PILL = 30  # height of a box of one line
POINT = 14  # what the ends of a choice stick out
SAID = 34  # room for "yes" and "no" on a level line

PILLS = frozenset({chart.START, chart.END, chart.RETURN, chart.RAISE, chart.JUMP, chart.NOTE})
"""Boxes that say it in one line."""


@dataclass(frozen=True, slots=True)
class Dot:
    """Where branches meet, and nothing follows."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Something with a place."""

    rect: Rect
    item: Box | Choice | Frame | Part | Dot


@dataclass(frozen=True, slots=True)
class Line:
    """Level and upright lines through some points. aside: of errors and compensations. head: at its end."""

    points: tuple[Point, ...]
    head: bool = True
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """What is written at a line."""

    rect: Rect
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Frames come before what is in them."""

    size: Size
    shapes: tuple[Shape, ...]
    lines: tuple[Line, ...]
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Sketch:
    """Something around its spine: so far to its left and right, and down from y = 0. ends: nothing follows it."""

    left: float = 0
    right: float = 0
    height: float = 0
    shapes: tuple[Shape, ...] = ()
    lines: tuple[Line, ...] = ()
    labels: tuple[Label, ...] = ()
    ends: bool = False

    def moved(self, x: float, y: float) -> Sketch:
        """At another place; the spine does not count any more."""
        return replace(
            self,
            shapes=tuple(Shape(_shifted(one.rect, x, y), one.item) for one in self.shapes),
            lines=tuple(replace(one, points=tuple(Point(p.x + x, p.y + y) for p in one.points)) for one in self.lines),
            labels=tuple(Label(_shifted(one.rect, x, y), one.text) for one in self.labels),
        )


def drawn(flow: Chart) -> Picture:
    """Place everything of a chart."""
    whole = _stack(flow.body)
    placed = whole.moved(whole.left, 0)
    return Picture(Size(whole.left + whole.right, whole.height), placed.shapes, placed.lines, placed.labels)


def details(item: Frame | Part) -> str:
    """What is worth knowing of a frame, in one line."""
    return " · ".join(item.details) if isinstance(item, Frame) else ""


# --- one after another


def _stack(block: Block, *, rejoins: bool = False) -> Sketch:
    """A block from the top down. rejoins: something takes up its open end."""
    parts: list[Sketch] = []
    lines: list[Line] = []
    bottom = 0.0
    for at, item in enumerate(block):
        top = bottom + (APART if at else 0)
        lines += [_down(bottom, top)] if at else []
        one = _sketch(item)
        parts.append(one.moved(0, top))
        bottom = top + one.height
    found = _together(parts, lines, bottom, ends=chart.ends(block))
    if rejoins or found.ends or not block or not isinstance(block[-1], Choice):
        return found
    dot = Shape(Rect(-DOT, bottom, 2 * DOT, 2 * DOT), Dot())
    return replace(found, height=bottom + 2 * DOT, shapes=(*found.shapes, dot))


def _sketch(item: chart.Item) -> Sketch:
    if isinstance(item, Box):
        return _box(item)
    return _choice(item) if isinstance(item, Choice) else _FRAMES[item.kind](item)


def _box(box: Box) -> Sketch:
    size = box_size(box)
    half = size.width / 2
    return Sketch(half, half, size.height, (Shape(Rect(-half, 0, *size), box),), ends=box.ends)


def box_size(box: Box) -> Size:
    """What the text of a box takes."""
    caption = 0.0 if box.kind in PILLS else pen.width(box.kind, pen.KIND_SIZE)
    small = [pen.width(shortened(one), pen.LABEL_SIZE) for one in box.details]
    across = max(pen.width(shortened(box.text), pen.NAME_SIZE), caption, *small, 0)
    least, height = (0, PILL) if box.kind in PILLS else (LEAST, BOX)
    return Size(max(least, across + 2 * PAD), height + DETAIL * len(box.details))


# --- choices


def _choice(item: Choice) -> Sketch:
    """The way that goes on is straight on; the other one is to the right, and comes back if it can."""
    is_then_beside = chart.ends(item.then) and not chart.ends(item.otherwise)
    main, side = (item.otherwise, item.then) if is_then_beside else (item.then, item.otherwise)
    half = pen.width(shortened(item.test), pen.NAME_SIZE) / 2 + PAD + POINT
    top = PILL + 8.0
    straight, beside = _stack(main, rejoins=True), _stack(side, rejoins=True)
    x = max(half + SAID, straight.right + BESIDE + beside.left)
    start = top + APART
    fork = [Line((Point(half, top / 2), Point(x, top / 2), Point(x, start)), head=bool(side))]
    if main:
        fork.append(_down(top, start))
    words = ("no", "yes") if is_then_beside else ("yes", "no")
    labels = (_label(words[0], 6, top + 5), _label(words[1], half + 6, top / 2 - 17))
    bottom = start + max(straight.height, beside.height)
    joins, end = _joins(straight, beside, x, start, top if not main else start + straight.height, bottom)
    found = _together(
        [straight.moved(0, start), beside.moved(x, start)], [*fork, *joins], end, ends=straight.ends and beside.ends
    )
    return replace(
        found,
        left=max(half, straight.left),
        right=max(half, straight.right, x + beside.right),
        shapes=(Shape(Rect(-half, 0, 2 * half, top), item), *found.shapes),
        labels=(*found.labels, *labels),
    )


def _joins(  # noqa: PLR0917  (the ends of two branches)
    straight: Sketch, beside: Sketch, x: float, start: float, main: float, bottom: float
) -> tuple[list[Line], float]:
    """Lines from the ends of both branches to the spine, and how far down that is."""
    if beside.ends:
        return ([] if straight.ends else [Line((Point(0, main), Point(0, bottom)), head=False)]), bottom
    end = bottom + BACK
    back = Line((Point(x, start + beside.height), Point(x, end), Point(0, end)), head=False)
    return [Line((Point(0, main), Point(0, end)), head=False), back], end


def _label(text: str, x: float, y: float) -> Label:
    return Label(Rect(x, y, pen.width(text, pen.LABEL_SIZE) + 4, pen.LABEL_LINE), text)


# --- frames


def _loop(frame: Frame) -> Sketch:
    """A line leads back from the end to the beginning, on the left."""
    body = _stack(frame.parts[0].body, rejoins=True)
    top = APART if not body.ends else 0.0
    inner = replace(body.moved(0, top), height=body.height + top)
    if not body.ends:
        x, bottom = -body.left - BACK, inner.height + BACK
        way = (Point(0, inner.height), Point(0, bottom), Point(x, bottom), Point(x, top / 4), Point(0, top / 4))
        inner = replace(inner, left=body.left + BACK, height=bottom, lines=(*inner.lines, Line((*way, Point(0, top)))))
    return _framed(frame, inner)


def _side_by_side(frame: Frame) -> Sketch:
    """Branches in a row, the spine through the middle of it."""
    branches = [_stack(part.body) for part in frame.parts]
    width = sum(one.left + one.right for one in branches) + BESIDE * (len(branches) - 1)
    x, moved = -width / 2, list[Sketch]()
    for one in branches:
        moved.append(one.moved(x + one.left, 0))
        x += one.left + one.right + BESIDE
    half = max(width, _caption_width(frame) - 2 * PAD) / 2
    inner = _together(moved, [], max(one.height for one in branches))
    return _framed(frame, replace(inner, left=half, right=half))


def _attempt(frame: Frame) -> Sketch:
    """The body and what follows it on the spine; handlers to the right, where a line leads from all of the body."""
    body, *others = frame.parts
    tried = _stack(body.body, rejoins=any(part.kind != chart.EXCEPT for part in others))
    inner = tried
    for part in others:
        if part.kind == chart.ELSE:
            inner = _below(inner, inner.height, _part(part))
    handlers = [part for part in others if part.kind == chart.EXCEPT]
    end = inner.height
    if handlers:
        inner = _handled(inner, tried.height, handlers)
    for part in others:
        if part.kind == chart.FINALLY:
            inner = _below(inner, end, _part(part))
    return _framed(frame, inner)


def _below(above: Sketch, end: float, added: Sketch) -> Sketch:
    """Something below all of a sketch, where a line leads to from its end; from nowhere, if it has none."""
    top = above.height + APART
    lines = [] if above.ends else [_down(end, top)]
    return _together([above, added.moved(0, top)], lines, top + added.height, ends=above.ends or added.ends)


def _handled(inner: Sketch, tried: float, handlers: Sequence[Part]) -> Sketch:
    """Handlers from the top down, beside what they are for: so much of a sketch."""
    bracket = inner.right + 14
    left, y, parts, lines = bracket + BESIDE, 0.0, [inner], list[Line]()
    low = tried
    for one in _alike([_part(part) for part in handlers]):
        at = y + HEADER / 2
        lines.append(Line((Point(bracket, at), Point(left, at)), aside=True))
        parts.append(one.moved(left + one.left, y))
        y, low = y + one.height + BACK, max(tried, at)
    ends = Point(bracket - 6, 0), Point(bracket, 0), Point(bracket, low), Point(bracket - 6, low)
    lines.append(Line(ends if low == tried else ends[:3], head=False, aside=True))
    right = left + parts[-1].left + parts[-1].right
    found = _together(parts, lines, max(inner.height, y - BACK), ends=inner.ends)
    return replace(found, left=inner.left, right=right)


def _alike(parts: Sequence[Sketch]) -> list[Sketch]:
    """Framed parts, all as wide as the widest."""
    width = max(one.left + one.right for one in parts)
    found: list[Sketch] = []
    for one in parts:
        frame, *others = one.shapes
        rect = Rect(frame.rect.x, frame.rect.y, width, frame.rect.height)
        found.append(replace(one, right=width - one.left, shapes=(Shape(rect, frame.item), *others)))
    return found


def _saga(frame: Frame) -> Sketch:
    """Compensations in a lane to the right, each beside what it undoes; its caption is beside that of the saga."""
    body, *lanes = frame.parts
    inner = _stack(body.body)
    if not lanes:
        return _framed(frame, inner)
    boxes = [box for box in lanes[0].body if isinstance(box, Box)]
    width = max(_caption_width(lanes[0]), 2 * PAD + max(box_size(box).width for box in boxes))
    left = max(inner.right, _caption_width(frame) - inner.left) + 2 * BESIDE
    shapes, lines = _undone(inner, boxes, Rect(left + PAD, LANE_TOP, width - 2 * PAD, 0))
    height = max(inner.height, shapes[-1].rect.bottom + PAD)
    lane = Shape(Rect(left, LANE_TOP - HEADER, width, height - LANE_TOP + HEADER), lanes[0])
    found = _together([inner], lines, height)
    return _framed(frame, replace(found, right=left + width, shapes=(*found.shapes, lane, *shapes)))


def _undone(inner: Sketch, boxes: Sequence[Box], first: Rect) -> tuple[list[Shape], list[Line]]:
    """Compensations from the top down. first: the place of the first one, if that undoes nothing that is lower."""
    places = {one.item.id: one.rect for one in inner.shapes if isinstance(one.item, (Box, Choice, Frame))}
    shapes, lines, bottom = list[Shape](), list[Line](), first.y
    for box in boxes:
        rect, line = _undo(box, places.get(box.undoes), Point(first.x, bottom), first.width)
        if shapes:
            above = shapes[-1].rect
            lines.append(Line((Point(rect.middle.x, rect.y), Point(rect.middle.x, above.bottom)), aside=True))
        shapes.append(Shape(rect, box))
        lines += line
        bottom = rect.bottom + APART
    return shapes, lines


def _undo(box: Box, of: Rect | None, least: Point, width: float) -> tuple[Rect, list[Line]]:
    """Where a compensation is, and the line to it from what it undoes."""
    height = box_size(box).height
    y = least.y if of is None else max(least.y, of.middle.y - height / 2)
    rect = Rect(least.x, y, width, height)
    if of is None:
        return rect, []
    end = Point(rect.x, min(max(of.middle.y, rect.y + PAD), rect.bottom - PAD))
    start, turn = Point(of.right, of.middle.y), least.x - PAD - BESIDE / 2
    way = (start, end) if start.y == end.y else (start, Point(turn, start.y), Point(turn, end.y), end)
    return rect, [Line(way, aside=True)]


def _part(part: Part) -> Sketch:
    """A part with its caption, in a frame of its own."""
    inner = _stack(part.body)
    return replace(_boxed(part, inner), ends=inner.ends)


def _framed(frame: Frame, inner: Sketch) -> Sketch:
    return replace(_boxed(frame, inner), ends=frame.ends)


def _caption_width(item: Frame | Part) -> float:
    """What the caption of a frame takes, with the space around it."""
    small = pen.width(f"  {details(item)}", pen.LABEL_SIZE)
    return pen.width(f"{item.kind}  {shortened(item.text)}", CAPTION_SIZE) + small + 2 * PAD


def _boxed(item: Frame | Part, inner: Sketch) -> Sketch:
    """A frame around a sketch, on the same spine."""
    left = inner.left + PAD
    right = max(inner.right + PAD, _caption_width(item) - left)
    height = HEADER + inner.height + (PAD if inner.height else 0)
    found = inner.moved(0, HEADER)
    shape = Shape(Rect(-left, 0, left + right, height), item)
    return replace(found, left=left, right=right, height=height, shapes=(shape, *found.shapes))


# --- pieces


def _together(parts: Iterable[Sketch], lines: Iterable[Line], height: float, *, ends: bool = False) -> Sketch:
    """Sketches that are in place, as one; the lines are added."""
    every = list(parts)
    return Sketch(
        max((one.left for one in every), default=0),
        max((one.right for one in every), default=0),
        height,
        tuple(shape for one in every for shape in one.shapes),
        (*(line for one in every for line in one.lines), *lines),
        tuple(label for one in every for label in one.labels),
        ends,
    )


def _down(top: float, bottom: float) -> Line:
    return Line((Point(0, top), Point(0, bottom)))


def _shifted(rect: Rect, x: float, y: float) -> Rect:
    return Rect(rect.x + x, rect.y + y, rect.width, rect.height)


_FRAMES = {
    chart.LOOP: _loop,
    chart.GATHER: _side_by_side,
    chart.FAN_OUT: _side_by_side,
    chart.TRY: _attempt,
    chart.SAGA: _saga,
}
