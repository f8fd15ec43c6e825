"""A request of REST as method and parameters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

from cloudless.codec import is_object
from providers.gcp.tests.discovery.document import Method, document
from tests.hosting.http import Request


class NoCall(Exception):
    """What came is no request that this API has a method for."""


@dataclass(frozen=True, slots=True)
class Call:
    """service: "pubsub". method: "projects.topics.publish". params: of path and query.

    Of a parameter that may be there several times, the value is a list. body: {} where there is none.
    """

    service: str
    method: str
    params: Mapping[str, Any]
    body: Mapping[str, Any]
    request: Request = field(repr=False, compare=False)

    @property
    def definition(self) -> Method:
        return document(self.service).methods[self.method]


def read(request: Request, service: str) -> Call:
    """Raises NoCall. A verb after a colon counts before a name that could hold it."""
    path = unquote(request.path[1:])
    found = [
        (method, match)
        for method in document(service).methods.values()
        if method.verb == request.method and (match := method.path.fullmatch(path))
    ]
    if not found:
        raise NoCall(f"{service}: {request.method} {request.path} is no method")
    method, match = max(found, key=lambda one: (":" in one[0].template, len(one[0].template)))
    return Call(service, method.id, {**match.groupdict(), **_query(method, request)}, _body(request), request)


def call_of(service: str, method: str, params: Mapping[str, Any], body: Mapping[str, Any] | None = None) -> Call:
    """The call that somebody makes who knows the method: for those who make resources, and for tests.

    Raises NoCall for a method that there is not, and for parameters that the path cannot take.
    """
    known = document(service).methods
    if method not in known:
        raise NoCall(f"{service} has no method {method}")
    one = known[method]
    path = one.template
    for name in one.in_path():
        value = str(params.get(name, ""))
        path = path.replace(f"{{+{name}}}", quote(value, safe="/")).replace(f"{{{name}}}", quote(value, safe=""))
    if not one.path.fullmatch(unquote(path)):
        raise NoCall(f"{service} {method}: {unquote(path)!r} is no path of it: {one.path.pattern}")
    text = json.dumps(body).encode() if body is not None else b""
    headers = (("Content-Type", "application/json"),) if body is not None else ()
    request = Request(method=one.verb, path=f"/{path}", headers=headers, body=text)
    return Call(service, method, dict(params), dict(body or {}), request)


def _query(method: Method, request: Request) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        if method.parameters.get(name, {}).get("repeated"):
            found.setdefault(name, []).append(value)
        elif name in found:
            raise NoCall(f"{method.id}: {name} is there twice")
        else:
            found[name] = value
    return found


def _body(request: Request) -> dict[str, Any]:
    if not request.body:
        return {}
    try:
        found: Any = json.loads(request.body)
    except ValueError as problem:
        raise NoCall(f"{request.method} {request.path}: the body is no JSON: {problem}") from problem
    if not is_object(found):
        raise NoCall(f"{request.method} {request.path}: the body is no object")
    return found
