"""What an expression of the program became: an expression of the IR, its type, and what it tells if it holds."""

from __future__ import annotations

from cloudless.frontend.orchestration.kinds import BOOLEAN, NULL, STRING, UNKNOWN, WHOLE
from cloudless.ir.expression import Const, Expression, Not
from cloudless.ir.type import Type

Facts = dict[str, Type]
"""Narrower types of variables and of their fields, by path, e.g. "order.note"."""
NOTHING: Facts = {}


class Value:
    """yes, no: what is known of variables where a bool holds, and where it does not.

    declared: of a variable or field, what its type is wherever nothing more is known.
    """

    __slots__ = ("declared", "expression", "no", "type", "yes")

    def __init__(self, expression: Expression, kind: Type, yes: Facts = NOTHING, no: Facts = NOTHING) -> None:
        self.expression = expression
        self.type = kind
        self.declared = kind
        self.yes = yes
        self.no = no

    @property
    def is_unknown(self) -> bool:
        """Whether it was reported already."""
        return self.type is UNKNOWN


NONE_CONST = Const(None, NULL)
TRUE = Const(True, BOOLEAN)
LOST = Value(NONE_CONST, UNKNOWN)
"""In place of what was reported."""


def whole(number: int) -> Const:
    """A constant int."""
    return Const(number, WHOLE)


def text(words: str) -> Const:
    """A constant str."""
    return Const(words, STRING)


def negated(value: Value) -> Value:
    """Not value."""
    return Value(Not(value.expression), BOOLEAN, value.no, value.yes)
