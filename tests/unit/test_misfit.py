"""What a body that does not fit is told: a line a problem, without addresses of manuals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, field_validator

from cloudless.codec import arguments_codec, codec_of
from cloudless.errors import InvalidArgument, InvalidBody


class Line(BaseModel):
    sku: str
    count: int


class Order(BaseModel):
    id: str
    lines: list[Line] = []

    @field_validator("id")
    @classmethod
    def _known(cls, id: str) -> str:
        if id == "odd":
            raise ValueError("not even,\nand not at all")
        return {"a": "a", "b": "b"}[id]


@dataclass
class Price:
    cents: int
    rate: Decimal


class Picky:
    """A type whose own code refuses to be read."""

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> Any:
        raise RuntimeError("no schema today")


ARGUMENTS = arguments_codec({"order": str, "amount": Decimal}, frozenset({"order"}))
NUMBER: Any = 3
SEVERAL = """expected Order:
  id: Input should be a valid string, got int 1
  lines.0.count: Input should be a valid integer, unable to parse string as an integer, got str 'x'"""
UNWRITTEN = (
    "this Order cannot be written as JSON: Expected `str` - serialized value may not be as expected "
    "[field_name='id', input_value=3, input_type=int]"
)


def text_of(call: Callable[[], Any]) -> str:
    with pytest.raises(InvalidBody) as caught:
        call()
    return str(caught.value)


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        (Order, '{"id": 1, "lines": [{"sku": "a", "count": "x"}]}', SEVERAL),
        (Order, "{}", "expected Order: id: Field required"),
        (Order, "7", "expected Order: Input should be an object, got int 7"),
        (Order, '{"id', "expected Order: Invalid JSON: EOF while parsing a string at line 1 column 4"),
        (Order, '{"id": "odd"}', "expected Order: id: Value error, not even, and not at all, got str 'odd'"),
        (Order, '{"id": "c"}', "expected Order: KeyError: 'c'"),
        (Price, '{"cents": 1}', "expected Price: rate: Field required"),
        (Decimal, '"much"', "expected Decimal: Input should be a valid decimal, got str 'much'"),
    ],
)
def test_what_is_received_is_told_a_line_a_problem(kind: Any, text: str, told: str) -> None:
    assert text_of(lambda: codec_of(kind).decode(text)) == told


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: codec_of(Price).encode("x"),
            "expected Price: Input should be a dictionary or an instance of Price, got str 'x'",
        ),
        (lambda: codec_of(Order).encode(Order.model_construct(id=NUMBER)), UNWRITTEN),
        (
            lambda: ARGUMENTS.encode({"amount": 1, "curency": 2}),
            "expected arguments:\n  order: Field required\n  curency: Extra inputs are not permitted, got int 2",
        ),
    ],
    ids=["another type", "not as declared", "arguments"],
)
def test_what_is_sent_is_told_a_line_a_problem(call: Callable[[], Any], told: str) -> None:
    assert text_of(call) == told


def test_of_many_problems_ten_are_told() -> None:
    first, *rest = text_of(lambda: codec_of(list[Line]).decode(f"[{','.join('7' * 1_500)}]")).splitlines()
    assert (first, len(rest)) == ("expected list[tests.unit.test_misfit.Line]:", 11)
    assert (rest[9], rest[10]) == ("  9: Input should be an object, got int 7", "  and 1,490 more")


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (Exception, "Exception has no JSON form: Unable to generate pydantic-core schema for <class 'Exception'>. Use"),
        (Picky, "Picky has no JSON form: RuntimeError: no schema today. Use"),
        ({"id": int}, "{'id': <class 'int'>} has no JSON form: KeyError: 'type'. Use"),
    ],
    ids=["foreign", "picky", "no type"],
)
def test_a_type_without_a_json_form_is_told_in_a_sentence(kind: Any, why: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        codec_of(kind)
    assert str(caught.value).startswith(why)
    assert str(caught.value).splitlines() == [str(caught.value)]
