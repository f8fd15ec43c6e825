"""Nodes behave as frozen dataclasses do, and are taken for them."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import pytest
from pydantic import TypeAdapter

from cloudless.node import field, fields, is_node, node, replace


@node(order=True)
class Point:
    """A point."""

    x: int
    y: int = 0

    def sum(self) -> int:
        return self.x + self.y


@node(kw_only=True)
class Shape:
    name: str
    points: tuple[Point, ...] = ()
    notes: dict[str, int] = field(default_factory=dict[str, int])
    cache: object = field(default=None, compare=False)


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Same:
    x: int
    y: int = 0


def test_they_are_equal_ordered_and_hashed_by_what_they_hold() -> None:
    assert Point(1) == Point(1, 0) != Point(1, 1)
    others: list[object] = [(1, 0), Same(1)]
    assert Point(1) not in others
    assert sorted([Point(2), Point(1, 5), Point(1)]) == [Point(1), Point(1, 5), Point(2)]
    assert len({Point(1), Point(1), Point(2)}) == 2
    assert Shape(name="a", cache=1) == Shape(name="a", cache=2)
    assert repr(Point(1, y=2)) == "Point(x=1, y=2)"
    assert Point(1, 2).sum() == 3
    assert Point.__doc__ == "A point."


def test_each_has_defaults_of_its_own() -> None:
    first, second = Shape(name="a"), Shape(name="a")
    assert first.notes == {}
    assert first.notes is not second.notes


def test_they_cannot_be_changed_but_replaced() -> None:
    point: Any = Point(1)
    with pytest.raises(AttributeError, match="make another with replace"):
        point.x = 2
    with pytest.raises(AttributeError):
        point.z = 2
    with pytest.raises(AttributeError):
        del point.x
    assert replace(Point(1, 2), y=3) == dataclasses.replace(point, y=3) == Point(1, 3)
    with pytest.raises(TypeError, match="has no z"):
        replace(point, z=1)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Point(*()), r"Point\(\) needs x"),  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        (lambda: Point(1, 2, 3), "takes 2 positional arguments, 3 were given"),  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        (lambda: Point(1, x=2), "has no x"),  # type: ignore[misc]  # pyright: ignore[reportCallIssue]
        (lambda: Point(x=1, z=2), "has no z"),  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
        (lambda: Shape("a"), "takes 0 positional arguments"),  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    ],
)
def test_what_does_not_fit_is_refused(make: Any, text: str) -> None:
    with pytest.raises(TypeError, match=text):
        make()


def test_they_are_copied_and_pickled() -> None:
    shape = Shape(name="a", points=(Point(1),))
    assert copy.copy(shape) == copy.deepcopy(shape) == shape
    assert pickle.loads(pickle.dumps(Point(1, 2))) == Point(1, 2)


def test_tools_for_dataclasses_take_them_for_some() -> None:
    shape: Any = Shape(name="a", points=(Point(1),))
    assert [one.name for one in dataclasses.fields(shape)] == [one.name for one in fields(Shape)]
    assert dataclasses.asdict(shape)["points"] == ({"x": 1, "y": 0},)
    schema = TypeAdapter(Shape).json_schema()
    assert (schema["required"], sorted(schema["properties"])) == (["name"], ["cache", "name", "notes", "points"])
    assert (is_node(Point), is_node(Point(1)), is_node(Same), is_node("text"), is_node(list[int])) == (
        True, True, False, False, False,
    )  # fmt: skip
