"""One expression of every kind, and one statement, over the same few variables; and an orchestration around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from cloudless import ir
from cloudless.ir import expression as e
from cloudless.ir import statement as s
from cloudless.ir.orchestration import FUNCTION
from cloudless.ir.type import (
    BOOL,
    DICT,
    ERROR,
    FLOAT,
    INT,
    JSON,
    LIST,
    NONE,
    OPTIONAL,
    RECORD,
    TEXT,
    Member,
    RecordType,
    Type,
)
from cloudless.passes.tree import nodes, operands, statements

Sample = tuple[e.Expression, Type]

NULL_TYPE, BOOLEAN, WHOLE, REAL = Type(NONE), Type(BOOL), Type(INT), Type(FLOAT)
STRING, ANY, ORDER, FAILED = Type(TEXT), Type(JSON), Type(RECORD, None, "Order"), Type(ERROR, None, "Failed")
WHOLES, STRINGS, TABLE, MAYBE = Type(LIST, WHOLE), Type(LIST, STRING), Type(DICT, WHOLE), Type(OPTIONAL, WHOLE)
LATE, ANY_ERROR = Type(ERROR, None, "Late"), Type(ERROR, None, "Exception")
ROWS, ORDERS, REALS = Type(LIST, WHOLES), Type(LIST, ORDER), Type(LIST, REAL)

ORDER_FIELDS = (
    Member("total", "total", WHOLE),
    Member("note", "note", Type(OPTIONAL, STRING)),
    Member("tags", "tags", STRINGS),
    Member("of", "class", Type(OPTIONAL, ORDER)),
)
VARIABLES: dict[str, Type] = {
    "n": WHOLE, "m": WHOLE, "f": REAL, "b": BOOLEAN, "s": STRING, "t": STRING, "xs": WHOLES, "ss": STRINGS, "fs": REALS,
    "rows": ROWS, "d": TABLE, "maybe": MAYBE, "order": ORDER, "orders": ORDERS, "j": ANY, "err": FAILED,
}  # fmt: skip
"""Arguments of every sample orchestration."""
ERROR_VALUE = {
    "type": "Declined", "mro": ["Declined", "Failed", "Exception"], "message": "no", "data": {"amount": 3},
}  # fmt: skip
ORDER_VALUE: dict[str, Any] = {"total": 5, "note": None, "tags": ["a", "b"], "class": None}
ARGUMENTS: dict[str, Any] = {
    "n": 2, "m": -7, "f": 2.5, "b": True, "s": "ab", "t": "b", "xs": [3, 1, 2], "ss": ["x", "", "y"], "fs": [0.5, 1.0],
    "rows": [[1], [], [2, 3]], "d": {"a": 1, "b c": 2}, "maybe": 4, "order": ORDER_VALUE, "orders": [ORDER_VALUE],
    "j": {"k": [1]}, "err": ERROR_VALUE,
}  # fmt: skip
CLASSES = (
    ir.ErrorClass("Failed", ("Failed", "Exception"), (ir.Argument("amount", WHOLE),)),
    ir.ErrorClass("Declined", ("Declined", "Failed", "Exception"), (ir.Argument("amount", WHOLE),)),
    ir.ErrorClass("Late", ("Late", "Failed", "Exception")),
)


def var(name: str) -> e.Var:
    return e.Var(name)


def whole(value: int) -> e.Const:
    return e.Const(value, WHOLE)


def text(value: str) -> e.Const:
    return e.Const(value, STRING)


def wholes(*items: e.Expression) -> e.List:
    return e.List(items, WHOLE)


def plus(left: e.Expression, right: e.Expression) -> e.Arithmetic:
    return e.Arithmetic("+", left, right, INT)


TRUE, FALSE, NULL = e.Const(True, BOOLEAN), e.Const(False, BOOLEAN), e.Const(None, NULL_TYPE)
IS_BIG = e.Compare(">", var("n"), whole(1))
DOUBLED = e.Map("x", var("xs"), None, plus(var("x"), var("x")))
SIZES = e.Map("row2", var("rows"), None, e.Length(var("row2"), LIST))
NO_ORDER = e.Record("Order", (
    e.Entry("total", e.Fold("sum", var("xs"), INT)), e.Entry("note", NULL),
    e.Entry("tags", e.List((var("s"), text("x")), STRING)), e.Entry("class", NULL),
))  # fmt: skip

SAMPLES: list[Sample] = [
    (e.Const(1.0, REAL), REAL),
    (e.Const([1, 2], WHOLES), WHOLES),
    (e.Setting("limit", WHOLE), WHOLE),
    (var("rows"), ROWS),
    (e.Field(var("order"), "total"), WHOLE),
    (e.Field(var("order"), "class"), Type(OPTIONAL, ORDER)),
    (e.Index(var("rows"), whole(0)), WHOLES),
    (e.Index(wholes(whole(1), var("n")), whole(1)), WHOLE),
    (e.Key(var("d"), text("a")), WHOLE),
    (NO_ORDER, ORDER),
    (e.Dict((e.Pair(text("a"), var("n")), e.Pair(var("s"), e.Length(var("s"), TEXT)))), TABLE),
    (e.Dict((e.Pair(text("a"), var("n")), e.Pair(text("b"), NULL))), Type(DICT, MAYBE)),
    (e.List((var("xs"), wholes()), WHOLES), ROWS),
    (e.Merge(var("d"), e.Dict((e.Pair(text("z"), whole(0)),))), TABLE),
    (e.Concat(var("xs"), wholes(whole(4), var("n"))), WHOLES),
    (e.Concat(var("xs"), DOUBLED), WHOLES),
    (e.Concat(var("rows"), var("rows")), ROWS),
    (e.Unary("neg", var("f"), FLOAT), REAL),
    (e.Unary("int", var("f"), FLOAT), WHOLE),
    (e.Unary("float", var("n"), INT), REAL),
    (e.Arithmetic("%", plus(var("m"), whole(1)), whole(4), INT), WHOLE),
    (e.Arithmetic("/", var("n"), whole(4), FLOAT), REAL),
    (e.Compare("<=", var("n"), var("f")), BOOLEAN),
    (e.Equal(var("xs"), wholes(whole(3), whole(1), var("n"))), BOOLEAN),
    (e.IsNone(var("j")), BOOLEAN),
    (e.Not(var("b")), BOOLEAN),
    (e.And(e.Not(e.IsNone(var("maybe"))), e.Compare(">", var("maybe"), whole(1))), BOOLEAN),
    (e.Or(e.IsNone(var("maybe")), e.Compare("<", var("maybe"), whole(1))), BOOLEAN),
    (e.Choose(e.IsNone(var("maybe")), whole(0), var("maybe")), WHOLE),
    (e.Choose(e.Not(e.IsNone(var("maybe"))), var("maybe"), whole(0)), WHOLE),
    (e.Choose(e.HasKey(var("d"), var("s")), e.Key(var("d"), var("s")), NULL), MAYBE),
    (e.Choose(IS_BIG, var("n"), var("f")), REAL),
    (e.Choose(IS_BIG, wholes(), DOUBLED), WHOLES),
    (e.Text((text("<"), var("s"), e.ToText(var("n"), INT))), STRING),
    (e.ToText(var("b"), BOOL), STRING),
    (e.Length(DOUBLED, LIST), WHOLE),
    (e.In(var("n"), wholes(whole(1), whole(2))), BOOLEAN),
    (e.HasKey(var("d"), text("b c")), BOOLEAN),
    (e.Contains(e.Text((var("s"), var("t"))), var("t")), BOOLEAN),
    (e.Map("row", var("rows"), e.Compare(">", e.Length(var("row"), LIST), whole(0)), var("row")), ROWS),
    (e.Map("one", SIZES, None, wholes(var("one"))), ROWS),
    (e.Fold("sum", var("fs"), FLOAT), REAL),
    (e.Fold("sum", DOUBLED, INT), WHOLE),
    (e.Fold("any", e.Map("y", var("xs"), None, e.Equal(var("y"), whole(1))), BOOL), BOOLEAN),
    (e.Fold("all", e.Map("z", var("xs"), None, e.Equal(var("z"), whole(1))), BOOL), BOOLEAN),
    (e.Fold("min", var("xs"), INT), WHOLE),
    (e.Fold("max", DOUBLED, INT), WHOLE),
    (e.TextCall("upper", (var("s"),)), STRING),
    (e.TextCall("startswith", (e.Text((var("s"), var("t"))), var("s"))), BOOLEAN),
    (e.TextCall("join", (text(", "), var("ss"))), STRING),
    (e.ErrorPart(var("err"), "message"), STRING),
    (e.ErrorData(var("err"), "amount"), WHOLE),
    (e.ErrorHas(var("err"), "amount"), BOOLEAN),
    (e.ErrorIs(var("err"), ("Failed", "KeyError")), BOOLEAN),
    (e.NewError("Late", ("Late", "Failed", "Exception"), text("late"), (e.Entry("by", DOUBLED),)), LATE),
]  # fmt: skip
"""Expressions that have a value with ARGUMENTS, and their types."""

COSTLY = e.Fold("sum", e.Map("c", var("xs"), None, e.Choose(IS_BIG, plus(var("c"), whole(1)), whole(0))), INT)
"""An int that a backend without comprehensions and Choose has to lower."""
TEST = e.Compare(">", COSTLY, whole(0))
MESSAGE = e.TextCall("join", (text("-"), var("ss")))

STATEMENTS: list[s.Statement] = [
    s.Let("k", COSTLY, "let"),
    s.Call("k", "echo", (e.Entry("value", COSTLY),), id="call"),
    s.Send("", "queue", "orders", "send", NO_ORDER, (e.Entry("a", MESSAGE),), 0, MESSAGE, id="send"),
    s.Sleep(COSTLY, "sleep"),
    s.Now("now", "now"),
    s.Uuid("uuid", "uuid"),
    s.Try(
        (s.Wait("", "news", COSTLY, id="wait"),),
        (s.Except(("TimeoutError",), "", (s.Let("k", COSTLY, "late"),)),),
        id="try1",
    ),
    s.Try(
        (s.Check(e.Not(TEST), "KeyError", MESSAGE, id="check"),),
        (
            s.Except(
                ("KeyError",), "caught", (s.Let("k", e.Length(e.ErrorPart(var("caught"), "message"), TEXT), "caught"),)
            ),
        ),
        (),
        (s.Let("k", COSTLY, "last"),),
        id="try2",
    ),
    s.If(TEST, (s.Let("k", COSTLY, "yes"),), (s.Let("k", whole(0), "no"),), id="if"),
    s.Loop("around", (s.If(TEST, (s.Break("around", "break"),), (), id="until"),), id="loop"),
    s.For(
        "each",
        "i",
        DOUBLED,
        (
            s.If(TEST, (s.Continue("each", "next"),), (), id="unless"),
            s.Call("", "echo", (e.Entry("value", var("i")),), id="step"),
        ),
        id="for",
    ),
    s.For(
        "range",
        "i2",
        s.Range(whole(0), COSTLY, 2),
        (s.Call("", "echo", (e.Entry("value", var("i2")),), id="even"),),
        id="for2",
    ),
    s.Gather(
        ("k", ""),
        (s.Branch((s.Return(COSTLY, "left"),)), s.Branch((s.Let("own", COSTLY, "own"), s.Return(var("own"), "right")))),
        id="gather",
    ),
    s.FanOut(
        "many",
        "i3",
        DOUBLED,
        0,
        s.Branch(
            (
                s.Call("out", "echo", (e.Entry("value", plus(var("i3"), COSTLY)),), id="work"),
                s.Return(var("out"), "done"),
            )
        ),
        id="fan",
    ),
    s.Try(
        (s.Raise(e.NewError("Late", ("Late", "Failed", "Exception"), MESSAGE), "raise"),),
        (s.Except(("Failed",), "", ()),),
        id="try3",
    ),
    s.Return(NO_ORDER, "return"),
]
"""Every statement, each with what has to be lowered."""
TARGETS: dict[str, Type] = {
    "k": WHOLE, "now": STRING, "uuid": STRING, "own": WHOLE, "many": WHOLES, "out": WHOLE,
    "i": WHOLE, "i2": WHOLE, "i3": WHOLE,
    "caught": ANY_ERROR,
}  # fmt: skip


def items_in(body: Iterable[s.Statement]) -> dict[str, e.Map]:
    """Comprehensions, by the variable of their items."""
    parts = [part for one in statements(tuple(body)) for part in operands(one)]
    return {one.item: one for part in parts for one in nodes(part) if isinstance(one, e.Map)}


def program(body: Sequence[s.Statement], **variables: Type) -> ir.Orchestration:
    """An orchestration of some statements, with the variables of this module, and more."""
    known = {**VARIABLES, **TARGETS, **variables}
    return ir.Orchestration(
        name="sample",
        module="m",
        qualname="sample",
        parameters=tuple(ir.Argument(name, kind) for name, kind in VARIABLES.items()),
        result=ANY,
        body=tuple(body),
        variables=tuple(ir.Variable(name, kind, name) for name, kind in known.items()),
        records=(RecordType("Order", ORDER_FIELDS),),
        errors=CLASSES,
        calls=(ir.Callee("echo", FUNCTION, (ir.Argument("value", WHOLE),), WHOLE),),
        waits=("news",),
        span=ir.Span("sample.py", 1),
    )


def returning(expression: e.Expression) -> ir.Orchestration:
    return program([s.Return(expression, "0")])
