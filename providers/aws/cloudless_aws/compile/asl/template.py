"""Values as the fields of states have them: JSON with JSONata in its strings.

A container at the top is written as JSON: there, unlike in JSONata, lists in lists keep their level, and what is
undefined fails instead of disappearing. https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from cloudless.codec import is_list, is_object
from cloudless.ir.expression import (
    And,
    Arithmetic,
    Compare,
    Const,
    Contains,
    Dict,
    Entry,
    Equal,
    ErrorHas,
    ErrorIs,
    Expression,
    HasKey,
    In,
    IsNone,
    Length,
    List,
    NewError,
    Not,
    Or,
    Record,
    Setting,
    Unary,
)
from cloudless_aws.compile.asl.expression import Expressions
from cloudless_aws.compile.asl.jsonata import expression, literal, number

_SMALL: frozenset[type] = frozenset({
    And, Arithmetic, Compare, Contains, Equal, ErrorHas, ErrorIs, HasKey, In, IsNone, Length, Not, Or, Unary
})  # fmt: skip
"""Expressions of numbers and bools."""
_SMALL_BYTES = 1_024
_STRANGE = re.compile(r"^\{%|%\}$|[\n\r\u2028\u2029]")
"""Texts that would be evaluated, or are of several lines."""


def template(expressions: Expressions, one: Expression) -> Any:
    """The value of an expression as JSON with JSONata in it."""
    if type(one) is Const:
        return constant(one.value)
    if type(one) is Setting:
        return constant(expressions.setting(one))
    if type(one) is List:
        return [_item(expressions, part) for part in one.items]
    found = _fields(one)
    if found is not None and not any(_is_strange(key) for key in found):
        return {key: template(expressions, value) for key, value in found.items()}
    if type(one) is NewError:
        data = template(expressions, Record("", one.data))
        return {"type": one.type, "mro": list(one.mro), "message": template(expressions, one.message), "data": data}
    return expression(expressions.of(one))


def _item(expressions: Expressions, one: Expression) -> Any:
    """An item of a list. A list in it is JSONata: asl-validator knows no such templates."""
    found = template(expressions, one)
    return expression(expressions.of(one)) if is_list(found) else found


def given(expressions: Expressions, entries: Iterable[Entry]) -> Any:
    """Arguments, attributes, fields: by key."""
    return template(expressions, Record("", tuple(entries)))


def constant(value: Any) -> Any:
    """A JSON value as itself, with nothing in it that would be evaluated, nor what asl-validator does not know."""
    if isinstance(value, str):
        return expression(literal(value)) if _STRANGE.search(value) or not value else value
    if is_list(value):
        return [expression(literal(part)) if is_list(part) else constant(part) for part in value]
    if not is_object(value):
        return number(value)
    if any(map(_is_strange, value)):
        return expression(literal(value))
    return {key: constant(part) for key, part in value.items()}


def is_large(one: Expression) -> bool:
    """Whether a value may be of more than some bytes: variables that are assigned at once have 256 KiB together.

    https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
    """
    if type(one) is Const:
        return len(json.dumps(one.value)) > _SMALL_BYTES
    return type(one) not in _SMALL and not (type(one) is List and not one.items)


def _fields(one: Expression) -> dict[str, Expression] | None:
    """Of a record, or of a dict whose keys are all known."""
    if type(one) is Record:
        return {entry.key: entry.value for entry in one.fields}
    if type(one) is Dict and all(type(pair.key) is Const for pair in one.items):
        return {pair.key.value: pair.value for pair in one.items if type(pair.key) is Const}
    return None


def _is_strange(key: str) -> bool:
    """Keys that mean something in the other query language, and are asked about in this one by some readers."""
    return key.endswith(".$") or not key
