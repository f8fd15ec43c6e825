"""Strategies: well-typed programs of the IR, whose parts that can fail stand behind what guards them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from cloudless import ir
from cloudless.ir import expression as e
from cloudless.ir import statement as s
from cloudless.ir.type import BOOL, DICT, FLOAT, INT, LIST, NONE, OPTIONAL, RECORD, TEXT, Type
from cloudless.node import replace
from cloudless.passes.tree import Block, with_blocks
from tests.unit.passes.samples import (
    BOOLEAN,
    FAILED,
    MAYBE,
    NULL,
    ORDER,
    REAL,
    ROWS,
    STRING,
    STRINGS,
    TABLE,
    VARIABLES,
    WHOLE,
    WHOLES,
    program,
    var,
    whole,
)

Draw = Callable[[st.SearchStrategy[Any]], Any]
Make = Callable[["Maker", Type, int], e.Expression]

WORDS = st.sampled_from(["", "a", "b", "ab", "b c", "é", '"', "${x}"])
SMALL = st.integers(-9, 9)
KINDS = [WHOLE, REAL, BOOLEAN, STRING, WHOLES, STRINGS, ROWS, TABLE, MAYBE, ORDER]
"""Of what is assigned."""


def error_value(name: str, has_amount: bool) -> dict[str, Any]:
    mro = [*dict.fromkeys([name, "Failed"]), "Exception"]
    return {"type": name, "mro": mro, "message": "no", "data": {"amount": 3} if has_amount else {}}


errors = st.builds(error_value, st.sampled_from(["Failed", "Declined"]), st.booleans())
orders: st.SearchStrategy[Any] = st.recursive(
    st.none(),
    lambda inner: st.fixed_dictionaries(
        {"total": SMALL, "note": st.none() | WORDS, "tags": st.lists(WORDS, max_size=2), "class": inner}
    ),
    max_leaves=2,
)
arguments = st.fixed_dictionaries({
    "n": SMALL, "m": SMALL, "f": SMALL.map(lambda value: value / 2), "b": st.booleans(), "s": WORDS, "t": WORDS,
    "xs": st.lists(SMALL, max_size=3), "ss": st.lists(WORDS, max_size=3),
    "fs": st.lists(SMALL.map(lambda value: value / 2), max_size=3),
    "rows": st.lists(st.lists(SMALL, max_size=2), max_size=3), "d": st.dictionaries(WORDS, SMALL, max_size=3),
    "maybe": st.none() | SMALL, "order": orders.filter(bool), "orders": st.lists(orders.filter(bool), max_size=2),
    "j": st.none() | SMALL, "err": errors,
})  # fmt: skip


class Maker:
    """Makes expressions. scope: variables that have a value here. variables: all that were ever made."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.scope: dict[str, Type] = dict(VARIABLES)
        self.variables: dict[str, Type] = {}

    def new(self, hint: str, kind: Type) -> str:
        name = f"{hint}{len(self.variables)}"
        self.variables[name] = kind
        return name

    def make(self, kind: Type, depth: int = 3) -> e.Expression:
        """An expression of a kind."""
        makers = _MAKERS[kind.kind] if depth > 0 else []
        pick: int = self.draw(st.integers(0, 2 + 2 * len(makers)))
        if pick <= 2:
            return self.leaf(kind, pick)
        chosen = makers[(pick - 3) // 2]
        return chosen(self, kind, depth - 1)

    def leaf(self, kind: Type, pick: int) -> e.Expression:
        known = [name for name, one in self.scope.items() if one == kind]
        if known and pick < 2:
            return var(self.draw(st.sampled_from(known)))
        return self.constant(kind)

    def constant(self, kind: Type) -> e.Expression:
        if kind.kind == OPTIONAL:
            assert kind.of
            return NULL if self.draw(st.booleans()) else self.constant(kind.of)
        if kind == ORDER:
            return self.record(kind, 0)
        values = {
            BOOL: st.booleans(), DICT: st.dictionaries(WORDS, SMALL, max_size=2), FLOAT: SMALL.map(float), INT: SMALL,
            LIST: _LISTS.get(kind.of or kind, st.just([])), TEXT: WORDS, NONE: st.none(),
        }[kind.kind]  # fmt: skip
        return e.Const(self.draw(values), kind)

    def inside(self, of: e.Expression, kind: Type, element: Callable[[], Any]) -> tuple[str, Any]:
        """A new variable for the items of a list, and what is made while it is known."""
        outer = self.scope
        name = self.new("i", kind)
        self.scope = {**outer, name: kind}
        made = element()
        self.scope = outer
        return name, made

    # --- of any kind

    def choose(self, kind: Type, depth: int) -> e.Expression:
        return e.Choose(self.make(BOOLEAN, depth), self.make(kind, depth), self.make(kind, depth))

    def item(self, kind: Type, depth: int) -> e.Expression:
        """An item of a list, where it has one there."""
        of, at = self.make(Type(LIST, kind), depth), self.make(WHOLE, depth)
        fits = e.And(e.Compare(">=", at, whole(0)), e.Compare("<", at, e.Length(of, LIST)))
        return e.Choose(fits, e.Index(of, at), self.make(kind, depth))

    def some(self, kind: Type, depth: int) -> e.Expression:
        """What may be None, where it is not."""
        of = self.make(Type(OPTIONAL, kind), depth)
        return e.Choose(e.IsNone(of), self.make(kind, depth), of)

    # --- numbers

    def arithmetic(self, kind: Type, depth: int) -> e.Expression:
        sign = self.draw(st.sampled_from("+-"))
        return e.Arithmetic(sign, self.make(kind, depth), self.make(kind, depth), kind.kind)

    def division(self, kind: Type, depth: int) -> e.Expression:
        sign = self.draw(st.sampled_from(["//", "%"])) if kind == WHOLE else "/"
        left, right = self.make(kind, depth), self.make(kind, depth)
        zero = e.Equal(right, e.Const(0, kind))
        return e.Choose(e.Not(zero), e.Arithmetic(sign, left, right, kind.kind), self.make(kind, 0))

    def unary(self, kind: Type, depth: int) -> e.Expression:
        return e.Unary(self.draw(st.sampled_from(["neg", "abs"])), self.make(kind, depth), kind.kind)

    def converted(self, kind: Type, depth: int) -> e.Expression:
        other = REAL if kind == WHOLE else WHOLE
        return e.Unary(kind.kind, self.make(other, depth), other.kind)

    def total(self, kind: Type, depth: int) -> e.Expression:
        return e.Fold("sum", self.make(Type(LIST, kind), depth), kind.kind)

    def extreme(self, kind: Type, depth: int) -> e.Expression:
        of = self.make(Type(LIST, kind), depth)
        sign = self.draw(st.sampled_from(["min", "max"]))
        any_ = e.Compare(">", e.Length(of, LIST), whole(0))
        return e.Choose(any_, e.Fold(sign, of, kind.kind), self.make(kind, 0))

    def length(self, kind: Type, depth: int) -> e.Expression:
        of = self.draw(st.sampled_from([STRING, WHOLES, ROWS, TABLE]))
        return e.Length(self.make(of, depth), of.kind)

    def found(self, kind: Type, depth: int) -> e.Expression:
        of, key = self.make(TABLE, depth), self.make(STRING, depth)
        return e.Choose(e.HasKey(of, key), e.Key(of, key), self.make(kind, 0))

    def amount(self, kind: Type, depth: int) -> e.Expression:
        return e.Choose(e.ErrorHas(var("err"), "amount"), e.ErrorData(var("err"), "amount"), self.make(kind, depth))

    def field(self, kind: Type, depth: int) -> e.Expression:
        key = {INT: "total", LIST: "tags"}.get(kind.kind, "note")
        return e.Field(self.make(ORDER, depth), key)

    # --- bools

    def compare(self, kind: Type, depth: int) -> e.Expression:
        sides = [self.make(self.draw(st.sampled_from([WHOLE, REAL])), depth) for _ in range(2)]
        return e.Compare(self.draw(st.sampled_from(["<", "<=", ">", ">="])), *sides)

    def equal(self, kind: Type, depth: int) -> e.Expression:
        of = self.draw(st.sampled_from(KINDS))
        return e.Equal(self.make(of, depth), self.make(of, depth))

    def both(self, kind: Type, depth: int) -> e.Expression:
        node = self.draw(st.sampled_from([e.And, e.Or]))
        made: e.Expression = node(self.make(BOOLEAN, depth), self.make(BOOLEAN, depth))
        return made

    def known(self, kind: Type, depth: int) -> e.Expression:
        """A test of what may be None, behind one that it is not."""
        of = self.make(MAYBE, depth)
        less = e.Compare("<", of, self.make(WHOLE, depth))
        return e.And(e.Not(e.IsNone(of)), less) if self.draw(st.booleans()) else e.Or(e.IsNone(of), less)

    def among(self, kind: Type, depth: int) -> e.Expression:
        of = self.draw(st.sampled_from([WHOLE, STRING]))
        return e.In(self.make(of, depth), self.make(Type(LIST, of), depth))

    def has(self, kind: Type, depth: int) -> e.Expression:
        return e.HasKey(self.make(TABLE, depth), self.make(STRING, depth))

    def within(self, kind: Type, depth: int) -> e.Expression:
        name = self.draw(st.sampled_from(["contains", "startswith", "endswith"]))
        of, part = self.make(STRING, depth), self.make(STRING, depth)
        return e.Contains(of, part) if name == "contains" else e.TextCall(name, (of, part))

    def quantified(self, kind: Type, depth: int) -> e.Expression:
        return e.Fold(self.draw(st.sampled_from(["any", "all"])), self.mapped(Type(LIST, BOOLEAN), depth), BOOL)

    def refused(self, kind: Type, depth: int) -> e.Expression:
        return e.Not(self.make(BOOLEAN, depth))

    def is_error(self, kind: Type, depth: int) -> e.Expression:
        names = self.draw(st.lists(st.sampled_from(["Failed", "Declined", "KeyError", "Exception"]), max_size=3))
        return e.ErrorIs(var("err"), tuple(names))

    # --- texts

    def texts(self, kind: Type, depth: int) -> e.Expression:
        return e.Text(tuple([self.make(STRING, depth) for _ in range(self.draw(st.integers(0, 3)))]))

    def written(self, kind: Type, depth: int) -> e.Expression:
        of = self.draw(st.sampled_from([WHOLE, BOOLEAN]))
        return e.ToText(self.make(of, depth), of.kind)

    def cased(self, kind: Type, depth: int) -> e.Expression:
        return e.TextCall(self.draw(st.sampled_from(["lower", "upper"])), (self.make(STRING, depth),))

    def joined(self, kind: Type, depth: int) -> e.Expression:
        return e.TextCall("join", (self.make(STRING, depth), self.make(STRINGS, depth)))

    def told(self, kind: Type, depth: int) -> e.Expression:
        of: e.Expression = var("err")
        if self.draw(st.booleans()):
            of = e.NewError("Failed", ("Failed", "Exception"), self.make(STRING, depth), ())
        return e.ErrorPart(of, self.draw(st.sampled_from(["type", "message"])))

    # --- containers

    def listed(self, kind: Type, depth: int) -> e.Expression:
        assert kind.of
        return e.List(tuple([self.make(kind.of, depth) for _ in range(self.draw(st.integers(0, 3)))]), kind.of)

    def concat(self, kind: Type, depth: int) -> e.Expression:
        return e.Concat(self.make(kind, depth), self.make(kind, depth))

    def mapped(self, kind: Type, depth: int) -> e.Expression:
        assert kind.of
        of = self.draw(st.sampled_from([WHOLE, STRING, WHOLES]))
        source, element = self.make(Type(LIST, of), depth), kind.of
        name, (test, made) = self.inside(
            source, of, lambda: (self.draw(st.booleans()) and self.make(BOOLEAN, depth), self.make(element, depth))
        )
        return e.Map(name, source, test or None, made)

    def table(self, kind: Type, depth: int) -> e.Expression:
        count = self.draw(st.integers(0, 3))
        return e.Dict(tuple([e.Pair(self.make(STRING, depth - 1), self.make(WHOLE, depth)) for _ in range(count)]))

    def merged(self, kind: Type, depth: int) -> e.Expression:
        return e.Merge(self.make(kind, depth), self.make(kind, depth))

    def record(self, kind: Type, depth: int) -> e.Expression:
        fields = {"total": WHOLE, "note": Type(OPTIONAL, STRING), "tags": STRINGS}
        entries = [e.Entry(name, self.make(of, depth)) for name, of in fields.items()]
        return e.Record("Order", (*entries, e.Entry("class", NULL)))

    def present(self, kind: Type, depth: int) -> e.Expression:
        assert kind.of
        return self.make(kind.of, depth)


_LISTS: dict[Type, st.SearchStrategy[Any]] = {
    WHOLE: st.lists(SMALL, max_size=2), REAL: st.lists(SMALL.map(float), max_size=2),
    STRING: st.lists(WORDS, max_size=2), BOOLEAN: st.lists(st.booleans(), max_size=2),
    WHOLES: st.lists(st.lists(SMALL, max_size=2), max_size=2),
}  # fmt: skip
_ANY: list[Make] = [Maker.choose, Maker.item, Maker.some]
_NUMBER: list[Make] = [Maker.arithmetic, Maker.division, Maker.unary, Maker.converted, Maker.total, Maker.extreme]
_MAKERS: dict[str, list[Make]] = {
    INT: [*_ANY, *_NUMBER, Maker.length, Maker.found, Maker.amount, Maker.field],
    FLOAT: [Maker.choose, *_NUMBER],
    BOOL: [
        Maker.choose, Maker.compare, Maker.equal, Maker.both, Maker.both, Maker.known, Maker.among, Maker.has,
        Maker.within, Maker.quantified, Maker.refused, Maker.is_error,
    ],
    TEXT: [*_ANY, Maker.texts, Maker.written, Maker.cased, Maker.joined, Maker.told],
    LIST: [Maker.choose, Maker.listed, Maker.concat, Maker.concat, Maker.mapped, Maker.mapped],
    DICT: [Maker.choose, Maker.table, Maker.merged],
    OPTIONAL: [Maker.choose, Maker.present],
    RECORD: [Maker.choose, Maker.record],
}  # fmt: skip


class Writer(Maker):
    """Makes statements."""

    writable: frozenset[str] = frozenset()
    """What may be assigned to: what this branch has made."""
    depth = 0

    def block(self, count: int) -> tuple[s.Statement, ...]:
        """Statements whose new variables end with it."""
        outer, self.scope = self.scope, dict(self.scope)
        self.depth += 1
        made = tuple([self.statement() for _ in range(self.draw(st.integers(1, count)))])
        self.scope = outer
        self.depth -= 1
        return made

    def statement(self) -> s.Statement:
        makers = _STATEMENTS if self.depth < 2 else _FLAT
        one: s.Statement = self.draw(st.sampled_from(makers))(self)
        return one

    def make(self, kind: Type, depth: int = 2) -> e.Expression:
        return super().make(kind, depth)

    def let(self) -> s.Statement:
        """A new variable, or another value for one."""
        kind = self.draw(st.sampled_from(KINDS))
        own = [name for name, of in self.scope.items() if of == kind and name in self.writable]
        value = self.make(kind)
        name = self.draw(st.sampled_from(own)) if own and self.draw(st.booleans()) else self._new_variable(kind)
        return s.Let(name, value)

    def _new_variable(self, kind: Type) -> str:
        name = self.new("v", kind)
        self.scope[name] = kind
        self.writable = self.writable | {name}
        return name

    def call(self) -> s.Statement:
        value = self.make(WHOLE)
        return s.Call(self._new_variable(WHOLE), "echo", (e.Entry("value", value),))

    def sleep(self) -> s.Statement:
        return s.Sleep(e.Unary("abs", self.make(WHOLE), INT))

    def if_(self) -> s.Statement:
        return s.If(self.make(BOOLEAN), self.block(2), self.block(1) if self.draw(st.booleans()) else ())

    def for_(self) -> s.Statement:
        kind = self.draw(st.sampled_from([WHOLE, STRING]))
        source = self.make(Type(LIST, kind))
        name, body = self.inside(source, kind, lambda: self.block(2))
        label = self.new("label", WHOLE)
        end = s.If(self.make(BOOLEAN, 1), (s.Break(label),), (s.Continue(label),))
        return s.For(label, name, source, (*body, end))

    def check(self) -> s.Statement:
        one = s.Check(self.make(BOOLEAN), "KeyError", self.make(STRING))
        return s.Try((one, *self.block(1)), (s.Except(("LookupError",), "", self.block(1)),), (), self.block(1))

    def raise_(self) -> s.Statement:
        error = e.NewError("Failed", ("Failed", "Exception"), self.make(STRING), (e.Entry("amount", self.make(WHOLE)),))
        name = self.new("err", FAILED)
        self.writable, outer = frozenset(), self.writable
        self.scope, seen = {**self.scope, name: FAILED}, self.scope
        handler = s.Except(
            ("Failed",), name, (s.Sleep(e.Length(e.ErrorPart(var(name), "message"), TEXT)), *self.block(1))
        )
        self.scope, self.writable = seen, outer
        return s.Try((s.Raise(error),), (handler,))

    def gather(self) -> s.Statement:
        branches = [self._branch({}) for _ in range(2)]
        return s.Gather((self._new_variable(WHOLE), ""), tuple(branches))

    def fan_out(self) -> s.Statement:
        source, name = self.make(WHOLES), self.new("i", WHOLE)
        branch = self._branch({name: WHOLE})
        return s.FanOut(self._new_variable(WHOLES), name, source, self.draw(st.integers(0, 2)), branch)

    def _branch(self, more: dict[str, Type]) -> s.Branch:
        """It writes its own variables only."""
        outer, self.writable = self.writable, frozenset()
        seen, self.scope = self.scope, {**self.scope, **more}
        called = self.new("v", WHOLE)
        call = s.Call(called, "echo", (e.Entry("value", self.make(WHOLE, 2)),))
        self.scope = {**self.scope, called: WHOLE}
        made = (call, *self.block(1), s.Return(self.make(WHOLE, 2)))
        self.scope, self.writable = seen, outer
        return s.Branch(made)


_FLAT: list[Callable[[Writer], s.Statement]] = [Writer.let, Writer.let, Writer.call, Writer.sleep]
_STATEMENTS = [
    *_FLAT, Writer.if_, Writer.for_, Writer.check, Writer.raise_, Writer.gather, Writer.fan_out,
]  # fmt: skip


@st.composite
def expressions(draw: Draw) -> tuple[ir.Orchestration, Type]:
    """An orchestration that returns one expression, and its type."""
    maker = Maker(draw)
    kind = draw(st.sampled_from(KINDS))
    value = maker.make(kind)
    return numbered(program([s.Return(value)], **maker.variables)), kind


@st.composite
def programs(draw: Draw) -> ir.Orchestration:
    """An orchestration of some statements, that returns all that it has."""
    writer = Writer(draw)
    body = [writer.statement() for _ in range(draw(st.integers(1, 4)))]
    last = s.Return(e.List(tuple([var(name) for name in writer.scope]), Type("json")))
    return numbered(program([*body, last], **writer.variables))


def numbered(orchestration: ir.Orchestration) -> ir.Orchestration:
    """With ids, as the front end gives them: unique paths."""
    count = iter(range(10_000))

    def block(body: Block) -> Block:
        return tuple([replace(with_blocks(one, block), id=str(next(count))) for one in body])

    return replace(orchestration, body=block(orchestration.body))
