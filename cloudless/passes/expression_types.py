"""The static type of every expression of an orchestration: what compilers pick operators by.

    Types(orchestration).of(expression)

Types may be wider than what the front end knew: that a variable is not None after `if x is None: return` is told by
the program's flow, not by an expression. Within an expression, `Choose(IsNone(x), …, x)` tells it. A list or dict of
nothing has a type without `of`, which joins with every other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from cloudless.errors import InternalError
from cloudless.ir.expression import (
    And,
    Arithmetic,
    Choose,
    Compare,
    Concat,
    Const,
    Contains,
    Dict,
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
    Record,
    Setting,
    Text,
    TextCall,
    ToText,
    Unary,
    Var,
)
from cloudless.ir.orchestration import Orchestration
from cloudless.ir.type import BOOL, DICT, ENUM, ERROR, FLOAT, INT, JSON, LIST, NONE, OPTIONAL, RECORD, TEXT, Type

F = TypeVar("F")

_BOOL = Type(BOOL)
_INT = Type(INT)
_TEXT = Type(TEXT)
_ANY = Type(JSON)
_NUMBERS = frozenset({INT, FLOAT})


class Types:
    """What is known of an orchestration's variables, records and errors."""

    def __init__(self, orchestration: Orchestration) -> None:
        parameters = {one.name: one.type for one in orchestration.parameters}
        self._variables = parameters | {one.name: one.type for one in orchestration.variables}
        self._records = {one.name: {part.key: part.type for part in one.fields} for one in orchestration.records}
        self._errors = {one.name: {part.name: part.type for part in one.fields} for one in orchestration.errors}
        self._bases = {one.name: one.mro for one in orchestration.errors}
        self._present: tuple[Expression, ...] = ()

    def of(self, expression: Expression) -> Type:
        """The type of an expression; InternalError for a variable or field that the orchestration does not have."""
        found = RULES[type(expression)](self, expression)
        return present(found) if expression in self._present else found

    def declare(self, name: str, kind: Type) -> None:
        """Add a variable."""
        self._variables[name] = kind

    def declares(self, name: str) -> bool:
        """Whether there is such a variable."""
        return name in self._variables

    def with_variable(self, name: str, kind: Type) -> Types:
        """The same with one variable more."""
        return self._with(_variables={**self._variables, name: kind})

    def variable(self, one: Var) -> Type:
        return _found(self._variables, one.name, "variable")

    def field(self, one: Field) -> Type:
        name = present(self.of(one.of)).name
        return _found(_found(self._records, name, "record"), one.key, f"field of {name}")

    def error_data(self, one: ErrorData) -> Type:
        name = self.of(one.of).name
        return _found(_found(self._errors, name, "error class"), one.key, f"field of {name}")

    def choose(self, one: Choose) -> Type:
        test, is_negated = (one.test.of, True) if type(one.test) is Not else (one.test, False)
        known = self._knowing(test.of) if type(test) is IsNone else self
        then, otherwise = (known, self) if is_negated else (self, known)
        return self.join(then.of(one.then), otherwise.of(one.otherwise))

    def map(self, one: Map) -> Type:
        inner = self.with_variable(one.item, self.item(one.source))
        return Type(LIST, inner.of(one.element))

    def item(self, of: Expression) -> Type:
        """The type of a list's items, or of a dict's values."""
        return present(self.of(of)).of or _ANY

    def all_of(self, parts: Iterable[Expression]) -> Type | None:
        """The type that holds several expressions; None of none."""
        found: Type | None = None
        for part in parts:
            kind = self.of(part)
            found = kind if found is None else self.join(found, kind)
        return found

    def join(self, one: Type, other: Type) -> Type:
        """The narrowest type that holds values of both; JSON where there is no other."""
        if one == other:
            return one
        if {one.kind, other.kind} & {NONE, OPTIONAL}:
            return self._join_optional(one, other)
        if {one.kind, other.kind} == _NUMBERS:
            return Type(FLOAT)
        if one.kind != other.kind:
            return _of_enum(one, other)
        return self._join_same(one, other)

    def _join_optional(self, one: Type, other: Type) -> Type:
        if NONE in {one.kind, other.kind}:
            return optional(other if one.kind == NONE else one)
        return optional(self.join(present(one), present(other)))

    def _join_same(self, one: Type, other: Type) -> Type:
        """Of two types of one kind."""
        if one.kind in {LIST, DICT}:
            inner = self.join(one.of, other.of) if one.of and other.of else one.of or other.of
            return Type(one.kind, inner)
        if one.kind == ERROR:
            return Type(ERROR, None, self._base(one.name, other.name))
        return self._join_records(one, other) if one.kind == RECORD else _ANY

    def _base(self, one: str, other: str) -> str:
        """The nearest class that both errors derive from."""
        others = self._bases.get(other, (other,))
        return next((name for name in self._bases.get(one, (one,)) if name in others), "Exception")

    def _join_records(self, one: Type, other: Type) -> Type:
        """The one whose fields the other has too: the IR does not say which class derives from which."""
        left, right = self._records.get(one.name), self._records.get(other.name)
        if left is None or right is None:
            return _ANY if left is None and right is None else other if left is None else one
        if left.keys() <= right.keys():
            return one
        return other if right.keys() <= left.keys() else _ANY

    def _knowing(self, expression: Expression) -> Types:
        """The same where an expression is known not to be null."""
        return self._with(_present=(*self._present, expression))

    def _with(self, **changes: Any) -> Types:
        made = object.__new__(Types)
        made.__dict__.update(self.__dict__, **changes)
        return made


def present(kind: Type) -> Type:
    """What it is where it is not null."""
    return kind.of if kind.kind == OPTIONAL and kind.of else kind


def optional(kind: Type) -> Type:
    """The same, or null."""
    return kind if kind.kind in {OPTIONAL, NONE, JSON} else Type(OPTIONAL, kind)


def _of_enum(one: Type, other: Type) -> Type:
    """A string or int, where the other is of an enum: `.value` of a member is the member itself on the wire."""
    found = other if one.kind == ENUM else one
    return found if ENUM in {one.kind, other.kind} and found.kind in {INT, TEXT} else _ANY


def _found(table: dict[str, F], name: str, what: str) -> F:
    if name not in table:
        raise InternalError(f"an orchestration has no {what} {name!r}, and an expression of it does")
    return table[name]


def _always(kind: Type) -> Callable[[Types, Any], Type]:
    return lambda types, one: kind


RULES: dict[type, Callable[[Types, Any], Type]] = {
    Const: lambda types, one: one.type,
    Setting: lambda types, one: one.type,
    Var: Types.variable,
    Field: Types.field,
    Index: lambda types, one: types.item(one.of),
    Key: lambda types, one: types.item(one.of),
    Record: lambda types, one: Type(RECORD, None, one.type),
    Dict: lambda types, one: Type(DICT, types.all_of([pair.value for pair in one.items])),
    List: lambda types, one: Type(LIST, one.of),
    Merge: lambda types, one: types.join(types.of(one.left), types.of(one.right)),
    Concat: lambda types, one: types.join(types.of(one.left), types.of(one.right)),
    Unary: lambda types, one: Type(one.op if one.op in _NUMBERS else one.kind),
    Arithmetic: lambda types, one: Type(one.kind),
    Compare: _always(_BOOL),
    Equal: _always(_BOOL),
    IsNone: _always(_BOOL),
    Not: _always(_BOOL),
    And: _always(_BOOL),
    Or: _always(_BOOL),
    Choose: Types.choose,
    Text: _always(_TEXT),
    ToText: _always(_TEXT),
    Length: _always(_INT),
    In: _always(_BOOL),
    HasKey: _always(_BOOL),
    Contains: _always(_BOOL),
    Map: Types.map,
    Fold: lambda types, one: _BOOL if one.op in {"any", "all"} else Type(one.kind),
    TextCall: lambda types, one: _BOOL if one.name in {"startswith", "endswith"} else _TEXT,
    ErrorPart: _always(_TEXT),
    ErrorData: Types.error_data,
    ErrorHas: _always(_BOOL),
    ErrorIs: _always(_BOOL),
    NewError: lambda types, one: Type(ERROR, None, one.type),
}
"""By class of node; a test asserts that none is missing."""
