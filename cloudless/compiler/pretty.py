"""JSON for people, fast: a build of a thousand functions writes a hundred thousand lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring as quoted
from typing import Any

_WIDTH = 100
"""A list of texts stays on one line up to this many characters."""

Put = Callable[[str], None]


def pretty(value: Any) -> bytes:
    """The JSON value as UTF-8: two spaces of indent, keys in their order, a line break at the end."""
    parts: list[str] = []
    _write(value, "\n", parts.append, _Keys())
    parts.append("\n")
    return "".join(parts).encode(errors="backslashreplace")  # a lone surrogate becomes its escape, which JSON reads


class _Keys(dict[str, str]):
    """Keys as they are written; most come again and again."""

    def __missing__(self, key: str) -> str:
        self[key] = text = f"{quoted(key)}: "
        return text


def _write(value: Any, newline: str, put: Put, keys: _Keys) -> None:
    """The type itself is compared, which is twice as fast as isinstance, and catches nearly all."""
    kind: type = type(value)  # pyright: ignore[reportUnknownVariableType]
    if kind is str:
        put(quoted(value))
    elif kind is dict:
        _members(value, newline, put, keys)
    elif kind is list or kind is tuple:
        _items(value, newline, put, keys)
    elif kind is bool:
        put("true" if value else "false")
    elif kind is int:
        put(repr(value))
    elif value is None:
        put("null")
    elif isinstance(value, Mapping):
        _members(dict(value), newline, put, keys)  # pyright: ignore[reportUnknownArgumentType]
    else:
        put(json.dumps(value, allow_nan=False))


def _members(value: dict[str, Any], newline: str, put: Put, keys: _Keys) -> None:
    if not value:
        put("{}")
        return
    deeper = f"{newline}  "
    lead, later = f"{{{deeper}", f",{deeper}"
    for key, item in value.items():
        if type(item) is str:
            put(lead + keys[key] + quoted(item))
        else:
            put(lead + keys[key])
            _write(item, deeper, put, keys)
        lead = later
    put(f"{newline}}}")


def _items(value: list[Any] | tuple[Any, ...], newline: str, put: Put, keys: _Keys) -> None:
    if all(type(item) is str for item in value):
        line = f"[{', '.join(map(quoted, value))}]"
        if len(line) <= _WIDTH:
            put(line)
            return
    deeper = f"{newline}  "
    lead = f"[{deeper}"
    for item in value:
        put(lead)
        _write(item, deeper, put, keys)
        lead = f",{deeper}"
    put(f"{newline}]")
