"""Bodies: a decoder gives a value that can be sent again, or refuses the text; nothing else comes out of it."""

# JSON values of any shape:
# pyright: basic

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, TypedDict
from uuid import UUID

import pytest
from hypothesis import given
from pydantic import BaseModel, Field

from cloudless.codec import AS_IT_IS, arguments_codec, codec_of, dump, is_builtin, load
from cloudless.errors import InvalidBody
from cloudless.number import numeric
from tests.hostile.effort import hostile
from tests.hostile.text import texts

pytestmark = pytest.mark.fuzz


class Color(Enum):
    RED = "red"


class Line(BaseModel):
    sku: str
    count: Annotated[int, Field(ge=0)]
    price: float = 0


class Order(BaseModel):
    id: UUID
    placed: datetime
    lines: list[Line]
    total: Decimal
    color: Color | None = None
    rest: dict[str, Any] = {}


@dataclass
class Box:
    width: float
    kind: Literal["a", "b"] = "a"
    took: timedelta = timedelta(0)


class Place(TypedDict):
    x: int
    names: list[str]


ORDER = {
    "id": "5f3b7b9e-5a53-4a9f-8a7e-0d7c3b1c2d4e", "placed": "2026-01-02T12:00:00+01:00",
    "lines": [{"sku": "a", "count": 1, "price": 2.5}], "total": "12.50", "color": "red", "rest": {"a": [1, 2.0]},
}  # fmt: skip
SEEDS: dict[Any, Any] = {
    object: ORDER,
    dict: ORDER,
    list: [1, "a"],
    str: "text",
    int: 7,
    float: 2.5,
    bool: True,
    dict[str, int]: {"a": 1, "b": 2},
    list[dict[str, list[float]]]: [{"a": [1, 2.5]}],
    int | None: 7,
    Order: ORDER,
    list[Order]: [ORDER],
    Box: {"width": 1.5, "kind": "b", "took": "PT1S"},
    Place: {"x": 1, "names": ["a"]},
    datetime: "2026-01-02T12:00:00+01:00",
    Decimal: "1.5",
    Color | int: "red",
}


HAS_INFINITY = re.compile(r"\b(inf|nan)\b")


def decoded(decode: Callable[[str], Any], text: str) -> list[Any]:
    """The value, if there is one; the error says what is wrong in a few lines, whatever the text was."""
    try:
        return [decode(text)]
    except InvalidBody as problem:
        told = len(str(problem))
    assert told < 4_096
    return []


def sent(encode: Callable[[Any], str], value: Any) -> list[str]:
    """The text; none where the value is nested deeper than Python walks, since 3.12 less deep than it reads."""
    try:
        return [encode(value)]
    except InvalidBody as problem:
        if not isinstance(problem.__cause__, RecursionError):
            raise
        return []


@pytest.mark.parametrize("kind", SEEDS, ids=str)
def test_what_a_decoder_takes_can_be_sent_again_and_the_rest_is_refused(kind: Any) -> None:
    """Where pydantic decides, a float may be an infinity, unless its type says that it may not (`FiniteFloat`)."""
    codec = codec_of(kind)

    @hostile
    @given(texts(SEEDS[kind]))
    def check(text: str) -> None:
        for value in decoded(codec.decode, text):
            if is_builtin(kind) or not HAS_INFINITY.search(repr(value)):
                for again in sent(codec.encode, value):
                    assert codec.decode(again) == value
                    again.encode()

    check()


@pytest.mark.parametrize("kind", [object, int, float, list[float], dict[str, int], float | None], ids=str)
def test_numbers_that_travelled_are_read_or_refused(kind: Any) -> None:
    codec = codec_of(kind)

    @hostile
    @given(texts(SEEDS.get(kind, [1, 2.0])))
    def check(text: str) -> None:
        for value in decoded(numeric(codec), text):
            codec.encode(value)

    check()


@pytest.mark.parametrize("fields", [{"n": int, "names": list[str]}, {"order": Order, "at": datetime}], ids=str)
def test_arguments_are_read_or_refused(fields: dict[str, Any]) -> None:
    codec = arguments_codec(fields, frozenset(list(fields)[:1]))
    seed = {"n": 1, "names": ["a"]} if "n" in fields else {"order": ORDER, "at": ORDER["placed"]}

    @hostile
    @given(texts(seed))
    def check(text: str) -> None:
        for value in decoded(codec.decode, text):
            if not HAS_INFINITY.search(repr(value)):
                codec.encode(value)

    check()


@hostile
@given(texts(ORDER, [1, 2], "text", 7))
def test_a_dead_letter_can_always_be_looked_at(text: str) -> None:
    AS_IT_IS.decode(text)


@hostile
@given(texts(ORDER))
def test_json_that_was_read_is_json_that_can_be_written(text: str) -> None:
    for value in decoded(load, text):
        assert load(dump(value)) == value
