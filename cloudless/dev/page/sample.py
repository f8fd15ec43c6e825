"""A value that fits a JSON schema, as a beginning for whoever types one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEEPEST = 6
"""Models may refer to themselves."""

_FORMATS = {
    "date": "2026-01-02",
    "date-time": "2026-01-02T12:00:00Z",
    "duration": "PT1M",
    "email": "ada@example.com",
    "time": "12:00:00Z",
    "uri": "https://example.com",
    "uuid": "00000000-0000-4000-8000-000000000000",
}
_PLAIN: Mapping[str, Any] = {"boolean": False, "null": None, "string": "", "array": [], "object": {}}


def sample(schema: Mapping[str, Any]) -> Any:
    """A small value, e.g. {"id": "", "total": 0}; what is optional is left out, or null. schema: with its `$defs`."""
    return _value(schema, schema.get("$defs", {}), 0)


def _value(schema: Mapping[str, Any], models: Mapping[str, Any], depth: int) -> Any:
    for name in ("default", "const"):
        if name in schema:
            return schema[name]
    for name in ("examples", "enum"):
        if schema.get(name):
            return schema[name][0]
    if "$ref" in schema:
        return _value(models.get(schema["$ref"].rpartition("/")[2], {}), models, depth + 1)
    for name in ("anyOf", "oneOf", "allOf"):
        if schema.get(name):
            parts = sorted(schema[name], key=lambda part: depth > 0 and part.get("type") != "null")
            return _value(parts[0], models, depth + 1)
    return _plain(schema, models, depth)


def _plain(schema: Mapping[str, Any], models: Mapping[str, Any], depth: int) -> Any:
    kind = schema.get("type", "object")
    if kind in ("integer", "number"):
        return schema.get("minimum", 0)
    if kind == "string":
        return _FORMATS.get(schema.get("format", ""), "")
    if kind == "array" and depth < DEEPEST and schema.get("minItems", 0):
        return [_value(schema.get("items", {}), models, depth + 1)]
    if kind == "object" and depth < DEEPEST:
        wanted = schema.get("required", [])
        return {
            name: _value(part, models, depth + 1)
            for name, part in schema.get("properties", {}).items()
            if name in wanted
        }
    return _PLAIN.get(kind)
