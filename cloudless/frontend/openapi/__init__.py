"""An OpenAPI 3.1 document of an application's endpoints, from their types.

    endpoints ──► Operation: parameters, body, kinds of result ──► types ──► JSON Schema
                      └──────────────────────► paths ◄────────────────────────────┘

    document(app, version="1.2.0")      # JSON values: https://spec.openapis.org/oas/v3.1.0

    operation.py  what an endpoint takes and gives      schemas.py   types → JSON Schema
    responses.py  what it answers, and when             security.py  who may call

It says what the runtime does (runtime/endpoint.py). Needs pydantic, as types beyond JSON's own do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import cleandoc
from typing import Any

from cloudless.app import App
from cloudless.frontend.openapi.operation import Operation
from cloudless.frontend.openapi.responses import binary, problem_schema, responses
from cloudless.frontend.openapi.schemas import Key, Schema, json_schemas
from cloudless.frontend.openapi.security import Schemes
from cloudless.http import Endpoint
from cloudless.ir import Parameter
from cloudless.request import JSON
from cloudless.runtime.arguments import BODY, HEADER, PATH, QUERY, RAW
from cloudless.runtime.route import Route

__all__ = ["document"]

OPENAPI = "3.1.0"
_LISTS = {QUERY: {"style": "form", "explode": True}, HEADER: {"style": "simple", "explode": False}}
"""How a list of values is written: `tag=a&tag=b`, `x-tag: a, b`."""


def document(app: App, *, version: str = "0.1.0", servers: Sequence[str] = ()) -> dict[str, Any]:
    """The document of an application that `check` finds no errors in; equal applications give equal documents.

    version: of the API. servers: URLs that it is served at. HEAD, which every GET answers, and OPTIONS, which every
    path answers, are not listed.
    """
    endpoints = [handler for handler in app.registered if isinstance(handler, Endpoint)]
    operations = sorted(map(Operation, endpoints), key=lambda one: one.place)
    schemas, models = json_schemas({key: kind for one in operations for key, kind in one.types().items()})
    problem = "cloudless.Problem" if "Problem" in models else "Problem"  # no model's name has a dot
    writer = _Writer(schemas, problem)
    return {
        "openapi": OPENAPI,
        "info": {"title": app.name, "version": version},
        **({"servers": [{"url": url} for url in servers]} if servers else {}),
        "paths": writer.paths(operations),
        "components": {
            "schemas": dict(sorted({**models, problem: problem_schema()}.items())),
            **({"securitySchemes": writer.schemes.found} if writer.schemes.found else {}),
        },
    }


class _Writer:
    """Operations, as the document has them. schemas: of their types. problem: name of the schema of refusals."""

    def __init__(self, schemas: Mapping[Key, Schema], problem: str) -> None:
        self.schemes = Schemes()
        self._schemas = schemas
        self._problem = problem

    def paths(self, operations: Sequence[Operation]) -> dict[str, Any]:
        """By path. For OpenAPI, /a/{x} and /a/{y} are one: the first of them gives its names to the other."""
        first: dict[str, Route] = {}
        found: dict[str, Any] = {}
        for one in operations:
            route = first.setdefault(one.route.shape, one.route)
            names = dict(zip(one.route.parameters, route.parameters, strict=True))
            found.setdefault(route.path, {})[one.endpoint.method.lower()] = self._operation(one, names)
        return found

    def _operation(self, one: Operation, names: Mapping[str, str]) -> dict[str, Any]:
        parameters = [self._parameter(one, parameter, names) for parameter in one.texts]
        result = self._schemas.get(one.result_key)
        return {
            "operationId": one.endpoint.name,
            **_told(one.endpoint.__doc__),
            **({"parameters": parameters} if parameters else {}),
            **({"requestBody": self._body(one, one.body)} if one.body else {}),
            "responses": responses(one, result, self._problem),
            **({"security": [self.schemes.requirement(one.endpoint.auth)]} if one.endpoint.auth else {}),
        }

    def _parameter(self, one: Operation, parameter: Parameter, names: Mapping[str, str]) -> dict[str, Any]:
        """Its kind is where it is, in OpenAPI's words as well; what is in a path is always required."""
        schema, is_in_path = self._schemas[one.key(parameter)], parameter.kind == PATH
        return {
            "name": names[parameter.key] if is_in_path else parameter.key,
            "in": parameter.kind,
            "required": is_in_path or parameter.required,
            **(_LISTS.get(parameter.kind, {}) if schema.get("type") == "array" else {}),
            "schema": schema if is_in_path else {**schema, **one.default(parameter, schema)},
        }

    def _body(self, one: Operation, parameter: Parameter) -> dict[str, Any]:
        """Of JSON, of bytes, or whatever an endpoint makes of it that takes the request itself."""
        if parameter.kind == BODY:
            return {
                "required": parameter.required,
                "content": {JSON: {"schema": self._schemas[one.key(parameter)]}},
            }
        if parameter.kind == RAW:
            return {"required": parameter.required, "content": binary()}
        return {"content": {"*/*": {}}}


def _told(doc: str | None) -> dict[str, str]:
    """A docstring as a summary, its first line, and a description, the rest."""
    summary, _, rest = cleandoc(doc or "").partition("\n")
    found = {"summary": summary, "description": rest.strip()}
    return {name: text for name, text in found.items() if text}
