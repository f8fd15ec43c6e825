"""JSON for people, fast: a build of a thousand functions writes a hundred thousand lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring as quoted
from typing import Any

_WIDTH = 100
"""A list of plain values stays on one line up to this many characters."""

Put = Callable[[str], None]


def pretty(value: Any) -> bytes:
    """The JSON value as UTF-8: two spaces of indent, keys in their order, a line break at the end."""
    parts: list[str] = []
    _write(value, "\n", parts.append)
    parts.append("\n")
    return "".join(parts).encode(errors="backslashreplace")  # a lone surrogate becomes its escape, which JSON reads


def _write(value: Any, newline: str, put: Put) -> None:
    if isinstance(value, str):
        put(quoted(value))
    elif isinstance(value, Mapping):
        _members(value, newline, put)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, list | tuple):
        _items(value, newline, put)  # pyright: ignore[reportUnknownArgumentType]
    else:
        put(json.dumps(value, allow_nan=False))


def _members(value: Mapping[str, Any], newline: str, put: Put) -> None:
    if not value:
        put("{}")
        return
    deeper = f"{newline}  "
    lead = f"{{{deeper}"
    for key, item in value.items():
        if isinstance(item, str):
            put(f"{lead}{quoted(key)}: {quoted(item)}")
        else:
            put(f"{lead}{quoted(key)}: ")
            _write(item, deeper, put)
        lead = f",{deeper}"
    put(f"{newline}}}")


def _items(value: list[Any] | tuple[Any, ...], newline: str, put: Put) -> None:
    if not any(isinstance(item, Mapping | list | tuple) for item in value):
        line = json.dumps(value, ensure_ascii=False, allow_nan=False)
        if len(line) <= _WIDTH:
            put(line)
            return
    deeper = f"{newline}  "
    lead = f"[{deeper}"
    for item in value:
        put(lead)
        _write(item, deeper, put)
        lead = f",{deeper}"
    put(f"{newline}]")
