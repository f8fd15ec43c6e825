"""Values as the source has them: JSON with expressions in its strings, since expressions have no maps.

https://cloud.google.com/workflows/docs/reference/syntax/expressions
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cloudless.ir.expression import Const, Dict, Entry, Expression, List, NewError, Record, Setting, Var
from cloudless_gcp.compile.workflows.code import LENGTH_MAX, Code, expression
from cloudless_gcp.compile.workflows.expression import Expressions, number
from cloudless_gcp.compile.workflows.variable import is_evaluated


class Unwritable(Exception):
    """A value that the source cannot have, and nothing in its place. Its text is what is wrong with it."""


def written(code: Code) -> str:
    """An expression as a value. Raises Unwritable."""
    return _short(expression(code))


def _short(text: str) -> str:
    if len(text) > LENGTH_MAX:
        raise Unwritable(f"an expression of {len(text):,} characters, and Workflows takes {LENGTH_MAX}")
    return text


def template(expressions: Expressions, one: Expression) -> Any:
    """The value of an expression as JSON with expressions in it."""
    made = CONTAINERS.get(type(one))
    return made(expressions, one) if made else written(expressions.of(one))


def given(expressions: Expressions, entries: tuple[Entry, ...]) -> dict[str, Any]:
    """Arguments, attributes, fields: by key."""
    strange = [entry.key for entry in entries if is_evaluated(entry.key)]
    if strange:
        raise Unwritable(f"the key {strange[0]!r} of a class, which Workflows would evaluate")
    return {entry.key: template(expressions, entry.value) for entry in entries}


def assignments(expressions: Expressions, name: str, one: Expression) -> Iterator[dict[str, Any]]:
    """What assigns the value of an expression to a variable: keys that are computed are assigned one by one."""
    if type(one) is Dict and not all(type(pair.key) is Const for pair in one.items):
        yield {name: {}}
        for pair in one.items:
            yield {_target(expressions, name, pair.key): template(expressions, pair.value)}
    elif not (type(one) is Var and expressions.variables.of(one.name) == name):
        yield {name: template(expressions, one)}


def _target(expressions: Expressions, name: str, key: Expression) -> str:
    return _short(f"{name}[{expressions.of(key).text}]")


def _dict(expressions: Expressions, one: Dict) -> dict[str, Any]:
    """Of two equal keys, the later one counts."""
    return {pair.key.value: template(expressions, pair.value) for pair in one.items if type(pair.key) is Const}


def _error(expressions: Expressions, one: NewError) -> dict[str, Any]:
    message = template(expressions, one.message)
    return {"type": one.type, "mro": list(one.mro), "message": message, "data": given(expressions, one.data)}


CONTAINERS: dict[type, Callable[[Expressions, Any], Any]] = {
    Const: lambda expressions, one: expressions.variables.value(number(one.value, one.type.kind)),
    Dict: _dict,
    List: lambda expressions, one: [template(expressions, part) for part in one.items],
    NewError: _error,
    Record: lambda expressions, one: given(expressions, one.fields),
    Setting: lambda expressions, one: expressions.variables.value(number(expressions.setting(one), one.type.kind)),
}
"""By class of node that is written as JSON."""
