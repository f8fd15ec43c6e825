"""The engine behind expressions, and what Step Functions adds to it.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from providers.aws.tests.stepfunctions.errors import Unspecified
from providers.aws.tests.stepfunctions.jsonata import Jsonata, Nothing, Value

NOW_MS = 1_577_836_800_123


def value_of(engine: Jsonata, text: str, seed: int = 1, **variables: Any) -> Any:
    (result,) = engine.evaluate([text], variables, now_ms=NOW_MS, seed=seed)
    assert isinstance(result, Value), result
    return result.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$partition([1,2,3,4,5], 2)", [[1, 2], [3, 4], [5]]),
        ("$partition([0], 1)", [[0]]),
        ("$partition([0, 1], 10)", [[0, 1]]),
        ("$range(0, 10, 5)", [0, 5, 10]),
        ("$range(0, 9, 3)", [0, 3, 6, 9]),
        ("$range(1, 9, 9)", 1),
        ("$range(3, 1, -1)", [3, 2, 1]),
        ("$hash('a', 'SHA-256')", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
        ("$hash('a', 'MD5')", "0cc175b9c0f1b6a831c399e269772661"),
        ("$parse('{\"a\": [1]}').a", [1]),
        ("$parse('0')", 0),
        ("$parse('\"x\"')", "x"),
        ("$millis()", NOW_MS),
        ("$now()", "2020-01-01T00:00:00.123Z"),
        ("$now('[Y]')", "2020"),
        ("$random(7) = $random(7)", True),
        ("$random() < 1", True),
        ("[1..3][$ > 2]", 3),
        ("7 / 2", 3.5),
        ("6 / 2", 3),
        ("-7 % 3", -1),
        ("$string({'a': [1, null, true]})", '{"a":[1,null,true]}'),
        ("$string(1.1 + 2.2)", "3.3"),
        ("$base64encode('hi')", "aGk="),
        ("$lookup({'a b': 3}, 'a b')", 3),
        ("$append([], [[1]])", [[1]]),
        ("$keys({'a': 1})", "a"),
        ("$exists($lookup({'a': null}, 'a'))", True),
    ],
)
def test_what_an_expression_is(text: str, value: Any, engine: Jsonata) -> None:
    assert value_of(engine, text) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("$nope", "returned nothing"),
        ("$keys({})", "returned nothing"),
        ("$partition([], 2)", "returned nothing"),
        ("$parse('x')", "$parse"),
        ("$hash('a', 'SHA-3')", "SHA-3"),
        ("$partition([1], 0)", "positive"),
        ("$range(0, 1, 0)", "$range"),
        ("$eval('1')", "$eval is not supported"),
        ("1 + 'a'", "T2002"),
        ("$error('no')", "D3137: no"),
        ("function($x){$x}", "unsupported"),
        ("[function($x){$x}]", "unsupported"),
        ("/a/", "unsupported"),
    ],
)
def test_why_an_expression_is_nothing(text: str, why: str, engine: Jsonata) -> None:
    (result,) = engine.evaluate([text], {}, now_ms=NOW_MS, seed=1)
    assert isinstance(result, Nothing), result
    assert why in result.why


@pytest.mark.parametrize("text", ["1 / 0", "-1 / 0", "[1, {'a': 1 / 0}]"])
def test_numbers_that_json_does_not_have_are_left_open(text: str, engine: Jsonata) -> None:
    with pytest.raises(Unspecified, match="Infinity"):
        engine.evaluate([text], {}, now_ms=NOW_MS, seed=1)


def test_uuids_are_of_version_4_and_differ(engine: Jsonata) -> None:
    first, second = value_of(engine, "[$uuid(), $uuid()]")
    assert first != second
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", first)


def test_chance_depends_on_the_seed_only(engine: Jsonata) -> None:
    assert value_of(engine, "$random()", 5) == value_of(engine, "$random()", 5) != value_of(engine, "$random()", 6)


def test_several_expressions_see_the_same_variables(engine: Jsonata) -> None:
    results = engine.evaluate(["$x", "($x := 2; $x)", "$x"], {"x": 1}, now_ms=NOW_MS, seed=1)
    assert results == [Value(1), Value(2), Value(1)]


def test_a_variable_is_passed_as_it_is(engine: Jsonata) -> None:
    value = {"l": [], "n": None, "s": "ü\u2028😀", "m": [[1], [[2]]]}
    assert value_of(engine, "$v", v=value) == value


def test_what_an_expression_reads_is_known(engine: Jsonata) -> None:
    parsed = engine.parse("$sum($order.items.price) + $states.result.v + $states.context.X")
    assert parsed.names >= {"sum", "order", "states"}
    assert parsed.states == {"result", "context"}
    assert parsed.problems == ()
