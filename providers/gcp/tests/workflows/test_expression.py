"""Expressions: what is written for each node, and never more than the table of the core says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cloudless.ir import expression as e
from cloudless.ir.type import BOOL, FLOAT, INT, LIST, TEXT, Type
from cloudless.passes.expression_types import Types
from cloudless.passes.tree import EXPRESSIONS
from cloudless_gcp.compile.workflows.capability import WORKFLOWS
from cloudless_gcp.compile.workflows.code import LENGTH_MAX
from cloudless_gcp.compile.workflows.expression import PRINTERS, Expressions
from cloudless_gcp.compile.workflows.template import CONTAINERS, Unwritable, assignments, template, written
from cloudless_gcp.compile.workflows.variable import LENGTH_MAX as NAME_MAX
from cloudless_gcp.compile.workflows.variable import Names, Variables

A, B = e.Var("a"), e.Var("b")
STRING, WHOLE, FRACTION = Type(TEXT), Type(INT), Type(FLOAT)


class Known(Types):
    """Types of variables that nobody declared: texts, but for `xs`, a list."""

    def __init__(self) -> None:
        self._present = ()

    def of(self, expression: e.Expression) -> Type:
        is_list = type(expression) is e.Var and expression.name == "xs"
        return Type(LIST, STRING) if is_list else STRING


def expressions(**settings: Any) -> Expressions:
    return Expressions(Variables(Names()), Known(), settings, lambda: "equal")


def said(one: e.Expression) -> str:
    return expressions().of(one).text


def whole(value: int) -> e.Const:
    return e.Const(value, WHOLE)


def text(value: str) -> e.Const:
    return e.Const(value, STRING)


WRITTEN: dict[str, e.Expression] = {
    "a + b": e.Arithmetic("+", A, B, "int"),
    "(a + b) * a": e.Arithmetic("*", e.Arithmetic("+", A, B, "int"), A, "int"),
    "a - (a - b)": e.Arithmetic("-", A, e.Arithmetic("-", A, B, "int"), "int"),
    "math.floor(a / b)": e.Arithmetic("//", A, B, "int"),
    "a - (b * math.floor(a / b))": e.Arithmetic("%", A, B, "int"),
    "0 - a": e.Unary("neg", A, "int"),
    "math.abs(a)": e.Unary("abs", A, "int"),
    "if(a < 0, 0 - math.floor(0 - a), math.floor(a))": e.Unary("int", A, "float"),
    "a": e.Unary("float", A, "int"),
    "a == b": e.Equal(A, B),
    "equal(xs, xs)": e.Equal(e.Var("xs"), e.Var("xs")),
    "a == null": e.IsNone(A),
    "not (a == b)": e.Not(e.Equal(A, B)),
    '(a == "x") and (not b)': e.And(e.Equal(A, text("x")), e.Not(B)),
    "a or b": e.Or(A, B),
    "if(a, 1, b)": e.Choose(A, whole(1), B),
    "a.total": e.Field(A, "total"),
    'a["two words"]': e.Field(A, "two words"),
    'a["in"]': e.Field(A, "in"),
    "a[b + 1]": e.Index(A, e.Arithmetic("+", B, whole(1), "int")),
    "a[b]": e.Key(A, B),
    "b in a": e.HasKey(A, B),
    "a in b": e.In(A, B),
    "len(a)": e.Length(A, "str"),
    'a + "-" + b': e.Text((A, text("-"), B)),
    "string(a)": e.ToText(A, "int"),
    'if(a, "True", "False")': e.ToText(A, "bool"),
    '"None"': e.ToText(A, "none"),
    "list.concat(a, b)": e.Concat(A, e.List((B,), STRING)),
    "map.merge(a, b)": e.Merge(A, B),
    "text.to_upper(a)": e.TextCall("upper", (A,)),
    'len(text.split(a, "x")) > 1': e.Contains(A, text("x")),
    '(b == "") or (len(text.split(a, if(b == "", "-", b))) > 1)': e.Contains(A, B),
    "a.data.reason": e.ErrorData(A, "reason"),
    '"reason" in a.data': e.ErrorHas(A, "reason"),
    "a.message": e.ErrorPart(A, "message"),
    '("A" in a.mro) or ("B" in a.mro)': e.ErrorIs(A, ("A", "B")),
    "true": e.Const(True, Type(BOOL)),
    "1.5": e.Const(1.5, FRACTION),
    "1.0": e.Const(1, FRACTION),
    "0.0": e.Const(-0.0, FRACTION),
}  # fmt: skip


@pytest.mark.parametrize("expected", WRITTEN)
def test_an_expression_is_written(expected: str) -> None:
    assert said(WRITTEN[expected]) == expected


def test_every_node_is_written_or_lowered() -> None:
    gone = {kind for kind, rule in WORKFLOWS.rules.items() if rule == "lowered" and ":" not in kind}
    assert {*PRINTERS, *CONTAINERS, *(one for one in EXPRESSIONS if one.__name__ in gone)} == EXPRESSIONS


@pytest.mark.parametrize("value", ['"', "\\", "\n", "{", "}", "é", "x" * 33, -1, 1e300, -0.5, 1e-9])
def test_a_constant_that_is_no_literal_is_a_variable(value: Any) -> None:
    made = expressions()
    kind = STRING if isinstance(value, str) else FRACTION if isinstance(value, float) else WHOLE
    first, again = made.of(e.Const(value, kind)), made.of(e.Const(value, kind))
    assert first == again
    assert made.variables.constants == [(first.text, value)]


def test_a_text_in_which_an_expression_seems_to_begin_is_put_together() -> None:
    made = expressions()
    code = made.of(text("a ${b} ${c}"))
    assert code.text == '"a $" + text_2 + text_3'
    assert made.variables.constants == [("text_2", "{b} $"), ("text_3", "{c}")]
    assert template(made, text("${x}")) == '${"$" + text_4}'


def test_a_key_that_would_be_evaluated_is_assigned() -> None:
    made = expressions()
    value = template(made, e.Const({"k": 1, "${x}": [2]}, Type("json")))
    assert value == "${data}"
    assert made.variables.constants == [("text_2", "{x}"), ("data", {"k": 1}), ('data["$" + text_2]', [2])]


def test_containers_are_json_around_expressions() -> None:
    one = e.Record("Order", (e.Entry("lines", e.List((A, whole(1)), STRING)), e.Entry("of", e.Field(B, "x"))))
    assert template(expressions(), one) == {"lines": ["${a}", 1], "of": "${b.x}"}
    error = e.NewError("Declined", ("Declined", "Exception"), A, (e.Entry("code", whole(3)),))
    assert template(expressions(), error) == {
        "type": "Declined", "mro": ["Declined", "Exception"], "message": "${a}", "data": {"code": 3},
    }  # fmt: skip


def test_of_two_equal_keys_the_later_one_counts_and_computed_ones_are_assigned_in_order() -> None:
    plain = e.Dict((e.Pair(text("k"), whole(1)), e.Pair(text("k"), whole(2))))
    assert template(expressions(), plain) == {"k": 2}
    computed = e.Dict((e.Pair(A, whole(1)), e.Pair(text("k"), B)))
    assert list(assignments(expressions(), "d", computed)) == [{"d": {}}, {"d[a]": 1}, {'d["k"]': "${b}"}]


def test_a_setting_has_the_value_of_the_stage() -> None:
    made = expressions(limit=7)
    assert made.of(e.Setting("limit", WHOLE)).text == "7"
    assert template(made, e.Setting("limit", WHOLE)) == 7


def test_what_is_too_long_is_not_written() -> None:
    code = expressions().of(e.Text(tuple(e.Var(f"name_{number}") for number in range(60))))
    with pytest.raises(Unwritable, match=f"Workflows takes {LENGTH_MAX}"):
        written(code)


def _longest() -> Iterator[e.Expression]:
    """Nodes whose operands are as long as they may be."""
    one, other = e.Var("a" * NAME_MAX), e.Var("b" * NAME_MAX)
    for sign in ("+", "-", "*", "/", "//", "%"):
        yield e.Arithmetic(sign, one, other, "int")
    for op in ("neg", "abs", "int", "float"):
        yield e.Unary(op, one, "float")
    for name in ("startswith", "endswith"):
        yield e.TextCall(name, (one, other))
    for kind in (e.Equal, e.And, e.Or, e.HasKey, e.In, e.Index, e.Key, e.Merge, e.Contains):
        yield kind(one, other)
    yield from (e.IsNone(one), e.Not(one), e.Length(one, "list"), e.ToText(one, "bool"), e.ToText(one, "int"))
    yield from (e.ErrorIs(one, ("C" * 30, "D" * 30)), e.ErrorHas(one, "k"), e.ErrorData(one, "k k"))
    yield from (e.Text((one, other)), e.Choose(one, other, other), e.Concat(one, e.List((other,), STRING)))


@pytest.mark.parametrize("one", tuple(_longest()), ids=lambda one: f"{type(one).__name__} {getattr(one, 'op', '')}")
def test_nothing_is_longer_than_the_table_says(one: e.Expression) -> None:
    assert len(said(one)) <= WORKFLOWS.weight(one)
