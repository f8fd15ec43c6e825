"""Boxes, labels and arrows of a picture: apart, from left to right, and the same every time."""

import random
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

import pytest

from cloudless.cli.drawing.layers import Arrow
from cloudless.cli.drawing.layout import Layout, Point, Rect, Size, laid_out

NONE = Size(0, 0)
TOUCHING = 0.01


def drawn(boxes: int, arrows: list[Arrow]) -> Layout:
    return laid_out([Size(100, 40)] * boxes, arrows, [NONE] * len(arrows))


def anything(seed: int) -> tuple[list[Size], list[Arrow], list[Size]]:
    """Up to 25 boxes, with circles, arrows to themselves and several arrows between the same two."""
    chance = random.Random(seed)
    number = chance.randint(1, 25)
    boxes = [Size(chance.randint(60, 300), 46) for _ in range(number)]
    arrows = [(chance.randrange(number), chance.randrange(number)) for _ in range(chance.randint(0, 2 * number))]
    arrows = [one for at, one in enumerate(arrows) if one[0] != one[1] or one not in arrows[:at]]
    labels = [chance.choice([NONE, Size(chance.randint(20, 200), chance.choice([20, 34, 48]))]) for _ in arrows]
    return boxes, arrows, labels


@pytest.mark.parametrize("seed", range(30))
def test_nothing_lies_on_anything_else(seed: int) -> None:
    layout = laid_out(*anything(seed))
    things = [*layout.boxes, *(label for label in layout.labels if label)]
    assert not [pair for pair in combinations(things, 2) if pair[0].overlaps(pair[1])]
    assert min(one.y for one in things) >= -TOUCHING
    assert max(one.bottom for one in things) <= layout.size.height
    assert min(one.x for one in things) >= 0
    assert max(one.right for one in things) <= layout.size.width


@pytest.mark.parametrize("seed", range(30))
def test_no_line_goes_through_a_box_or_the_label_of_another(seed: int) -> None:
    _, arrows, _ = given = anything(seed)
    layout = laid_out(*given)
    for at, route in enumerate(layout.routes):
        others = [label for number, label in enumerate(layout.labels) if label and number != at]
        points = list(traced(route, loops=arrows[at][0] == arrows[at][1]))
        room = around(points)
        near = [one for one in (*layout.boxes, *others) if one.overlaps(room)]
        assert not [(at, point) for point in points for one in near if inside(point, one)]


def around(points: Sequence[Point]) -> Rect:
    """The smallest rectangle that has all of them."""
    left, top = min(one.x for one in points), min(one.y for one in points)
    return Rect(left, top, max(one.x for one in points) - left, max(one.y for one in points) - top)


def inside(point: Point, rect: Rect) -> bool:
    """Whether a point is in it, not just at its border."""
    across = rect.x + TOUCHING < point.x < rect.right - TOUCHING
    return across and rect.y + TOUCHING < point.y < rect.bottom - TOUCHING


def traced(route: Sequence[Point], *, loops: bool) -> Iterator[Point]:
    """Points along a route, as the docstring of Layout says that it is drawn."""
    if loops:
        yield from bent(route[0], route[1], route[2], route[3])
        return
    for at, (start, end) in enumerate(pairwise(route)):
        middle = (start.x + end.x) / 2
        first, second = (Point(middle, start.y), Point(middle, end.y)) if at % 2 else (start, end)
        yield from bent(start, first, second, end)


def bent(start: Point, first: Point, second: Point, end: Point) -> Iterator[Point]:
    """Points along a Bézier curve."""
    for part in range(41):
        t = part / 40
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        both = list(zip(weights, (start, first, second, end), strict=True))
        yield Point(sum(weight * one.x for weight, one in both), sum(weight * one.y for weight, one in both))


@pytest.mark.parametrize("seed", range(30))
def test_level_lines_are_level_and_arrows_end_at_their_boxes(seed: int) -> None:
    _, arrows, _ = given = anything(seed)
    layout = laid_out(*given)
    for (source, target), route in zip(arrows, layout.routes, strict=True):
        if source != target:
            assert all(start.y == end.y for start, end in zip(route[::2], route[1::2], strict=True))
            assert route[0].x in (layout.boxes[source].x, layout.boxes[source].right)
            assert route[-1].x in (layout.boxes[target].x, layout.boxes[target].right)


def test_arrows_point_right_where_there_is_no_circle() -> None:
    arrows = [(source, target) for source, target in anything(3)[1] if source < target]
    boxes = drawn(25, arrows).boxes
    assert arrows
    assert all(boxes[source].right < boxes[target].x for source, target in arrows)


def test_a_circle_has_one_arrow_that_points_left_into_where_it_is_fed() -> None:
    boxes = drawn(4, [(0, 2), (1, 2), (2, 3), (3, 1)]).boxes
    assert boxes[0].right < boxes[2].x < boxes[3].x < boxes[1].x


def test_a_chain_is_a_straight_line() -> None:
    layout = drawn(4, [(0, 1), (1, 2), (2, 3)])
    assert {point.y for route in layout.routes for point in route} == {20}


def test_arrows_do_not_cross_where_they_need_not() -> None:
    boxes = drawn(6, [(0, 5), (1, 4), (2, 3)]).boxes
    above = sorted(range(3), key=lambda box: boxes[box].y)
    assert [5 - box for box in above] == sorted(range(3, 6), key=lambda box: boxes[box].y)


def test_what_feeds_a_late_box_stands_close_to_it() -> None:
    boxes = drawn(4, [(0, 1), (1, 2), (3, 2)]).boxes
    assert boxes[3].x == boxes[1].x


def test_boxes_without_arrows_stand_in_rows_below() -> None:
    boxes = drawn(8, [(0, 1)]).boxes
    assert [round(one.y) for one in boxes] == [0, 0, 72, 72, 72, 72, 136, 136]


def test_the_picture_is_the_same_every_time() -> None:
    assert laid_out(*anything(7)) == laid_out(*anything(7))
