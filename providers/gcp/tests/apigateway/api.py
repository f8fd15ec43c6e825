"""Api: a request to its backend, and back.

https://cloud.google.com/api-gateway/docs/passing-data
https://cloud.google.com/api-gateway/docs/quotas
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from providers.gcp.tests.apigateway.openapi import APPEND, Operation, operations
from providers.gcp.tests.apigateway.path import BadPath, find, normalized
from tests.hosting.http import Request, Response

PAYLOAD_MAX = 32 * 1_024 * 1_024
OVERRIDE = "X-HTTP-Method-Override"
FORWARDED = "X-Forwarded-Authorization"


@dataclass(frozen=True, slots=True)
class Backward:
    """What is asked of a backend. url: without query. request: as it gets it, with the path of the URL.

    deadline_s: as long as the gateway waits.
    """

    url: str
    request: Request
    deadline_s: float


Forward = Callable[[Backward], Response]
"""Asks a backend; raises TimeoutError after its deadline, ConnectionError where nobody answers."""
Token = Callable[[str], str]
"""An ID token of the gateway's account for an audience."""


class Api:
    """The operations of a document. host: what requests are sent to."""

    def __init__(self, document: Mapping[str, Any], host: str) -> None:
        self.operations = operations(document)
        self.host = host

    def answer(self, request: Request, forward: Forward, token: Token) -> Response:
        """What a caller gets."""
        problem = _refused(request)
        if problem is not None:
            return problem
        try:
            path = normalized(request.path)
        except BadPath:
            return _said(400, "Bad Request")
        method = (request.header(OVERRIDE) or request.method).upper()
        found = find({one.template for one in self.operations}, path)
        if found is None:
            return _said(404, "The current request is not defined by this API.")
        template, variables = found
        operation = next((one for one in self.operations if one.template == template and one.method == method), None)
        if operation is None:
            text = f'The current request is matched to the defined url template "{template.text}"'
            return _said(405, f"{text} but its http method is not allowed")
        asked = self._backward(operation, request, path, variables, token)
        try:
            return forward(asked)
        except TimeoutError:
            return _said(504, "upstream request timeout")
        except ConnectionError:
            return _said(503, "upstream connect error or disconnect/reset before headers")

    def _backward(
        self, operation: Operation, request: Request, path: str, variables: Mapping[str, str], token: Token
    ) -> Backward:
        backend = operation.backend
        base = urlsplit(backend.address)
        query = request.query
        if backend.translation == APPEND:
            target = f"{base.path.rstrip('/')}{path}"
        else:
            target = base.path or "/"
            query = "&".join([*([query] if query else []), *(f"{name}={one}" for name, one in variables.items())])
        headers = [(name, value) for name, value in request.headers if name.lower() not in {"host", OVERRIDE.lower()}]
        if backend.audience is not None:
            headers = [*_forwarded(headers), ("Authorization", f"Bearer {token(backend.audience)}")]
        headers += [("Host", base.netloc), ("X-Forwarded-Host", self.host), ("X-Forwarded-Proto", "https")]
        sent = Request(method=operation.method, path=target, query=query, headers=tuple(headers), body=request.body)
        return Backward(f"{base.scheme}://{base.netloc}{target}", sent, backend.deadline_s)


def _forwarded(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The caller's Authorization takes the place of any header of the other name.

    https://cloud.google.com/api-gateway/docs/oasv2-extensions#jwt_audience_disable_auth
    """
    given = [value for name, value in headers if name.lower() == "authorization"]
    rest = [(name, value) for name, value in headers if name.lower() != "authorization"]
    if not given:
        return rest
    return [*((name, value) for name, value in rest if name.lower() != FORWARDED.lower()), (FORWARDED, given[-1])]


def _refused(request: Request) -> Response | None:
    """Underscores in names of headers are refused (--underscores_in_headers), and so is too much."""
    if any("_" in name for name, _ in request.headers):
        return _said(400, "Bad Request")
    return _said(413, "Payload Too Large") if len(request.body) > PAYLOAD_MAX else None


def _said(status: int, text: str) -> Response:
    """What the gateway says by itself."""
    body = json.dumps({"code": status, "message": text})
    return Response(status=status, headers=(("Content-Type", "application/json"),), body=body.encode())
