"""Samples fit their schema."""

from datetime import datetime
from enum import Enum
from typing import Any, Literal
from uuid import UUID

import pytest

from cloudless.dev.page.sample import sample

pydantic = pytest.importorskip("pydantic")


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Line(pydantic.BaseModel):  # type: ignore[name-defined, misc]
    name: str
    count: int = 1


class Tree(pydantic.BaseModel):  # type: ignore[name-defined, misc]
    id: UUID
    when: datetime
    colour: Colour
    kind: Literal["a", "b"]
    lines: list[Line]
    first: Line
    price: float
    parent: "Tree | None"


@pytest.mark.parametrize(
    "kind", [int, str, bool, float, list[int], dict[str, int], int | None, Tree, list[Tree], Any, Colour]
)
def test_a_sample_is_of_its_type(kind: Any) -> None:
    adapter = pydantic.TypeAdapter(kind)
    adapter.validate_json(pydantic.TypeAdapter(Any).dump_json(sample(adapter.json_schema())))


def test_what_refers_to_itself_without_an_end_ends() -> None:
    endless = {
        "$ref": "#/$defs/A",
        "$defs": {"A": {"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#/$defs/A"}}}},
    }
    assert str(sample(endless)).count("a") < 20
