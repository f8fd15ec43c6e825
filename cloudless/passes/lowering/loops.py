"""Comprehensions, folds, concatenations and joins as loops. Each fills a variable that nothing else reads yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless.ir.expression import (
    Arithmetic,
    Compare,
    Concat,
    Const,
    Expression,
    Fold,
    Index,
    List,
    Map,
    Text,
    TextCall,
    Var,
)
from cloudless.ir.statement import Break, For, If
from cloudless.ir.type import BOOL, FLOAT, INT, TEXT, Type
from cloudless.passes.lowering.capabilities import NATIVE_RULE
from cloudless.passes.lowering.prelude import Prelude

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloudless.passes.lowering.expressions import Expressions

    Consume = Callable[[Expression, str, Prelude], None]
    """Adds to the body of a loop what is done with an item. The label is the loop's."""
    Loop = Callable[[Expressions, Any, str, Prelude], None]
    """Adds the loop that fills a variable with an expression's value."""

_TRUE = Const(True, Type(BOOL))
_FALSE = Const(False, Type(BOOL))
_TEXT = Type(TEXT)
_NO_TEXT = Const("", _TEXT)


def mapped(lowering: Expressions, one: Map, target: str, out: Prelude) -> None:
    """[element for item in source if test]."""
    kind = lowering.types.of(one).of
    assert kind is not None
    out.let(target, List((), kind))
    _over_map(lowering, one, out, _append(lowering, target, kind))


def concatenated(lowering: Expressions, one: Concat, target: str, out: Prelude) -> None:
    """A list and another: the items of the right list, one by one."""
    kind = lowering.types.item(one)
    lowering.assign(target, one.left, out)
    _each(lowering, one.right, out, _append(lowering, target, kind))


def folded(lowering: Expressions, one: Fold, target: str, out: Prelude) -> None:
    """sum, any, all, min, max."""
    if one.op == "sum":
        _sum(lowering, one, target, out)
    elif one.op in {"any", "all"}:
        _quantified(lowering, one, target, out)
    else:
        _extreme(lowering, one, target, out)


def joined(lowering: Expressions, one: TextCall, target: str, out: Prelude) -> None:
    """separator.join(texts): before each text what is empty the first time."""
    separator, texts = one.arguments
    given = lowering.bound(lowering.lowered(separator, out), out, "separator")
    between = lowering.names.fresh("between", _TEXT)
    out.let(target, _NO_TEXT)
    out.let(between, _NO_TEXT)

    def consume(item: Expression, _: str, body: Prelude) -> None:
        lowering.assign(target, Text((Var(target), Var(between), item)), body)
        body.let(between, given)

    _each(lowering, texts, out, consume)


LOOPS: dict[type, Loop] = {Concat: concatenated, Fold: folded, Map: mapped, TextCall: joined}


def _append(lowering: Expressions, target: str, kind: Type) -> Consume:
    def consume(item: Expression, _: str, body: Prelude) -> None:
        lowering.assign(target, Concat(Var(target), List((item,), kind)), body)

    return consume


def _sum(lowering: Expressions, one: Fold, target: str, out: Prelude) -> None:
    out.let(target, Const(0.0 if one.kind == FLOAT else 0, Type(one.kind)))

    def consume(item: Expression, _: str, body: Prelude) -> None:
        lowering.assign(target, Arithmetic("+", Var(target), item, one.kind), body)

    _each(lowering, one.of, out, consume)


def _quantified(lowering: Expressions, one: Fold, target: str, out: Prelude) -> None:
    """Of any and all: until an item decides."""
    is_any = one.op == "any"
    out.let(target, _FALSE if is_any else _TRUE)

    def consume(item: Expression, label: str, body: Prelude) -> None:
        test, decided = lowering.lowered(item, body), body.inner("then" if is_any else "otherwise")
        decided.let(target, _TRUE if is_any else _FALSE)
        decided.add(Break, label=label)
        block = decided.block()
        body.add(If, test=test, then=block if is_any else (), otherwise=() if is_any else block)

    _each(lowering, one.of, out, consume)


def _extreme(lowering: Expressions, one: Fold, target: str, out: Prelude) -> None:
    """Of min and max, of a list that is not empty: the first of equal ones."""
    values = lowering.bound(lowering.lowered(one.of, out), out, "items")
    out.let(target, Index(values, Const(0, Type(INT))))
    sign = "<" if one.op == "min" else ">"

    def consume(item: Expression, _: str, body: Prelude) -> None:
        better = body.inner("then")
        better.let(target, item)
        body.add(If, test=Compare(sign, item, Var(target)), then=better.block(), otherwise=())

    _each(lowering, values, out, consume)


def _each(lowering: Expressions, of: Expression, out: Prelude, consume: Consume) -> None:
    """A loop over a list; over a comprehension, without making its list."""
    if type(of) is Map and lowering.capabilities.rule(of) != NATIVE_RULE:
        _over_map(lowering, of, out, consume)
        return
    source, label = lowering.lowered(of, out), lowering.names.label()
    item = lowering.names.fresh("item", lowering.types.item(of))
    body = out.inner("body")
    consume(Var(item), label, body)
    out.add(For, label=label, item=item, source=source, body=body.block())


def _over_map(lowering: Expressions, of: Map, out: Prelude, consume: Consume) -> None:
    source, label = lowering.lowered(of.source, out), lowering.names.label()
    own, body = lowering.own_item(of), out.inner("body")
    if own.test is None:
        consume(own.element, label, body)
    else:
        test, held = lowering.lowered(own.test, body), body.inner("then")
        consume(own.element, label, held)
        body.add(If, test=test, then=held.block(), otherwise=())
    out.add(For, label=label, item=own.item, source=source, body=body.block())
