"""The types of JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

Json = Mapping[str, Any]


def is_object(value: Any) -> TypeGuard[Json]:
    return isinstance(value, Mapping)


def is_array(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def kind_of(value: Any) -> str:
    """JSON's name of a value's type."""
    return next(name for name, kind in _KINDS if isinstance(value, kind))


_KINDS: list[tuple[str, type | tuple[type, ...]]] = [
    ("null", type(None)),
    ("boolean", bool),
    ("number", (int, float)),
    ("string", str),
    ("array", list),
    ("object", Mapping),
]
