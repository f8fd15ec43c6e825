"""OpenAPI 2.0 documents, as far as they mean something to a gateway. Whatever is not known is Refused.

https://cloud.google.com/api-gateway/docs/oasv2-overview
https://cloud.google.com/api-gateway/docs/oasv2-extensions
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from providers.gcp.tests.apigateway.path import BadPath, Template

METHODS = ("delete", "get", "head", "options", "patch", "post", "put")
DEADLINE_S, DEADLINE_MAX_S = 15.0, 600.0
"""https://cloud.google.com/api-gateway/docs/oasv2-extensions#deadline
https://cloud.google.com/api-gateway/docs/quotas
"""
APPEND, CONSTANT = "APPEND_PATH_TO_ADDRESS", "CONSTANT_ADDRESS"
_TOP = {"swagger", "info", "host", "basePath", "schemes", "produces", "consumes", "paths", "x-google-backend",
    "x-google-allow", "x-google-endpoints", "definitions", "tags", "x-google-management",
}  # fmt: skip
_OPERATION = {
    "operationId", "summary", "description", "tags", "parameters", "responses", "x-google-backend", "produces",
    "consumes", "security",
}  # fmt: skip
_BACKEND = {"address", "jwt_audience", "disable_auth", "path_translation", "deadline", "protocol"}
_PARAMETER = {"name", "in", "required", "type", "description", "format", "x-example"}
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Refused(Exception):
    """API Gateway would refuse the document, or this model does not know what it means."""


@dataclass(frozen=True, slots=True)
class Backend:
    """audience: of the gateway's ID token; None for a request without one. translation: how the path is handed on."""

    address: str
    audience: str | None
    translation: str
    deadline_s: float


@dataclass(frozen=True, slots=True)
class Operation:
    """method: in capitals."""

    id: str
    method: str
    template: Template
    backend: Backend


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """What a document serves; raises Refused."""
    _only("the document", document, _TOP)
    _must(document.get("swagger") == "2.0", f"swagger {document.get('swagger')!r}: this is a model of OpenAPI 2.0")
    _only("info", document.get("info", {}), {"title", "version", "description"})
    _must({"title", "version"} <= document.get("info", {}).keys(), "info needs title and version")
    _must(document.get("basePath", "/") == "/", "this model knows no basePath")
    _must(document.get("x-google-allow", "configured") == "configured", "this is a model of what is configured")
    _must(document.get("paths"), "there are no paths")
    found = list(_operations(document))
    _must(len({one.id for one in found}) == len(found), "operationId is there twice")
    shapes = {(one.method, one.template.shape): one.template.text for one in found}
    _must(len(shapes) == len(found), "two paths match the same requests")
    return found


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    base = document.get("x-google-backend")
    for text, path in document["paths"].items():
        try:
            template = Template.read(text)
        except BadPath as problem:
            raise Refused(str(problem)) from problem
        _only(text, path, {*METHODS, "parameters"})
        for method in METHODS:
            if method in path:
                yield _operation(template, method, path[method], path.get("parameters", []), base)


def _operation(
    template: Template, method: str, body: Mapping[str, Any], shared: list[Any], base: Mapping[str, Any] | None
) -> Operation:
    where = f"{method} {template.text}"
    _only(where, body, _OPERATION)
    id = str(body.get("operationId", ""))
    _must(_ID.fullmatch(id), f"{where}: operationId {id!r}")
    _must(body.get("responses"), f"{where}: no responses")
    _must(not body.get("security"), f"{where}: this is a model without API keys and issuers")
    _parameters(where, template, [*shared, *body.get("parameters", [])])
    own = body.get("x-google-backend")
    _must(own or base, f"{where}: no x-google-backend")
    return Operation(id, method.upper(), template, _backend(where, own or base or {}, APPEND if not own else CONSTANT))


def _parameters(where: str, template: Template, parameters: list[Any]) -> None:
    """Every variable of a path is declared, and nothing that is not in it.

    https://swagger.io/specification/v2/#parameter-object
    """
    for one in parameters:
        _only(f"{where}: a parameter", one, _PARAMETER)
    declared = [one["name"] for one in parameters if one["in"] == "path"]
    _must(sorted(declared) == sorted(template.variables), f"{where}: parameters of the path are {declared}")
    loose = [one["name"] for one in parameters if one["in"] == "path" and one.get("required") is not True]
    _must(not loose, f"{where}: {loose} are in the path and not required")


def _backend(where: str, body: Mapping[str, Any], translation: str) -> Backend:
    """path_translation is APPEND_PATH_TO_ADDRESS at the top, CONSTANT_ADDRESS in an operation, if nothing is said."""
    _only(f"{where}: x-google-backend", body, _BACKEND)
    address = str(body.get("address", ""))
    parts = urlsplit(address)
    _must(parts.scheme in {"http", "https"} and parts.hostname, f"{where}: address {address!r}")
    _must(not (parts.query or parts.fragment), f"{where}: address {address!r}")
    _must(not ("jwt_audience" in body and "disable_auth" in body), f"{where}: jwt_audience and disable_auth")
    _must(body.get("protocol", "http/1.1") in {"http/1.1", "h2"}, f"{where}: protocol {body.get('protocol')!r}")
    deadline_s = float(body.get("deadline", DEADLINE_S))
    _must(0 < deadline_s <= DEADLINE_MAX_S, f"{where}: deadline {deadline_s}")
    chosen = str(body.get("path_translation", translation))
    _must(chosen in {APPEND, CONSTANT}, f"{where}: path_translation {chosen!r}")
    audience = None if body.get("disable_auth") else str(body.get("jwt_audience", address))
    return Backend(address, audience, chosen, deadline_s)


def _only(what: str, body: Mapping[str, Any], known: Collection[str]) -> None:
    strange = sorted(body.keys() - set(known))
    _must(not strange, f"{what}: {strange}: this model does not know what they do")


def _must(condition: object, text: str) -> None:
    if not condition:
        raise Refused(text)
