"""Expressions of the IR → expressions of Workflows.

An orchestration is lowered before (capability.py): what Workflows cannot say in an expression
is not in one, `and` and `or` have operands that cannot fail, and containers stand where the source is JSON
(template.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cloudless.errors import InternalError
from cloudless.ir.expression import (
    And,
    Arithmetic,
    Choose,
    Compare,
    Concat,
    Const,
    Contains,
    Equal,
    ErrorData,
    ErrorHas,
    ErrorIs,
    ErrorPart,
    Expression,
    Field,
    HasKey,
    In,
    Index,
    IsNone,
    Key,
    Length,
    List,
    Merge,
    Not,
    Or,
    Setting,
    Text,
    TextCall,
    ToText,
    Unary,
    Var,
)
from cloudless.ir.type import BOOL, ENUM, FLOAT, INT, NONE, OPAQUE, TEXT
from cloudless.passes.expression_types import Types, present
from cloudless_gcp.compile.workflows import text
from cloudless_gcp.compile.workflows.arithmetic import ARITHMETIC, UNARY
from cloudless_gcp.compile.workflows.code import (
    Code,
    call,
    is_plain_key,
    item,
    joined,
    negation,
    operator,
    variable,
)
from cloudless_gcp.compile.workflows.variable import Variables

_NULL = Code("null")
_SCALARS = frozenset({BOOL, ENUM, FLOAT, INT, NONE, OPAQUE, TEXT})
"""Kinds of types whose values == compares: of lists and maps, that is not documented."""


class Expressions:
    """Expressions of one routine.

    types: of its orchestration. settings: values of configuration entries in the stage. equal: gives the name of the
    routine that compares two values of any type.
    """

    def __init__(
        self, variables: Variables, types: Types, settings: Mapping[str, Any], equal: Callable[[], str]
    ) -> None:
        self.variables = variables
        self._types = types
        self._settings = settings
        self._equal = equal

    def of(self, one: Expression) -> Code:
        """The text of an expression."""
        return PRINTERS[type(one)](self, one)

    def setting(self, one: Setting) -> Any:
        """The stage's value of a configuration entry."""
        if one.name not in self._settings:
            raise InternalError(
                f"configuration {one.name!r} has no value in this stage, which should have been refused"
            )
        return self._settings[one.name]

    def constant(self, value: Any) -> Code:
        return self.variables.literal(value)

    def member(self, of: Code, key: str) -> Code:
        """The value of a key that is there."""
        return Code(f"{of.operand}.{key}") if is_plain_key(key) else item(of, self.constant(key))

    def binary(self, sign: str, left: Expression, right: Expression) -> Code:
        return operator(sign, self.of(left), self.of(right))

    def concat(self, one: Concat) -> Code:
        """A list and one more item."""
        if type(one.right) is not List or len(one.right.items) != 1:
            raise InternalError("Workflows adds one item to a list, which should have been lowered")
        return call("list.concat", self.of(one.left), self.of(one.right.items[0]))

    def choose(self, one: Choose) -> Code:
        return call("if", self.of(one.test), self.of(one.then), self.of(one.otherwise))

    def equal(self, one: Equal) -> Code:
        """Of lists and maps, by a routine, which may be called in an expression.

        https://cloud.google.com/workflows/docs/reference/syntax/expressions#function_expressions
        """
        if self._is_scalar(one.right) or self._is_scalar(one.left):
            return self.binary("==", one.left, one.right)
        return call(self._equal(), self.of(one.left), self.of(one.right))

    def _is_scalar(self, one: Expression) -> bool:
        return present(self._types.of(one)).kind in _SCALARS

    def error_is(self, one: ErrorIs) -> Code:
        mro = self.member(self.of(one.of), "mro")
        return joined("or", [operator("in", self.constant(name), mro) for name in one.names])

    def data(self, of: Expression) -> Code:
        """What an error carries."""
        return self.member(self.of(of), "data")

    def to_text(self, one: ToText) -> Code:
        if one.kind == "bool":
            return call("if", self.of(one.of), self.constant("True"), self.constant("False"))
        return self.constant("None") if one.kind == "none" else call("string", self.of(one.of))

    def text(self, one: Text) -> Code:
        return joined("+", map(self.of, one.parts)) if one.parts else self.constant("")


PRINTERS: dict[type, Callable[[Expressions, Any], Code]] = {
    And: lambda printer, one: printer.binary("and", one.left, one.right),
    Arithmetic: lambda printer, one: ARITHMETIC[one.op](printer.of(one.left), printer.of(one.right)),
    Choose: Expressions.choose,
    Compare: lambda printer, one: printer.binary(one.op, one.left, one.right),
    Concat: Expressions.concat,
    Const: lambda printer, one: printer.constant(number(one.value, one.type.kind)),
    Contains: lambda printer, one: text.contains(printer.of(one.of), printer.of(one.part)),
    Equal: Expressions.equal,
    ErrorData: lambda printer, one: printer.member(printer.data(one.of), one.key),
    ErrorHas: lambda printer, one: operator("in", printer.constant(one.key), printer.data(one.of)),
    ErrorIs: Expressions.error_is,
    ErrorPart: lambda printer, one: printer.member(printer.of(one.of), one.part),
    Field: lambda printer, one: printer.member(printer.of(one.of), one.key),
    HasKey: lambda printer, one: printer.binary("in", one.key, one.of),
    In: lambda printer, one: printer.binary("in", one.item, one.of),
    Index: lambda printer, one: item(printer.of(one.of), printer.of(one.at)),
    IsNone: lambda printer, one: operator("==", printer.of(one.of), _NULL),
    Key: lambda printer, one: item(printer.of(one.of), printer.of(one.key)),
    Length: lambda printer, one: call("len", printer.of(one.of)),
    Merge: lambda printer, one: call("map.merge", printer.of(one.left), printer.of(one.right)),
    Not: lambda printer, one: negation(printer.of(one.of)),
    Or: lambda printer, one: printer.binary("or", one.left, one.right),
    Setting: lambda printer, one: printer.constant(number(printer.setting(one), one.type.kind)),
    Text: Expressions.text,
    TextCall: lambda printer, one: text.CALLS[one.name](*map(printer.of, one.arguments)),
    ToText: Expressions.to_text,
    Unary: lambda printer, one: UNARY[one.op](printer.of(one.of)),
    Var: lambda printer, one: variable(printer.variables.of(one.name)),
}
"""By class of node that a lowered expression may have; a test asserts that template.py has the others."""


def number(value: Any, kind: str) -> Any:
    """A constant of a type: 1 of a float is 1.0, and there is no -0.0."""
    return float(value) + 0.0 if kind == "float" and isinstance(value, (int, float)) else value
