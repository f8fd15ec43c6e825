"""Where the boxes, labels and arrows of a picture are: sizes → a Layout in pixels, from the top left.

    Layers ──rooms──► size of each cell ──levels──► its y ──columns──► its x ──► rectangles and routes

layers.py decides on layers and order; here, boxes are kept apart and arrows as straight as that permits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import median
from typing import NamedTuple

from cloudless.cli.drawing.layers import Arrow, Band, Layers, Near, layered, sides

ALIGNED = 200  # boxes of a layer are as wide as the widest of them, up to this
BETWEEN_BANDS = 32
END = 9  # of an arrow that is level, for its head
GAP = 30  # between two layers at least; most of it is for the bends of arrows
GAP_MOST = 90
LOOP = 26  # room above a box for an arrow to itself
PADS = {"box": 12, "label": 5, "line": 7}  # kept free above and below
STEEP = 0.16  # of the height that arrows climb between two layers goes into their distance
SWEEPS = 4  # to and fro; it settles sooner


class Size(NamedTuple):
    """Width and height."""

    width: float
    height: float


class Point(NamedTuple):
    """To the right, and down."""

    x: float
    y: float


class Rect(NamedTuple):
    """Left, top, and size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> Point:
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    def overlaps(self, other: Rect) -> bool:
        """Whether any point lies inside of both."""
        across = self.x < other.right and other.x < self.right
        return across and self.y < other.bottom and other.y < self.bottom


@dataclass(frozen=True, slots=True)
class Layout:
    """boxes, labels and routes are in order of those that were given; a label of no size is None.

    A route has an even number of points: a level line leads from the first to the second, a curve to the third, a
    level line to the fourth, and so on. From a box to itself, it has the four points of one Bézier curve.
    """

    size: Size
    boxes: Sequence[Rect]
    labels: Sequence[Rect | None]
    routes: Sequence[Sequence[Point]]


@dataclass(frozen=True, slots=True)
class _Room:
    """What a cell takes: above and below the line on which arrows meet it, and so much kept free around."""

    width: float
    above: float
    below: float
    pad: float


@dataclass(frozen=True, slots=True)
class _Column:
    """The width of a layer, and where it begins."""

    left: float
    width: float

    @property
    def right(self) -> float:
        return self.left + self.width


def laid_out(boxes: Sequence[Size], arrows: Sequence[Arrow], labels: Sequence[Size]) -> Layout:
    """Place boxes, which may become wider, and arrows, at most one of them from a box to itself.

    labels: sizes of the arrows' labels, with the space around them; of no width for none.
    """
    layers = layered(len(boxes), arrows)
    rooms = _rooms(layers, boxes, labels)
    y = _levels(layers, rooms)
    columns = _columns(layers, rooms, y)
    drawn = _Drawn(layers, rooms, y, columns)
    placed = [drawn.box(box) for box in range(len(boxes))]
    return Layout(
        Size(
            max((column.right for column in columns), default=0),
            max((y[cell] + room.below for cell, room in enumerate(rooms)), default=0),
        ),
        placed,
        [drawn.label(arrow, label) for arrow, label in enumerate(labels)],
        [drawn.route(arrow) for arrow in range(len(arrows))],
    )


def _rooms(layers: Layers, boxes: Sequence[Size], labels: Sequence[Size]) -> list[_Room]:
    rooms = [_Room(box.width, box.height / 2, box.height / 2, PADS["box"]) for box in boxes]
    rooms += [_Room(0, 0, 0, PADS["line"])] * (len(layers.layer) - len(boxes))
    for chain, label in zip(layers.chains, labels, strict=True):
        at, half = chain[-2], label.height / 2
        if chain[0] == chain[-1]:
            room = rooms[at]
            wide = max(room.width, label.width + 2 * LOOP + 10)
            rooms[at] = _Room(wide, room.below + max(LOOP, label.height), room.below, room.pad)
        elif label.width:
            rooms[at] = _Room(label.width, half, half, PADS["label"])
    return rooms


# --- down


def _levels(layers: Layers, rooms: Sequence[_Room]) -> dict[int, float]:
    """The y of every cell, bands one below the other."""
    before, after = sides(layers.chains)
    y: dict[int, float] = {}
    bottom = 0.0
    for band in layers.bands:
        level = _level(band, rooms, before, after)
        top = min(level[cell] - rooms[cell].above for cell in level)
        y |= {cell: at - top + bottom for cell, at in level.items()}
        bottom = BETWEEN_BANDS + max(y[cell] + rooms[cell].below for cell in level)
    return y


def _level(band: Band, rooms: Sequence[_Room], before: Near, after: Near) -> dict[int, float]:
    """The y of every cell of a band: near to those of its neighbours, each in turn to one side and the other."""
    y: dict[int, float] = {}
    rows = [(layer, _gaps(layer, rooms)) for layer in band]
    for layer, gap in rows:
        y |= zip(layer, accumulate(gap), strict=True)
    for near, turn in [(before, rows), (after, rows[::-1])] * SWEEPS:
        for layer, gap in turn:
            weights = [sum(_pull(rooms[cell], rooms[one]) for one in near.get(cell, ())) or 0.1 for cell in layer]
            wanted = [median(y[one] for one in near.get(cell, (cell,))) for cell in layer]
            y |= zip(layer, _apart(wanted, weights, gap), strict=True)
    return y


def _gaps(layer: Sequence[int], rooms: Sequence[_Room]) -> list[float]:
    """The least distance of each cell from the one above it."""
    pairs = ((rooms[above], rooms[cell]) for above, cell in pairwise(layer))
    return [0.0, *(above.below + above.pad + cell.pad + cell.above for above, cell in pairs)][: len(layer)]


def _pull(one: _Room, other: _Room) -> float:
    """Long arrows are to be straight before all."""
    lines = (one.pad, other.pad).count(PADS["line"])
    return (1.0, 2.0, 8.0)[lines]


def _apart(wanted: Sequence[float], weights: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """The places nearest to the wanted ones (least squares) at which all gaps are kept: pool adjacent violators."""
    offsets = list(accumulate(gaps))
    pools: list[tuple[float, float, int]] = []  # place, weight, members
    for place, weight, offset in zip(wanted, weights, offsets, strict=True):
        pool = (place - offset, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            above = pools.pop()
            both = above[1] + pool[1]
            pool = ((above[0] * above[1] + pool[0] * pool[1]) / both, both, above[2] + pool[2])
        pools.append(pool)
    places = [place for place, _, members in pools for _ in range(members)]
    return [place + offset for place, offset in zip(places, offsets, strict=True)]


# --- to the right


def _columns(layers: Layers, rooms: Sequence[_Room], y: Mapping[int, float]) -> list[_Column]:
    """Layers from left to right, further apart where arrows climb much between them."""
    widths = [0.0] * (1 + max(layers.layer, default=-1))
    climbs = [0.0] * len(widths)
    for cell, layer in enumerate(layers.layer):
        widths[layer] = max(widths[layer], rooms[cell].width)
    for left, right in (link for chain in layers.chains for link in pairwise(chain)):
        climbs[layers.layer[right]] = max(climbs[layers.layer[right]], abs(y[right] - y[left]))
    columns: list[_Column] = []
    for width, climb in zip(widths, climbs, strict=True):
        gap = min(GAP + STEEP * climb, GAP_MOST) if columns else 0
        columns.append(_Column(columns[-1].right + gap if columns else 0, width))
    return columns


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Cells as they are drawn."""

    layers: Layers
    rooms: Sequence[_Room]
    y: Mapping[int, float]
    columns: Sequence[_Column]

    def box(self, box: int) -> Rect:
        column, room = self.columns[self.layers.layer[box]], self.rooms[box]
        width = max(room.width, min(column.width, ALIGNED))
        return Rect(column.left + (column.width - width) / 2, self.y[box] - room.below, width, 2 * room.below)

    def label(self, arrow: int, size: Size) -> Rect | None:
        """In the middle of its layer; above the box for a loop."""
        chain = self.layers.chains[arrow]
        if not size.width:
            return None
        if chain[0] == chain[-1]:
            box, room = self.box(chain[0]), self.rooms[chain[0]]
            y = box.y - (room.above - room.below + size.height) / 2
            return Rect(box.right - 2 * LOOP - size.width, y, *size)
        column = self.columns[self.layers.layer[chain[-2]]]
        return Rect(column.left + (column.width - size.width) / 2, self.y[chain[-2]] - size.height / 2, *size)

    def route(self, arrow: int) -> list[Point]:
        chain = self.layers.chains[arrow]
        if chain[0] == chain[-1]:
            return self._loop(self.box(chain[0]))
        back = arrow in self.layers.backward
        passed = [point for cell in chain[1:-1] for point in self._passing(cell)]
        points = [*self._behind(chain[0], back), *passed, *self._before(chain[-1], back)]
        return points[::-1] if back else points

    def _behind(self, box: int, back: bool) -> list[Point]:
        rect, right = self.box(box), self.columns[self.layers.layer[box]].right
        return [Point(rect.right, _port(rect, back)), Point(right + END, _port(rect, back))]

    def _before(self, box: int, back: bool) -> list[Point]:
        rect, left = self.box(box), self.columns[self.layers.layer[box]].left
        return [Point(left - END, _port(rect, back)), Point(rect.x, _port(rect, back))]

    def _passing(self, cell: int) -> list[Point]:
        """Level through a layer, between what stands there; a layer of no width is no reason to bend."""
        column, y = self.columns[self.layers.layer[cell]], self.y[cell]
        return [Point(column.left, y), Point(column.right, y)] if column.width else []

    def _loop(self, box: Rect) -> list[Point]:
        left, right = box.right - 1.75 * LOOP, box.right - 0.75 * LOOP
        return [Point(right, box.y), Point(right, box.y - LOOP), Point(left, box.y - LOOP), Point(left, box.y)]


def _port(box: Rect, back: bool) -> float:
    """Where arrows meet a box: those that point left meet it lower than the others."""
    return box.y + box.height * (0.75 if back else 0.5)
