"""What the module says once and for all: constants, defaults, and options of steps, as Python objects and in the IR."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from cloudless.codec import codec_of
from cloudless.frontend.orchestration.kinds import (
    ANY,
    BOOLEAN,
    NULL,
    REAL,
    STRING,
    UNKNOWN,
    WHOLE,
    dict_of,
    joined,
    list_of,
    part,
    present,
)
from cloudless.frontend.orchestration.value import Value
from cloudless.ir.expression import Const, Dict, Entry, List, Pair, Record
from cloudless.ir.type import DICT, FLOAT, LIST, RECORD, Type
from cloudless.retry import Retry

if TYPE_CHECKING:
    from cloudless.frontend.orchestration.annotation import Types

NOTHING: Any = object()
"""In place of an object where there is none."""
INT_MAX = 2**53 - 1
_PLAIN: dict[type, Type] = {type(None): NULL, bool: BOOLEAN, int: WHOLE, float: REAL, str: STRING}
_OPAQUE = (datetime, date, time, timedelta, Decimal, UUID)


def constant(found: object, types: Types, expected: Type | None = None) -> Value | None:
    """A Python object as a constant; None where the language has none such."""
    kind = _PLAIN.get(type(found))
    if kind is not None:
        return _number(found, kind, expected)
    if isinstance(found, Enum):
        return Value(Const(found.value, types.of(type(found))), types.of(type(found)))
    if isinstance(found, _OPAQUE):
        opaque = types.of(type(found))
        return Value(Const(json.loads(codec_of(type(found)).encode(found)), opaque), opaque)
    if isinstance(found, list | tuple):
        return _list(cast("list[object]", found), types, expected)
    if isinstance(found, dict):
        return _dict(cast("dict[object, object]", found), types, expected)
    return _record(found, types)


def _number(found: Any, kind: Type, expected: Type | None) -> Value | None:
    if kind is WHOLE and not -INT_MAX <= found <= INT_MAX:
        return None
    if kind is REAL and not abs(found) < float("inf"):
        return None
    if kind is WHOLE and expected is not None and present(expected).kind == FLOAT:
        return Value(Const(found, REAL), REAL)
    return Value(Const(found, kind), kind)


def _list(found: list[object], types: Types, expected: Type | None) -> Value | None:
    wanted = part(present(expected)) if expected is not None and present(expected).kind == LIST else None
    items = [constant(item, types, wanted) for item in found]
    if any(item is None for item in items):
        return None
    kind = wanted or _common([item.type for item in items if item], types)
    return Value(List(tuple(item.expression for item in items if item), kind), list_of(kind))


def _dict(found: dict[object, object], types: Types, expected: Type | None) -> Value | None:
    wanted = part(present(expected)) if expected is not None and present(expected).kind == DICT else None
    values = {key: constant(value, types, wanted) for key, value in found.items()}
    if any(value is None for value in values.values()) or not all(isinstance(key, str) for key in values):
        return None
    kind = wanted or _common([value.type for value in values.values() if value], types)
    pairs = [Pair(Const(key, STRING), value.expression) for key, value in values.items() if value]
    return Value(Dict(tuple(pairs)), dict_of(kind))


def _record(found: object, types: Types) -> Value | None:
    kind = types.of(type(found))
    if kind.kind != RECORD:
        return None
    record = types.record(kind)
    values = {one.key: constant(getattr(found, one.name, NOTHING), types, one.type) for one in record.fields.values()}
    if record.problem or any(value is None for value in values.values()):
        return None
    return Value(Record(kind.name, tuple(Entry(key, one.expression) for key, one in values.items() if one)), kind)


def _common(kinds: list[Type], types: Types) -> Type:
    common = UNKNOWN
    for kind in kinds:
        both = joined(common, kind, types.derives)
        common = both or ANY
    return common


_ALLOWED = (
    ast.Name, ast.Attribute, ast.Constant, ast.Call, ast.keyword, ast.Tuple, ast.List, ast.UnaryOp, ast.BinOp,
    ast.operator, ast.unaryop, ast.expr_context,
)  # fmt: skip


def evaluated(node: ast.expr, names: Mapping[str, Any]) -> Any:
    """The object that an expression of constants gives: options of steps, durations. NOTHING where it is not one.

    Raises what Retry or timedelta raise of their arguments.
    """
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return names.get(node.id, NOTHING)
    space: dict[str, Any] = {}
    for one in ast.walk(node):
        if not isinstance(one, _ALLOWED) or (isinstance(one, ast.Call) and not _is_allowed(one.func, names)):
            return NOTHING
        if isinstance(one, ast.Name):
            if one.id not in names:
                return NOTHING
            space[one.id] = names[one.id]
    return eval(compile(ast.Expression(node), "<option>", "eval"), space)  # nosec B307  # noqa: S307  (the user's own program)


def _is_allowed(node: ast.expr, names: Mapping[str, Any]) -> bool:
    """Whether a call is of a class that makes options."""
    found: Any = NOTHING
    if isinstance(node, ast.Name):
        found = names.get(node.id)
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        found = getattr(names.get(node.value.id), node.attr, NOTHING)
    return found is timedelta or found is Retry
