"""Walk and rewrite the IR of orchestrations, whatever its nodes: what has not changed stays the same object."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator
from typing import Any, TypeGuard, TypeVar

from cloudless.ir.expression import Entry, Expression, Pair
from cloudless.ir.statement import Branch, Except, Range, Statement
from cloudless.node import fields, replace

N = TypeVar("N")
Block = tuple[Statement, ...]

EXPRESSIONS: frozenset[type] = frozenset(typing.get_args(Expression))
STATEMENTS: frozenset[type] = frozenset(typing.get_args(Statement))
_CARRIERS: frozenset[type] = frozenset({Entry, Pair, Range})
"""What holds expressions and is none."""
_ARMS: frozenset[type] = frozenset({Branch, Except})
"""What holds blocks and is no statement."""


def operands(one: Any) -> Iterator[Expression]:
    """The expressions right under an expression or statement, in order of evaluation; not those of nested blocks."""
    for value in _values(one):
        yield from _expressions(value)


def nodes(expression: Expression) -> Iterator[Expression]:
    """An expression and all under it."""
    yield expression
    for one in operands(expression):
        yield from nodes(one)


def blocks(one: Any) -> Iterator[Block]:
    """The blocks right under a statement."""
    for value in _values(one):
        yield from _blocks(value)


def statements(block: Block) -> Iterator[Statement]:
    """The statements of a block and all under them."""
    for one in block:
        yield one
        for inner in blocks(one):
            yield from statements(inner)


def with_operands(one: N, change: Callable[[Expression], Expression]) -> N:
    """An expression or statement whose operands have gone through `change`, in order of evaluation."""
    changes: dict[str, Any] = {}
    for own in fields(one):  # few frames a level: expressions may be deep
        before = getattr(one, own.name)
        after = change(before) if type(before) in EXPRESSIONS else _with_operands(before, change)
        if after is not before:
            changes[own.name] = after
    return replace(one, **changes) if changes else one


def with_blocks(one: N, change: Callable[[Block], Block]) -> N:
    """A statement whose blocks have gone through `change`."""
    before = {own.name: getattr(one, own.name) for own in fields(one)}
    after = {name: _with_blocks(value, change) for name, value in before.items()}
    changes = {name: value for name, value in after.items() if value is not before[name]}
    return replace(one, **changes) if changes else one


def renamed(expression: Expression, change: Callable[[Expression], Expression | None]) -> Expression:
    """An expression in which `change` says what comes in the place of a part; None where the part stays."""
    found = change(expression)
    return with_operands(expression, lambda part: renamed(part, change)) if found is None else found


def _values(one: Any) -> Iterator[Any]:
    return (getattr(one, own.name) for own in fields(one))


def _expressions(value: Any) -> Iterator[Expression]:
    if type(value) in EXPRESSIONS:
        yield value
    elif type(value) in _CARRIERS:
        yield from operands(value)
    elif _is_tuple(value):
        for part in value:
            yield from _expressions(part)


def _blocks(value: Any) -> Iterator[Block]:
    if type(value) in _ARMS:
        yield from blocks(value)
    elif _is_tuple(value):
        if value and type(value[0]) in STATEMENTS:
            yield value
        else:
            for part in value:
                yield from _blocks(part)


def _with_operands(value: Any, change: Callable[[Expression], Expression]) -> Any:
    if type(value) in EXPRESSIONS:
        return change(value)
    if type(value) in _CARRIERS:
        return with_operands(value, change)
    return _each(value, lambda part: _with_operands(part, change)) if _is_tuple(value) else value


def _with_blocks(value: Any, change: Callable[[Block], Block]) -> Any:
    if type(value) in _ARMS:
        return with_blocks(value, change)
    if not _is_tuple(value):
        return value
    if value and type(value[0]) in STATEMENTS:
        return change(value)
    return _each(value, lambda part: _with_blocks(part, change))


def _is_tuple(value: Any) -> TypeGuard[tuple[Any, ...]]:
    return isinstance(value, tuple)


def _each(values: tuple[Any, ...], change: Callable[[Any], Any]) -> tuple[Any, ...]:
    after = tuple([change(part) for part in values])
    return values if all(one is other for one, other in zip(values, after, strict=True)) else after
