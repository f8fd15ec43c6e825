"""Expressions as Python writes them, for people: short where they are long, and without what the compiler made.

`cloudless/ir/text.py` writes all that is there; this, what a reader of the program would.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from cloudless.ir import expression as e
from cloudless.ir.statement import Range

LONGEST = 48  # characters of a condition, or of a call; arguments are left out before that
SHORT = 24  # of one argument

Name = Callable[[str], "str | e.Expression"]
"""What stands for a variable: a name, or the expression that it was computed from."""

_TERNARY, _OR, _AND, _NOT, _COMPARED, _SUM, _PRODUCT, _SIGN, _ATOM = range(9)
_NEGATED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def negated(test: e.Expression) -> e.Expression:
    """Not test, without a double not."""
    if isinstance(test, e.Not):
        return test.of
    if isinstance(test, e.Compare):  # numbers are never NaN
        return e.Compare(_NEGATED[test.op], test.left, test.right)
    return e.Not(test)


class _Writer:
    def __init__(self, name: Name) -> None:
        self.name = name

    def of(self, value: e.Expression) -> str:
        """An expression as text of one line."""
        return self.at(value, _TERNARY)

    def brief(self, value: e.Expression) -> str:
        """The same, or "…" where that is long."""
        text = self.of(value)
        if len(text) <= SHORT:
            return text
        return f"{_last(value.type)}(…)" if isinstance(value, (e.Record, e.NewError)) else "…"

    def call(self, name: str, arguments: Mapping[str, e.Expression]) -> str:
        """A call as text: an argument that has its parameter's name is not named twice; the last may be left out."""
        said = [self._argument(key, value) for key, value in arguments.items()]
        if len(name) + len(", ".join(said)) >= LONGEST:
            while said and len(name) + len(", ".join([*said, "…"])) >= LONGEST:
                said.pop()
            said.append("…")
        return f"{name}({', '.join(said)})"

    def source(self, source: e.Expression | Range) -> str:
        """What a loop goes over."""
        if not isinstance(source, Range):
            return self.at(source, _OR)
        bounds = [source.start, source.stop] if source.step != 1 or not _is(source.start, 0) else [source.stop]
        steps = [str(source.step)] if source.step != 1 else []
        return f"range({', '.join([*map(self.of, bounds), *steps])})"

    def _argument(self, key: str, value: e.Expression) -> str:
        text = self.brief(value)
        return text if text == key else f"{key}={text}"

    def at(self, value: e.Expression, least: int) -> str:
        """In parentheses where it binds less than what is around it."""
        text, binds = _WRITERS[type(value)](self, value)
        return f"({text})" if binds < least else text

    # --- a method for each kind: the text, and how much it binds

    def const(self, value: e.Const) -> tuple[str, int]:
        return constant(value.value), _ATOM

    def setting(self, value: e.Setting) -> tuple[str, int]:
        return f"config({constant(value.name)})", _ATOM

    def var(self, value: e.Var) -> tuple[str, int]:
        found = self.name(value.name)
        return (found, _ATOM) if isinstance(found, str) else _WRITERS[type(found)](self, found)

    def field(self, value: e.Field) -> tuple[str, int]:
        return f"{self.at(value.of, _ATOM)}.{value.key}", _ATOM

    def index(self, value: e.Index) -> tuple[str, int]:
        return f"{self.at(value.of, _ATOM)}[{self.of(value.at)}]", _ATOM

    def key(self, value: e.Key) -> tuple[str, int]:
        return f"{self.at(value.of, _ATOM)}[{self.of(value.key)}]", _ATOM

    def record(self, value: e.Record) -> tuple[str, int]:
        return self.call(_last(value.type), {one.key: one.value for one in value.fields}), _ATOM

    def dict_(self, value: e.Dict) -> tuple[str, int]:
        items = ", ".join(f"{self.of(one.key)}: {self.brief(one.value)}" for one in value.items)
        return f"{{{items}}}", _ATOM

    def list_(self, value: e.List) -> tuple[str, int]:
        return f"[{', '.join(map(self.brief, value.items))}]", _ATOM

    def merge(self, value: e.Merge) -> tuple[str, int]:
        return f"{{**{self.at(value.left, _COMPARED)}, **{self.at(value.right, _COMPARED)}}}", _ATOM

    def concat(self, value: e.Concat) -> tuple[str, int]:
        return self.both(value, "+", _SUM)

    def unary(self, value: e.Unary) -> tuple[str, int]:
        if value.op == "neg":
            return f"-{self.at(value.of, _SIGN)}", _SIGN
        return f"{value.op}({self.of(value.of)})", _ATOM

    def arithmetic(self, value: e.Arithmetic) -> tuple[str, int]:
        return self.both(value, value.op, _SUM if value.op in "+-" else _PRODUCT)

    def compare(self, value: e.Compare) -> tuple[str, int]:
        return self.both(value, value.op, _COMPARED)

    def equal(self, value: e.Equal) -> tuple[str, int]:
        return self.both(value, "==", _COMPARED)

    def is_none(self, value: e.IsNone) -> tuple[str, int]:
        return f"{self.at(value.of, _SUM)} is None", _COMPARED

    def not_(self, value: e.Not) -> tuple[str, int]:
        of = value.of
        if isinstance(of, e.Equal):
            return self.both(of, "!=", _COMPARED)
        if isinstance(of, e.IsNone):
            return f"{self.at(of.of, _SUM)} is not None", _COMPARED
        if isinstance(of, (e.In, e.HasKey, e.Contains)):
            return self.within(of, "not in")
        return f"not {self.at(of, _NOT)}", _NOT

    def and_(self, value: e.And) -> tuple[str, int]:
        return self.both(value, "and", _AND)

    def or_(self, value: e.Or) -> tuple[str, int]:
        return self.both(value, "or", _OR)

    def choose(self, value: e.Choose) -> tuple[str, int]:
        if _is(value.otherwise, False):
            return self.and_(e.And(value.test, value.then))
        if _is(value.then, True):
            return self.or_(e.Or(value.test, value.otherwise))
        then, test, otherwise = (self.at(one, _OR) for one in (value.then, value.test, value.otherwise))
        return f"{then} if {test} else {otherwise}", _TERNARY

    def text(self, value: e.Text) -> tuple[str, int]:
        parts = [one.value if isinstance(one, e.Const) else f"{{{self.of(_told(one))}}}" for one in value.parts]
        return f"f{constant(''.join(map(str, parts)))}", _ATOM

    def to_text(self, value: e.ToText) -> tuple[str, int]:
        return f"str({self.of(value.of)})", _ATOM

    def length(self, value: e.Length) -> tuple[str, int]:
        return f"len({self.of(value.of)})", _ATOM

    def within(self, value: e.In | e.HasKey | e.Contains, word: str = "in") -> tuple[str, int]:
        item = value.item if isinstance(value, e.In) else value.key if isinstance(value, e.HasKey) else value.part
        return f"{self.at(item, _SUM)} {word} {self.at(value.of, _SUM)}", _COMPARED

    def map_(self, value: e.Map) -> tuple[str, int]:
        test = f" if {self.at(value.test, _OR)}" if value.test is not None else ""
        item = self.of(e.Var(value.item))
        return f"[{self.of(value.element)} for {item} in {self.source(value.source)}{test}]", _ATOM

    def fold(self, value: e.Fold) -> tuple[str, int]:
        inner = self.of(value.of)
        return f"{value.op}({inner[1:-1] if isinstance(value.of, e.Map) else inner})", _ATOM

    def text_call(self, value: e.TextCall) -> tuple[str, int]:
        of, *arguments = value.arguments
        return f"{self.at(of, _ATOM)}.{value.name}({', '.join(map(self.of, arguments))})", _ATOM

    def error_part(self, value: e.ErrorPart) -> tuple[str, int]:
        of = self.of(value.of)
        return (f"str({of})" if value.part == "message" else f"type({of}).__name__"), _ATOM

    def error_data(self, value: e.ErrorData) -> tuple[str, int]:
        return f"{self.at(value.of, _ATOM)}.{value.key}", _ATOM

    def error_has(self, value: e.ErrorHas) -> tuple[str, int]:
        return f"hasattr({self.of(value.of)}, {constant(value.key)})", _ATOM

    def error_is(self, value: e.ErrorIs) -> tuple[str, int]:
        return f"isinstance({self.of(value.of)}, {' | '.join(value.names)})", _ATOM

    def new_error(self, value: e.NewError) -> tuple[str, int]:
        if value.data:
            return self.call(_last(value.type), {one.key: one.value for one in value.data}), _ATOM
        message = "" if _is(value.message, "") else self.of(value.message)
        return f"{_last(value.type)}({message})", _ATOM

    def both(self, value: Any, op: str, binds: int) -> tuple[str, int]:
        """Two operands; of equals, the left one needs no parentheses. Comparisons do not chain."""
        left = self.at(value.left, binds + (binds == _COMPARED))
        return f"{left} {op} {self.at(value.right, binds + (binds not in {_AND, _OR}))}", binds


def constant(value: Any) -> str:
    """JSON as Python writes it."""
    if value is None or isinstance(value, bool):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def _is(value: e.Expression, wanted: Any) -> bool:
    return isinstance(value, e.Const) and value.value == wanted and type(value.value) is type(wanted)


def _told(value: e.Expression) -> e.Expression:
    """What braces of an f-string would hold."""
    return value.of if isinstance(value, e.ToText) else value


def _last(name: str) -> str:
    return name.rpartition(".")[2]


_WRITERS: dict[type, Callable[[_Writer, Any], tuple[str, int]]] = {
    e.Const: _Writer.const, e.Setting: _Writer.setting, e.Var: _Writer.var, e.Field: _Writer.field,
    e.Index: _Writer.index, e.Key: _Writer.key, e.Record: _Writer.record, e.Dict: _Writer.dict_,
    e.List: _Writer.list_, e.Merge: _Writer.merge, e.Concat: _Writer.concat, e.Unary: _Writer.unary,
    e.Arithmetic: _Writer.arithmetic, e.Compare: _Writer.compare, e.Equal: _Writer.equal,
    e.IsNone: _Writer.is_none, e.Not: _Writer.not_, e.And: _Writer.and_, e.Or: _Writer.or_,
    e.Choose: _Writer.choose, e.Text: _Writer.text, e.ToText: _Writer.to_text, e.Length: _Writer.length,
    e.In: _Writer.within, e.HasKey: _Writer.within, e.Contains: _Writer.within, e.Map: _Writer.map_,
    e.Fold: _Writer.fold, e.TextCall: _Writer.text_call, e.ErrorPart: _Writer.error_part,
    e.ErrorData: _Writer.error_data, e.ErrorHas: _Writer.error_has, e.ErrorIs: _Writer.error_is,
    e.NewError: _Writer.new_error,
}  # fmt: skip


class Phrases(_Writer):
    """name: what stands for a variable."""
