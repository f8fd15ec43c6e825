"""What is wrong with a request, or with an answer, by the document's schemas.

https://developers.google.com/discovery/v1/type-format
https://protobuf.dev/programming-guides/json/
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from cloudless.codec import is_list, is_object
from providers.gcp.tests.discovery.call import Call
from providers.gcp.tests.discovery.document import Document, document

Schema = Mapping[str, Any]
_DURATION = re.compile(r"-?\d+(\.\d{1,9})?s")
_WHOLE = re.compile(r"-?\d+")
_TYPES: Mapping[str, type | tuple[type, ...]] = {"boolean": bool, "integer": int, "number": (int, float), "string": str}
_BODILESS = {"DELETE", "GET"}


def problems(call: Call) -> list[str]:
    """Everything that Google would not understand in a request; [] for none."""
    found = [*_in_query(call), *_around_body(call)]
    schema = call.definition.request
    if schema:
        one = _Walk(document(call.service), is_request=call.definition.verb != "PATCH", given=call.params.keys())
        found += one.object(schema, one.document.schemas[schema], call.body)
    return found


def answer_problems(call: Call, answer: Any) -> list[str]:
    """Everything in an answer of a stand-in that Google would not say."""
    schema = call.definition.response
    if not schema:
        return [f"{call.method} answers nothing"] if answer else []
    one = _Walk(document(call.service), is_request=False)
    return list(one.value(schema, {"$ref": schema}, answer))


def _in_query(call: Call) -> Iterator[str]:
    common = document(call.service).common
    for name, value in call.params.items():
        schema = call.definition.parameters.get(name) or common.get(name)
        if schema is None:
            yield f"{call.method} has no parameter {name}"
            continue
        for one in value if is_list(value) else [value]:
            yield from _parameter(name, schema, str(one))
    for name, schema in call.definition.parameters.items():
        if schema.get("required") and name not in call.params:
            yield f"{call.method} wants {name}"


def _parameter(name: str, schema: Schema, value: str) -> Iterator[str]:
    kind = schema["type"]
    if kind == "boolean" and value not in {"true", "false"}:
        yield f"{name}={value!r} is neither true nor false"
    elif kind == "integer" and not _WHOLE.fullmatch(value):
        yield f"{name}={value!r} is no whole number"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{name}={value!r} is none of {schema['enum']}"


def _around_body(call: Call) -> Iterator[str]:
    request = call.request
    if request.body and (request.method in _BODILESS or not call.definition.request):
        yield f"{call.method} takes no body"
    kind = request.header("Content-Type").partition(";")[0]
    if request.body and kind != "application/json":
        yield f"{call.method}: the body is said to be {kind!r}"


class _Walk:
    """Values along their schemas. given: parameters of the path, which a body need not repeat."""

    def __init__(self, document: Document, *, is_request: bool, given: Any = ()) -> None:
        self.document = document
        self._is_request = is_request
        self._given = frozenset(given)

    def value(self, where: str, schema: Schema, value: Any) -> Iterator[str]:
        if "$ref" in schema:
            schema = self.document.schemas[schema["$ref"]]
        kind = schema.get("type", "any")
        if kind == "any":
            return
        if kind == "object":
            yield from self.object(where, schema, value)
        elif kind == "array":
            yield from self._array(where, schema, value)
        else:
            problem = _scalar(schema, value)
            if problem:
                yield f"{where}: {problem}"

    def object(self, where: str, schema: Schema, value: Any) -> Iterator[str]:
        if not is_object(value):
            yield f"{where}: {value!r} is no object"
            return
        properties: Mapping[str, Schema] = schema.get("properties", {})
        rest = schema.get("additionalProperties")
        for name, part in value.items():
            inner = properties.get(name, rest)
            if inner is None:
                yield f"{where}: there is no {name}"
            elif self._is_request and _is_told(inner):
                yield f"{where}.{name} is for answers only"
            else:
                yield from self.value(f"{where}.{name}", inner, part)
        if self._is_request:
            yield from self._missing(where, properties, value)

    def _missing(self, where: str, properties: Mapping[str, Schema], value: Mapping[str, Any]) -> Iterator[str]:
        """The documents say it in words: "Required. …"."""
        for name, inner in properties.items():
            is_required = str(inner.get("description", "")).startswith("Required.") and not _is_told(inner)
            if is_required and name not in value and name not in self._given:
                yield f"{where}.{name} is required"

    def _array(self, where: str, schema: Schema, value: Any) -> Iterator[str]:
        if not is_list(value):
            yield f"{where}: {value!r} is no list"
            return
        for at, one in enumerate(value):
            yield from self.value(f"{where}[{at}]", schema["items"], one)


def _is_told(schema: Schema) -> bool:
    """Whether the service fills it in."""
    return bool(schema.get("readOnly")) or str(schema.get("description", "")).startswith("Output only.")


def _scalar(schema: Schema, value: Any) -> str:
    """What is wrong with a value that is no object and no list; "" for nothing."""
    kind, form = schema["type"], schema.get("format", "")
    names: list[str] = schema.get("enum", [])
    if names == ["NULL_VALUE"]:
        return "" if value is None or value == "NULL_VALUE" else f"{value!r} is not null"
    if form in {"int64", "uint64"} and isinstance(value, int) and not isinstance(value, bool):
        return ""  # a number is taken for what is written as a text
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return f"{value!r} is no {kind}"
    if names and value not in names:
        return f"{value!r} is none of {names}"
    return _formatted(form, value) if isinstance(value, str) else ""


def _formatted(form: str, value: str) -> str:
    if form in {"int64", "uint64"} and not _WHOLE.fullmatch(value):
        return f"{value!r} is no whole number"
    if form == "google-duration" and not _DURATION.fullmatch(value):
        return f"{value!r} is no duration, as in 3.5s"
    if form == "google-datetime" and not _is_time(value):
        return f"{value!r} is no time of RFC 3339"
    if form == "byte" and not _is_base64(value):
        return f"{value[:40]!r} is no base64"
    return ""


def _is_time(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None and "T" in value
    except ValueError:
        return False


def _is_base64(value: str) -> bool:
    """With or without padding, of either alphabet."""
    try:
        b64decode(value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4), validate=True)
    except ValueError:
        return False
    return True
