"""The wire format: what bodies may hold, how big they may be, and what strangers may write beside them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any, NotRequired, TypedDict
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from cloudless.codec import BODY_LIMIT, DELAYED_BODY_LIMIT, arguments_codec, check_size, codec_of, dump, load
from cloudless.errors import InvalidArgument, InvalidBody, PayloadTooLarge
from cloudless.number import numeric
from cloudless.outgoing import ATTRIBUTES_BYTES_MAX, check_attributes


class Color(Enum):
    RED = "red"
    BLUE = "blue"


class Point(BaseModel):
    x: float
    label: str | None = None


class Loose(BaseModel):
    rest: dict[str, Any]


@dataclass
class Box:
    width: int
    points: list[Point]


class Line(TypedDict):
    start: int
    end: NotRequired[int]


BERLIN_WINTER = timezone(timedelta(hours=1))
VALUES: list[tuple[Any, Any]] = [
    (None, {"any": [1, 2.5, None, True, "x"]}),
    (object, "text"),
    (Any, [1]),
    (str, "grüße \u2028 \x00 \U0001f600"),
    (int, 2**70),
    (float, 0.1),
    (bool, False),
    (dict, {"a": {"b": []}}),
    (list, [1, "a"]),
    (dict[str, int], {"a": 1}),
    (list[dict[str, str]], [{"a": "b"}]),
    (int | None, None),
    (list[int] | str, [1]),
    (Point, Point(x=1.5)),
    (list[Point], [Point(x=1, label="a")]),
    (dict[str, Point], {"a": Point(x=2)}),
    (Box, Box(3, [Point(x=0)])),
    (Line, {"start": 1}),
    (Line, {"start": 1, "end": 2}),
    (datetime, datetime(2026, 3, 29, 2, 30, tzinfo=BERLIN_WINTER)),
    (date, date(2026, 2, 28)),
    (time, time(23, 59, 59, 999_999)),
    (timedelta, timedelta(days=1, microseconds=1)),
    (Decimal, Decimal("0.10")),
    (UUID, UUID(int=7)),
    (Color, Color.BLUE),
    (Color | int, 3),
    (tuple[int, str], (1, "a")),
    (set[int], {1, 2}),
]


def name_of_case(value: object) -> str:
    return str(getattr(value, "__name__", value))


@pytest.mark.parametrize(("kind", "value"), VALUES, ids=name_of_case)
def test_every_payload_type_survives_the_wire(kind: Any, value: Any) -> None:
    codec = codec_of(kind)
    text = codec.encode(value)
    back = codec.decode(text)
    assert back == value
    assert type(back) is type(value)
    json.loads(text)  # programs that do not know us can read it


MISFITS: list[tuple[Any, Any]] = [
    (str, 1),
    (int, True),
    (int, "1"),
    (float, False),
    (dict[str, int], {"a": "b"}),
    (dict[str, int], {1: 1}),
    (list[int], (1,)),
    (int | None, "x"),
    (Point, {"x": 1}),
    (Point, Box(1, [])),
    (Line, {"start": "no"}),
    (Color, "green"),
    (object, print),
    (None, {1, 2}),
    (object, Decimal(1)),
]


@pytest.mark.parametrize(("kind", "value"), MISFITS, ids=name_of_case)
def test_a_body_of_another_type_is_refused_when_sent(kind: Any, value: Any) -> None:
    with pytest.raises(InvalidBody):
        codec_of(kind).encode(value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (str, "1"),
        (int, "1.5"),
        (dict[str, int], '{"a":"b"}'),
        (Point, "{}"),
        (Point, "{"),
        (Line, '{"end":1}'),
        (Color, '"green"'),
        (None, "{"),
        (None, ""),
        (None, "NaN"),
        (None, "[-Infinity]"),
        (None, "1 2"),
        (None, "1e400"),
        (float, "-1e400"),
        (list[float], "[1" + "0" * 400 + ".5]"),
        (str, '"\\ud800"'),
        (dict, '{"\\udC00\\ud83d": 1} '),
        (str, '"\ud800"'),
        (None, "[" * 100_000),
    ],
    ids=str,
)
def test_a_text_of_another_type_is_refused_when_received(kind: Any, text: str) -> None:
    with pytest.raises(InvalidBody):
        codec_of(kind).decode(text)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("kind", [None, float, dict[str, float], list[float]], ids=str)
def test_what_is_no_json_number_is_refused(kind: Any, number: float) -> None:
    value = {float: number, None: [number], dict[str, float]: {"a": number}}.get(kind, [number])
    with pytest.raises(InvalidBody, match="cannot be written as JSON"):
        codec_of(kind).encode(value)


def test_no_model_writes_nan_as_null() -> None:
    with pytest.raises(InvalidBody):
        codec_of(Point).encode(Point(x=float("nan")))
    with pytest.raises(InvalidBody):
        codec_of(Box).encode(Box(1, [Point(x=float("inf"))]))
    assert codec_of(Point).encode(Point(x=1)) == '{"x":1.0,"label":null}'


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_no_model_writes_nan_as_null_where_its_types_say_nothing(number: float) -> None:
    for rest in ({"a": number}, {"a": [1, {"b": number}]}, {"a": {number}}):
        with pytest.raises(InvalidBody, match="no number"):
            codec_of(Loose).encode(Loose(rest=rest))
    assert codec_of(Loose).encode(Loose(rest={"a": [None, 1.5]})) == '{"rest":{"a":[null,1.5]}}'


@pytest.mark.parametrize("kind", [None, str, Point], ids=str)
def test_a_lone_surrogate_is_refused(kind: Any) -> None:
    text = "a\ud800b"
    with pytest.raises(InvalidBody):
        codec_of(kind).encode(Point(x=1, label=text) if kind is Point else text)


def test_the_two_noncharacters_that_sqs_refuses_travel_escaped() -> None:
    text = codec_of(str).encode("\ufffe\uffff")
    assert text == '"\\ufffe\\uffff"'
    assert codec_of(str).decode(text) == "\ufffe\uffff"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_unicode_scalar_survives(text: str) -> None:
    assert load(dump([text])) == [text]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text("ab\x00ü"),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("xyz"), inner),
    max_leaves=20,
)


@given(JSON)
def test_any_json_value_survives(value: Any) -> None:
    assert load(dump(value)) == value


@pytest.mark.parametrize(("delay_s", "limit"), [(0, BODY_LIMIT), (900, BODY_LIMIT), (901, DELAYED_BODY_LIMIT)])
def test_a_body_of_the_limit_passes_and_one_byte_more_does_not(delay_s: float, limit: int) -> None:
    check_size("x" * limit, delay_s)
    check_size("ü" * (limit // 2), delay_s)
    with pytest.raises(PayloadTooLarge) as caught:
        check_size("ü" * (limit // 2) + "x", delay_s)
    assert (caught.value.size, caught.value.limit) == (limit + 1, limit)


def test_attributes_at_each_limit_pass_and_past_it_do_not() -> None:
    check_attributes({f"name{i}": "v" for i in range(7)})
    check_attributes({"a" * 64: "v" * 256})
    bad: list[dict[str, Any]] = [
        {f"name{i}": "v" for i in range(8)},
        {"a" * 65: "v"},
        {"a": "v" * 257},
        {"a": ""},
        {"a": 1},
        {"a": "line\n"},
        {"a": "\ud800"},
        {"a": "\uffff"},
        {"1a": "v"},
        {"a-b": "v"},
        {"ä": "v"},
        {"GoogName": "v"},
        {"cloudless": "v"},
        {"": "v"},
    ]
    for attributes in bad:
        with pytest.raises(InvalidArgument):
            check_attributes(attributes)


def test_the_largest_attributes_that_the_other_limits_allow_fit_together() -> None:
    largest = {f"{'b' * 63}{i}": "\U0001f600" * 256 for i in range(7)}
    check_attributes(largest)
    assert sum(len(name) + len(value.encode()) for name, value in largest.items()) <= ATTRIBUTES_BYTES_MAX


# --- arguments ---


def test_arguments_are_checked_by_name() -> None:
    codec = arguments_codec({"a": int, "b": str}, frozenset({"a"}))
    assert codec.decode(codec.encode({"a": 1})) == {"a": 1}
    for wrong in ({}, {"a": 1, "c": 2}, {"a": "x"}, {"b": "x"}):
        with pytest.raises(InvalidBody):
            codec.encode(wrong)
    with pytest.raises(InvalidBody, match="arguments by name"):
        codec.decode("[1]")


def test_arguments_of_rich_types_are_checked_too() -> None:
    codec = arguments_codec({"at": datetime, "point": Point}, frozenset({"at"}))
    given = {"at": datetime(2026, 1, 1, tzinfo=BERLIN_WINTER), "point": Point(x=1)}
    assert codec.decode(codec.encode(given)) == given
    for wrong in ({}, {**given, "c": 2}, {"at": "never"}):
        with pytest.raises(InvalidBody):
            codec.encode(wrong)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (float, "3", 3.0),
        (int, "3.0", 3),
        (float | None, "3", 3.0),
        (int | float, "3.0", 3.0),
        (int | float, "3", 3),
        (list[float], "[1,2.5]", [1.0, 2.5]),
        (dict[str, list[int]], '{"a":[1.0]}', {"a": [1]}),
        (list[float] | None, "[1]", [1.0]),
        (object, "1.0", 1.0),
        (dict, '{"a":1.0}', {"a": 1.0}),
        (bool, "true", True),
        (str, '"3"', "3"),
    ],
    ids=str,
)
def test_a_number_that_travelled_in_another_form_is_of_its_type_again(kind: Any, text: str, value: object) -> None:
    found = numeric(codec_of(kind))(text)
    assert repr(found) == repr(value)


@pytest.mark.parametrize(("kind", "text"), [(int, "2.5"), (float, "true"), (bool, "1"), (str, "1"), (int, "null")])
def test_a_number_of_no_form_of_its_type_is_refused(kind: Any, text: str) -> None:
    with pytest.raises(InvalidBody):
        numeric(codec_of(kind))(text)
