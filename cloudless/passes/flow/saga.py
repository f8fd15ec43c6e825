"""Sagas, known again in what they were compiled to.

    undo = []                                      Let
    try:                                           Try
        …
        undo = undo + [{"f": 0, "a": {…}}]         Let: on_failure(release, …)
    except Exception as error:
        for i in range(len(undo) - 1, -1, -1):     For over a Range that goes down the list
            try: release(…)                        Call, under an If for each function where there are several
            except Exception: …
        raise …

The last function needs no If: it is what is called where no other is.
"""

from __future__ import annotations

from collections.abc import Iterator

from cloudless.ir.expression import Arithmetic, Concat, Const, Dict, Equal, Expression, Length, List, Record, Var
from cloudless.ir.statement import Call, For, If, Let, Range, Statement, Try
from cloudless.node import node
from cloudless.passes.flow.names import Statements, blocks

MARKS = frozenset({"saga", "on failure", "compensate"})
"""Notes of the statements that sagas are compiled to."""


@node()
class Saga:
    """list: the variable that registrations are in. calls: by the number in a registration; None for all others."""

    list: str
    calls: dict[int | str | None, Call]

    def registered(self, one: Let) -> tuple[Call, dict[str, Expression]] | None:
        """The compensation that a statement registers, and its arguments; None where it registers none."""
        if one.target != self.list or not isinstance(one.value, Concat) or not isinstance(one.value.right, List):
            return None
        fields = _fields(one.value.right.items[0])
        tags = [each.value for each in fields.values() if isinstance(each, Const)]
        found = next((self.calls[tag] for tag in tags if tag in self.calls), self.calls.get(None))
        if found is None:
            return None
        given = [_fields(each) for each in fields.values() if isinstance(each, (Record, Dict))]
        return found, given[0] if given else {}


def saga(one: Try) -> Saga | None:
    """What a Try was compiled from, None where that is no saga."""
    if len(one.handlers) != 1 or one.handlers[0].names != ("Exception",):
        return None
    for inner in one.handlers[0].body:
        if isinstance(inner, For) and isinstance(inner.source, Range) and inner.source.step < 0:
            name = _measured(inner.source.start)
            calls = dict(_calls(inner.body, None))
            if name and calls:
                return Saga(name, calls)
    return None


def _measured(start: Expression) -> str:
    """The list whose last index it is."""
    length = start.left if isinstance(start, Arithmetic) else start
    return length.of.name if isinstance(length, Length) and isinstance(length.of, Var) else ""


def _calls(block: Statements, tag: int | str | None) -> Iterator[tuple[int | str | None, Call]]:
    for one in block:
        if isinstance(one, Call):
            yield tag, one
        elif isinstance(one, If):
            yield from _calls(one.then, _compared(one.test))
            yield from _calls(one.otherwise, tag)
        else:
            yield from (found for inner in _tried(one) for found in _calls(inner, tag))


def _tried(one: Statement) -> tuple[Statements, ...]:
    return (one.body,) if isinstance(one, Try) else blocks(one)


def _compared(test: Expression) -> int | str | None:
    """The constant that something is compared with."""
    sides = (test.left, test.right) if isinstance(test, Equal) else ()
    return next((side.value for side in sides if isinstance(side, Const)), None)


def _fields(value: Expression) -> dict[str, Expression]:
    if isinstance(value, Record):
        return {one.key: one.value for one in value.fields}
    items = value.items if isinstance(value, Dict) else ()
    return {one.key.value: one.value for one in items if isinstance(one.key, Const)}
