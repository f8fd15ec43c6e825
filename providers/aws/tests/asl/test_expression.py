"""Expressions: what npm's JSONata makes of each is what the engine makes of it, value by value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from cloudless.codec import is_list, is_object
from cloudless.engine.expression import compiled
from cloudless.ir.expression import (
    And,
    Arithmetic,
    Choose,
    Compare,
    Concat,
    Const,
    Contains,
    Dict,
    Entry,
    Equal,
    ErrorData,
    ErrorHas,
    ErrorIs,
    ErrorPart,
    Expression,
    Field,
    Fold,
    HasKey,
    In,
    Index,
    IsNone,
    Key,
    Length,
    List,
    Map,
    Merge,
    NewError,
    Not,
    Or,
    Pair,
    Record,
    Setting,
    Text,
    TextCall,
    ToText,
    Unary,
    Var,
)
from cloudless.ir.serial import to_plain
from cloudless.ir.type import BOOL, FLOAT, INT, JSON, LIST, NONE, OPTIONAL, TEXT, Type
from cloudless.passes.tree import EXPRESSIONS, nodes
from cloudless_aws.compile.asl.expression import PRINTERS, Expressions
from cloudless_aws.compile.asl.template import template
from cloudless_aws.compile.asl.variable import Names, Variables
from providers.aws.tests.stepfunctions import Jsonata
from providers.aws.tests.stepfunctions.jsonata import Value

Bound = Mapping[str, Any]

TEXTS = Type(TEXT)
INTS = Type(INT)
LISTS = Type(LIST, INTS)
ANY = Type(JSON)
TRUE, FALSE = Const(True, Type(BOOL)), Const(False, Type(BOOL))
NULL = Const(None, Type(NONE))
X, Y = Var("x"), Var("y")
DECLINED = {"type": "Declined", "mro": ["Declined", "Failure", "Exception"], "message": "no", "data": {"code": None}}
STRANGE = [
    "",
    "a",
    "'",
    '"',
    "\\",
    "\n",
    "{% 1 %}",
    "%}",
    "${a}",
    "🎉",
    "é",
    "\u2028",
    "a~!b",
    "~",
    "!",
    "\x01",
    "$x",
    "/",
]


def text(value: str) -> Const:
    return Const(value, TEXTS)


def number(value: float) -> Const:
    return Const(value, Type(FLOAT if isinstance(value, float) else INT))


def arithmetic(sign: str, kind: str = INT) -> Arithmetic:
    return Arithmetic(sign, X, Y, kind)


def called(name: str, *arguments: Expression) -> TextCall:
    return TextCall(name, arguments)


class Case(NamedTuple):
    """An expression, and the variables that it is evaluated with, one after the other."""

    one: Expression
    worlds: list[Bound]


def of(*values: Any) -> list[Bound]:
    """X alone."""
    return [{"x": value} for value in values]


def pairs(*values: tuple[Any, Any]) -> list[Bound]:
    """X and y."""
    return [{"x": one, "y": other} for one, other in values]


NUMBERS = pairs(
    (7, 2), (-7, 2), (7, -2), (-7, -2), (6, 3), (0, 5), (2**53 - 1, 3), (1 - 2**53, 7), (1 - 2**53, 3), (5, 1 - 2**53)
)
BOOLS = pairs((True, True), (True, False), (False, True), (False, False))
LISTS_OF: tuple[Any, ...] = ([], [1], [1, 2], [[]], [[1]], [[1], []], [[1, 2], [3]], [None], [{"a": []}], ["a"])
STARTS = pairs(
    ("abc", "ab"), ("abc", ""), ("", ""), ("", "a"), ("aaa", "aa"), ("ab", "b"), ("🎉b", "🎉"), ("b🎉", "🎉"),
    ("a~", "~"), ("a!", "!"), ("!~", "~"), ("~!", "!"), ("xbx", "b"), ("~.", "."),
)  # fmt: skip


CASES: dict[str, Case] = {
    "const": Case(List(tuple(map(text, STRANGE)), TEXTS), [{}]),
    "const data": Case(Const({"a b": [1, [2.5, []], {"": None}], "k": {}}, ANY), [{}]),
    "const numbers": Case(Const([1, -1, 0.1, 1e21, -0.0, 2**53 - 1, 1.0], ANY), [{}]),
    "var": Case(X, of(None, 0, "", [], {}, *LISTS_OF)),
    "field": Case(Field(X, "a b"), of({"a b": 1}, {"a b": None}, {"a b": []}, {"a b": [1]}, {"a b": [[1]]})),
    "plain field": Case(Field(Field(X, "in"), "key"), of({"in": {"key": [7]}}, {"in": {"key": []}})),
    "index": Case(Index(X, Y), [{"x": one, "y": 0} for one in LISTS_OF if one]),
    "index of an index": Case(Index(Index(X, Y), Y), pairs(([[1, 2], [3]], 0), ([[1], [2, [3]]], 1))),
    "computed index": Case(Index(X, Arithmetic("-", Length(X, "list"), number(1), INT)), of([1], [1, 2], [[1], [2]])),
    "index of a display": Case(Index(List((X, Y), LISTS), Length(List((), INTS), "list")), pairs(([1], [2]))),
    "key": Case(Key(X, Y), pairs(({"a": None}, "a"), ({"a.b": [1]}, "a.b"), ({"": 1}, ""), ({"$": [[1]]}, "$"))),
    "record": Case(Record("R", (Entry("a", X), Entry("b c", List((X,), ANY)))), of(*LISTS_OF, None)),
    "dict": Case(Dict((Pair(text("a"), X), Pair(text("a"), Y))), pairs((1, 2))),
    "computed dict": Case(Dict((Pair(X, number(1)), Pair(Y, number(2)))), pairs(("a", "b"), ("a", "a"))),
    "list of lists": Case(List((X, Y), LISTS), pairs(([], [1]), ([1, 2], []), ([], []))),
    "list of anything": Case(List((X, number(1), X), ANY), of(*LISTS_OF, None, 1, {"a": [1]})),
    "list of constants": Case(List((Const([1], LISTS), X, Const([], LISTS), Const([[]], LISTS)), LISTS), of([], [1])),
    "anything constant": Case(List((Const([1], ANY), X, Const([], ANY), number(1), NULL), ANY), of([], [1], 2)),
    "list of choices": Case(List((Choose(Equal(X, Const([1], LISTS)), X, Const([], LISTS)),), LISTS), of([], [1])),
    "list of optional lists": Case(List((X,), Type(OPTIONAL, LISTS)), of(None, [], [1], [[1]])),
    "list of displays": Case(List((List((X,), INTS), List((), INTS)), LISTS), of(1)),
    "merge": Case(Merge(X, Y), pairs(({}, {}), ({"a": 1}, {"a": None, "b": [1]}), ({"a": 1}, {}))),
    "concat": Case(Concat(X, Y), [{"x": one, "y": other} for one in LISTS_OF for other in LISTS_OF[:4]]),
    "append": Case(Concat(X, List((Y,), LISTS)), pairs(([], []), ([], [1]), ([[1]], [2, 3]))),
    "+": Case(arithmetic("+"), NUMBERS[:6]),
    "-": Case(Arithmetic("-", X, Arithmetic("-", X, Y, INT), INT), NUMBERS[:6]),
    "*": Case(Arithmetic("*", X, Arithmetic("+", X, Y, INT), INT), NUMBERS[:6]),
    "/": Case(arithmetic("/", FLOAT), NUMBERS),
    "//": Case(arithmetic("//"), NUMBERS),
    "%": Case(arithmetic("%"), NUMBERS),
    "% of more": Case(
        Arithmetic("%", Arithmetic("*", X, Y, INT), Arithmetic("+", Y, number(5), INT), INT), NUMBERS[:6]
    ),
    "neg": Case(Unary("neg", X, INT), of(1, 0, -1)),
    "abs": Case(Unary("abs", X, INT), of(1, 0, -1)),
    "int": Case(Unary("int", Arithmetic("*", X, number(1.0), FLOAT), FLOAT), of(1.5, -1.5, 0.5, -0.5, 2.0)),
    "float": Case(Unary("float", X, INT), of(1, 0)),
    "compare": Case(And(Compare("<", X, Y), Compare("<=", X, Y)), pairs((1, 2), (2, 2), (3, 2))),
    "compare more": Case(Or(Compare(">", X, Y), Compare(">=", X, Y)), pairs((1, 2), (2, 2), (3, 2))),
    "equal": Case(
        Equal(X, Y),
        pairs(
            (1, 1.0),
            ("a", "b"),
            ([1, [2]], [1, [2]]),
            ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
            (None, None),
            (None, []),
            ([], []),
            (True, False),
        ),
    ),
    "is none": Case(IsNone(X), of(None, 0, "", [], False)),
    "not": Case(Not(X), of(True, False)),
    "and": Case(And(X, Or(Y, Not(X))), BOOLS),
    "or": Case(Or(And(X, Y), And(Not(X), Not(Y))), BOOLS),
    "lazy": Case(And(HasKey(X, text("a")), Equal(Key(X, text("a")), number(1))), of({}, {"a": 1})),
    "choose": Case(Choose(IsNone(X), List((), INTS), List((X,), INTS)), of(None, 1)),
    "nested choose": Case(Choose(Choose(X, Y, X), Choose(Y, text("a"), text("b")), text("c")), BOOLS),
    "text": Case(Text((text("a"), X, text("c"))), of(*STRANGE)),
    "no text": Case(Text(()), [{}]),
    "to text": Case(ToText(X, "int"), of(0, -7, 10**15 - 1)),
    "bool to text": Case(ToText(X, "bool"), of(True, False)),
    "none to text": Case(ToText(X, "none"), of(None)),
    "length of text": Case(Length(X, "str"), of(*STRANGE, "👩‍👩‍👧", "abc")),
    "length of list": Case(Length(X, "list"), of(*LISTS_OF)),
    "length of dict": Case(Length(X, "dict"), of({}, {"a": 1}, {"a": [], "b": 2})),
    "in": Case(In(X, Y), pairs((1, []), (1, [1]), (1, [2, 1.0]), ("a", ["b"]), (None, [None]), (None, []), (1, ["1"]))),
    "has key": Case(HasKey(X, Y), pairs(({}, "a"), ({"a": None}, "a"), ({"": 1}, ""), ({"a": 1}, "A"))),
    "contains": Case(Contains(X, Y), [{"x": "a/b'c\n🎉", "y": one} for one in ("", "/", "'", "\n", "🎉", "b'c", "x")]),
    "map": Case(Map("i", X, None, Arithmetic("*", Var("i"), number(2), INT)), of([], [1], [1, 2])),
    "map to lists": Case(Map("i", X, None, List((Var("i"),), INTS)), of([], [1], [1, 2])),
    "map of lists": Case(Map("i", X, None, Var("i")), of(*LISTS_OF)),
    "filter": Case(
        Map("i", X, Not(Equal(Var("i"), Y)), Var("i")), pairs(([1, 2, 1], 1), ([1], 1), ([], 1), ([1, 2], 1))
    ),
    "map in a map of one name": Case(
        Map("x", X, None, Concat(Map("x", X, None, List((X,), INTS)), X)), of([], [[]], [[1]], [[1, 2], [3]])
    ),
    "map in a map": Case(
        Map("i", X, None, Map("j", Var("i"), Compare("<", Var("j"), Length(Var("i"), "list")), Var("j"))),
        of([], [[]], [[0]], [[0, 1, 5], [7]]),
    ),
    "sum": Case(Fold("sum", X, INT), of([], [1], [1, 2, 3])),
    "sum of floats": Case(Fold("sum", X, FLOAT), of([], [0.1, 0.2, 0.3], [1e16, 1.0, -1e16])),
    "min": Case(Fold("min", X, INT), of([1], [3, 1, 2])),
    "max": Case(Fold("max", Map("i", X, None, Unary("neg", Var("i"), INT)), INT), of([1], [3, 1, 2])),
    "any": Case(Fold("any", Map("i", X, None, Equal(Var("i"), number(1))), BOOL), of([], [0], [1], [0, 1])),
    "all": Case(Fold("all", Map("i", X, None, Equal(Var("i"), number(1))), BOOL), of([], [0], [1], [0, 1])),
    "lower": Case(called("lower", X), of("aBC", "")),
    "upper": Case(called("upper", X), of("aBC", "")),
    "startswith": Case(called("startswith", X, Text((Y,))), STARTS),
    "endswith": Case(called("endswith", X, Y), STARTS),
    "join": Case(called("join", text(", "), X), of([], ["a"], ["a", "", "b"])),
    "error part": Case(List((ErrorPart(X, "type"), ErrorPart(X, "message")), TEXTS), of(DECLINED)),
    "error data": Case(ErrorData(X, "code"), of(DECLINED)),
    "error has": Case(List((ErrorHas(X, "code"), ErrorHas(X, "other")), Type(BOOL)), of(DECLINED)),
    "error is": Case(
        List((ErrorIs(X, ("A", "Failure")), ErrorIs(X, ("A", "B")), ErrorIs(X, ("Exception",))), Type(BOOL)),
        of(DECLINED),
    ),
    "new error": Case(NewError("A", ("A", "Exception"), X, (Entry("data", X),)), of("it's", "")),
    "% of a constant": Case(Arithmetic("%", X, number(7), INT), of(15, -15, 14, -14, 0, 2**53 - 1, 1 - 2**53)),
    "% in a %": Case(
        Arithmetic("%", arithmetic("%"), Arithmetic("%", Y, number(3), INT), INT), pairs((-7, 5), (9, -4))
    ),
}
ALL = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


def printer(**settings: Any) -> Expressions:
    return Expressions(Variables(Names()), settings)


def evaluated(found: Any, bound: Bound, engine: Jsonata) -> Any:
    """JSON with JSONata in it, evaluated as Step Functions does."""
    if is_object(found):
        return {key: evaluated(part, bound, engine) for key, part in found.items()}
    if is_list(found):
        return [evaluated(part, bound, engine) for part in found]
    if not isinstance(found, str) or not found.startswith("{%"):
        return found
    (value,) = engine.evaluate([found[2:-2]], bound, now_ms=0, seed=0)
    assert isinstance(value, Value), value
    return value.value


@ALL
def test_jsonata_makes_of_an_expression_what_the_engine_does(case: Case, engine: Jsonata) -> None:
    evaluate = compiled(to_plain(case.one))
    code = printer().of(case.one)
    for bound in case.worlds:
        assert evaluated(f"{{% {code.text} %}}", bound, engine) == evaluate(dict(bound)), (code.text, bound)


@ALL
def test_so_does_its_template(case: Case, engine: Jsonata) -> None:
    evaluate = compiled(to_plain(case.one))
    found = template(printer(), case.one)
    for bound in case.worlds:
        assert evaluated(found, bound, engine) == evaluate(dict(bound)), (found, bound)


def test_every_node_of_the_ir_has_a_printer_and_a_case() -> None:
    assert PRINTERS.keys() == EXPRESSIONS
    seen = {type(one) for case in CASES.values() for one in nodes(case.one)}
    assert EXPRESSIONS - seen == {Setting}


def test_a_setting_is_a_constant_of_the_stage(engine: Jsonata) -> None:
    one = Record("R", (Entry("limits", Setting("limits", LISTS)), Entry("name", Setting("name", TEXTS))))
    given: dict[str, Any] = {"limits": [[1], []], "name": "{% $x %}"}
    assert evaluated(template(printer(**given), one), {}, engine) == given
    assert evaluated(f"{{% {printer(**given).of(one).text} %}}", {}, engine) == given
    inner = Concat(List((), LISTS), List((Setting("limits", LISTS), List((), LISTS)), LISTS))
    assert evaluated(f"{{% {printer(**given).of(inner).text} %}}", {}, engine) == [[[1], []], []]


def test_an_expression_is_one_line() -> None:
    assert all("\n" not in printer().of(case.one).text for case in CASES.values())


def test_parentheses_stand_only_where_they_must() -> None:
    one = And(Compare("<", Arithmetic("+", X, number(1), INT), Y), Not(Or(X, Equal(X, Arithmetic("*", X, Y, INT)))))
    assert printer().of(one).text == "$x + 1 < $y and $not($x or $x = $x * $y)"
