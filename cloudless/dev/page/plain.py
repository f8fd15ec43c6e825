"""Nodes ──► JSON, without what is as it usually is."""

from __future__ import annotations

from functools import cache
from json import dumps
from typing import Any

from cloudless.node import fields

_MISSING: Any = object()


def plain(one: Any) -> Any:
    """A node as an object without attributes that have their default, a tuple as a list, the rest as it is."""
    kind: type = type(one)  # pyright: ignore[reportUnknownVariableType]
    if kind in (str, int, float, bool, type(None)):
        return one
    if isinstance(one, tuple):
        return [plain(part) for part in one]  # pyright: ignore[reportUnknownVariableType]
    found: dict[str, Any] = {}
    for name, default in _fields(kind):
        value = getattr(one, name)
        if value != default:
            found[name] = plain(value)
    return found


def written(value: Any) -> str:
    """JSON text in a line, which UTF-8 can carry: a lone surrogate, as a handler may print it, is in an escape."""
    text = dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


@cache
def _fields(kind: type) -> tuple[tuple[str, Any], ...]:
    """Names of attributes with their defaults."""
    return tuple((one.name, _MISSING if one.is_required else one.value(kind.__name__)) for one in fields(kind))
