"""Types → JSON Schema 2020-12, for documents about an application: by pydantic, builtin types included.

    found, models = json_schemas({("create", "order"): (INPUT, Order), ("create", ""): (OUTPUT, list[Order])})
    found["create", "order"]        # {"$ref": "#/components/schemas/Order"}
    models["Order"]                 # {"type": "object", …}

A model that is read and written alike is one schema; another, or one that refers to itself, is two: Order-Input and
Order-Output. Models of one name get the names of their modules too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import NoneType
from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from cloudless.adapter import adapter_of
from cloudless.codec import is_list, is_object

Mode = Literal["validation", "serialization"]
INPUT: Mode = "validation"
OUTPUT: Mode = "serialization"

Key = tuple[str, str]
"""What a schema is of: a handler, and a parameter of it or "" for its result."""

Schema = dict[str, Any]


class Generator(GenerateJsonSchema):
    """Pydantic's, but that what has no schema, as a type with a validator of its own, is any JSON."""

    def default_schema(self, schema: Any) -> Schema:
        """Without a default that does not fit: pydantic takes it as it stands in the class."""
        found = super().default_schema(schema)
        keeps = "default" not in found or fits(found["default"], found)
        return found if keeps else {name: part for name, part in found.items() if name != "default"}

    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> Schema:
        return {}

    def emit_warning(self, kind: Any, detail: str) -> None:
        """Nothing: a default that JSON cannot hold is left out, and that is well."""


def json_schemas(
    types: Mapping[Key, tuple[Mode, Any]], generator: type[GenerateJsonSchema] = Generator
) -> tuple[dict[Key, Schema], dict[str, Schema]]:
    """The schema of each type, and those that they refer to by name, which belong into the document's components."""
    asked: list[tuple[Key, Mode, TypeAdapter[Any]]] = [
        (key, mode, adapter_of(Any if kind in (None, object) else kind)) for key, (mode, kind) in types.items()
    ]
    found, rest = TypeAdapter.json_schemas(
        asked, ref_template="#/components/schemas/{model}", schema_generator=generator
    )
    return {key: schema for (key, _), schema in found.items()}, rest.get("$defs", {})


_TYPES: dict[str, type | tuple[type, ...]] = {
    "array": list, "boolean": bool, "integer": int, "null": NoneType, "number": (int, float), "object": dict,
    "string": str,
}  # fmt: skip
_ZONED = re.compile(r"(Z|[+-]\d\d:\d\d)\Z", re.IGNORECASE)


def fits(default: object, schema: Schema) -> bool:
    """Whether a default is, as far as can be seen from here, one of its schema. Of models, only enums' values are.

    A validator of documents refuses those that are not: None where no null may be, a time without a zone (RFC 3339).
    """
    parts: list[Schema] = schema.get("anyOf", []) + schema.get("oneOf", [])
    if parts:
        return any(fits(default, part) for part in parts)
    if "$ref" in schema or "allOf" in schema:
        return isinstance(default, str | int | float)
    if schema.get("format") in ("date-time", "time") and not (isinstance(default, str) and _ZONED.search(default)):
        return False
    kind = schema.get("type", "")
    if isinstance(default, bool) and kind in ("integer", "number"):
        return False
    return isinstance(default, _TYPES.get(kind, object)) and all(
        fits(item, inner) for item, inner in _inside(default, schema)
    )


def _inside(default: object, schema: Schema) -> Iterator[tuple[object, Schema]]:
    """The values in a list or a dict, with their schemas."""
    inner = schema.get("items" if is_list(default) else "additionalProperties")
    if not is_object(inner):
        return
    if is_list(default):
        yield from ((item, inner) for item in default)
    elif is_object(default):
        yield from ((item, inner) for item in default.values())
