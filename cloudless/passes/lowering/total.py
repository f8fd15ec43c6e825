"""Whether an expression has a value wherever it is evaluated, and not only behind its Check or test."""

from __future__ import annotations

from cloudless.ir.expression import (
    Arithmetic,
    Choose,
    Const,
    Dict,
    Equal,
    ErrorData,
    Expression,
    Fold,
    Index,
    IsNone,
    Key,
    List,
    Map,
    NewError,
    Record,
)
from cloudless.ir.type import JSON, NONE, OPTIONAL
from cloudless.passes.expression_types import Types
from cloudless.passes.tree import operands

_GUARDED: frozenset[type] = frozenset({ErrorData, Index, Key, Map})
"""Map: its parts have a variable that nobody else has, so it is not looked into."""
_TAKES_NULL: frozenset[type] = frozenset({Choose, Dict, Equal, IsNone, List, NewError, Record})
_NULLABLE = frozenset({JSON, NONE, OPTIONAL})


def is_total(one: Expression, types: Types) -> bool:
    """Whether it cannot fail. Conservative: what a test has made sure of is not known here.

    Where a variable may be None, the front end lets `x is not None and x.total > 3` through: the right side alone
    would fail.
    """
    if type(one) in _GUARDED or _divides(one) or _is_extreme(one):
        return False
    takes_null = type(one) in _TAKES_NULL
    return all(is_total(part, types) and (takes_null or types.of(part).kind not in _NULLABLE) for part in operands(one))


def _divides(one: Expression) -> bool:
    if type(one) is not Arithmetic or one.op in {"+", "-", "*"}:
        return False
    return type(one.right) is not Const or not one.right.value


def _is_extreme(one: Expression) -> bool:
    return type(one) is Fold and one.op in {"max", "min"}
