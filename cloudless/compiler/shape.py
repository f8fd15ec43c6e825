"""Whether JSON that one program writes is what another reads, by the JSON schemas of both.

    misfit(written, read, closed=True)        # "" where it is, else why not: "'currency' is needed"

Names of classes do not count, fields do. What reads may ask for less than is written, and never for more: a value may
lack nothing that is needed, and be of no other type. closed: whether a field that is written and not read is a misfit,
because it would be lost; and whether bounds hold, which code checks and a definition does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from cloudless.codec import is_object

Schema = dict[str, Any]

_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_SAME = ("pattern", "multipleOf")


def misfit(written: Schema, read: Schema, *, closed: bool) -> str:
    """Why some value of one schema is none of the other; "" where each is. Where it cannot be told, it is not."""
    return _Comparison(written, read, closed).of(written, read, "")


class _Comparison:
    def __init__(self, written: Schema, read: Schema, closed: bool) -> None:
        self._models = written.get("$defs", {}), read.get("$defs", {})
        self._closed = closed
        self._known: dict[tuple[str, str], str] = {}

    def of(self, one: Schema, other: Schema, path: str) -> str:
        """Models that refer to themselves fit until something says that they do not."""
        pair = one.get("$ref", ""), other.get("$ref", "")
        if not any(pair):
            return self._parts(one, other, path)
        first = self._models[0][_name(pair[0])] if pair[0] else one
        second = self._models[1][_name(pair[1])] if pair[1] else other
        if not all(pair):
            return self.of(first, second, path)
        if pair not in self._known:
            self._known[pair] = ""
            self._known[pair] = self.of(first, second, path)
        return self._known[pair]

    def _parts(self, one: Schema, other: Schema, path: str) -> str:
        """Each member of a union must be one of the other's."""
        ones, others = _members(one), _members(other)
        if len(ones) == len(others) == 1:
            return next(self._plain(ones[0], others[0], path), "")
        for part in ones:
            found = [self.of(part, whole, path) for whole in others]
            if all(found):
                return found[0]
        return ""

    def _plain(self, one: Schema, other: Schema, path: str) -> Iterator[str]:
        kind, wanted = one.get("type"), other.get("type")
        if not _said(other):
            return
        if wanted is None and _values(other) is None:
            if one != other:
                yield f"{_shown(path)} is told otherwise"
            return
        if wanted is not None and kind != wanted and (kind, wanted) != ("integer", "number"):
            yield f"{_shown(path)} is {kind or 'any JSON'} where {wanted} is read"
            return
        yield from _enumerated(one, other, path)
        if other.get("format") not in (None, one.get("format")):
            yield f"{_shown(path)} is no {other['format']}"
        if self._closed:
            yield from (f"{key} of {_shown(path)} is stricter" for key in _stricter(one, other))
        if kind == "object":
            yield from self._object(one, other, path)
        elif kind == "array":
            yield from self._array(one, other, path)

    def _object(self, one: Schema, other: Schema, path: str) -> Iterator[str]:
        fields, wanted = one.get("properties", {}), other.get("properties", {})
        for name in other.get("required", ()):
            if name not in one.get("required", ()):
                yield f"{_shown(path, name)} is needed and {'may be' if name in fields else 'is'} missing"
        more = other.get("additionalProperties", not wanted)
        for name, schema in fields.items():
            inner = wanted.get(name, more)
            if is_object(inner):
                yield from filter(None, [self.of(schema, inner, _path(path, name))])
            elif not inner and self._closed:
                yield f"{_shown(path, name)} is no longer taken"
        others = one.get("additionalProperties", not fields)
        if is_object(more) and others is not False:
            yield from filter(None, [self.of(_schema(others), more, _path(path, "*"))])
        elif not more and others is not False:
            yield f"{_shown(path)} has keys of any name"

    def _array(self, one: Schema, other: Schema, path: str) -> Iterator[str]:
        ones, others = one.get("prefixItems", []), other.get("prefixItems", [])
        if others and len(ones) != len(others):
            yield f"{_shown(path)} is of another length"
            return
        pairs = list(zip(ones, others, strict=True)) if others else [(part, _items(other)) for part in ones]
        pairs += [] if ones else [(_items(one), _items(other))]
        yield from filter(None, (self.of(part, whole, _path(path, "*")) for part, whole in pairs))


def _members(schema: Schema) -> list[Schema]:
    members: list[Schema] = schema.get("anyOf") or schema.get("oneOf") or [schema]
    return members


def _said(schema: Schema) -> bool:
    """Whether it says anything about a value."""
    return bool(schema.keys() - {"$defs"})


def _schema(part: Any) -> Schema:
    return part if is_object(part) else {}


def _items(schema: Schema) -> Schema:
    return _schema(schema.get("items"))


def _values(schema: Schema) -> set[str] | None:
    """What an enum, or Literal, may be, as JSON: to Python, 1 is True."""
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    return None if values is None else {json.dumps(one) for one in values}


def _enumerated(one: Schema, other: Schema, path: str) -> Iterator[str]:
    wanted, values = _values(other), _values(one)
    if wanted is not None and (values is None or values - wanted):
        yield f"{_shown(path)} may be {', '.join(sorted(values - wanted)) if values else 'of any value'}"


def _stricter(one: Schema, other: Schema) -> Iterator[str]:
    """The bounds that some value of one may not keep."""
    for key in (*_LOWER, *_UPPER, *_SAME):
        if key not in other or one.get(key) == other[key]:
            continue
        least = key in _LOWER and key in one and one[key] > other[key]
        most = key in _UPPER and key in one and one[key] < other[key]
        if not least and not most:
            yield key


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]


def _path(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _shown(path: str, name: str = "") -> str:
    full = _path(path, name) if name else path
    return repr(full) if full else "it"
