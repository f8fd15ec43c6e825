"""What an endpoint answers, and when: its results, and what the runtime or the program refuses."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType
from typing import Any

from cloudless.auth import ApiKey, Jwt
from cloudless.frontend.openapi.operation import Operation
from cloudless.frontend.openapi.schemas import Schema
from cloudless.request import BODY_MOST, JSON, Response
from cloudless.runtime.arguments import BODY, PATH, QUERY
from cloudless.runtime.problem import PROBLEM


def responses(one: Operation, result: Schema | None, problem: str) -> dict[str, Any]:
    """By status. result: of what it writes as JSON, None for nothing. problem: name of the schema of refusals."""
    reasons: dict[int, list[str]] = {}
    for status, reason in _refusals(one):
        reasons.setdefault(status, []).append(reason)
    refused = {
        str(status): {
            "description": " ".join(told),
            "content": {PROBLEM: {"schema": {"$ref": f"#/components/schemas/{problem}"}}},
        }
        for status, told in reasons.items()
    }
    return dict(sorted({**_results(one, result), **refused}.items()))


def binary() -> dict[str, Any]:
    """The content that is bytes."""
    return {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}


def problem_schema() -> Schema:
    """Problem details as runtime/problem.py writes them."""
    text = {"type": "string"}
    error = {
        "type": "object",
        "properties": {"in": text, "field": text, "message": text},
        "required": ["in", "field", "message"],
    }
    return {
        "description": "Why a request was refused: problem details, RFC 9457.",
        "type": "object",
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "errors": {"description": "Every value that does not fit.", "type": "array", "items": error},
        },
        "required": ["type", "title", "status"],
    }


def _results(one: Operation, result: Schema | None) -> dict[str, Any]:
    """Nothing is 204, unless the endpoint has a status of its own."""
    content: dict[str, Any] = {} if result is None else {JSON: {"schema": result}}
    content |= binary() if bytes in one.results else {}
    content |= {"*/*": {}} if Response in one.results else {}
    status = one.endpoint.status
    found: dict[str, Any] = {}
    if NoneType in one.results:
        found[str(204 if status == 200 else status)] = {"description": "Done; nothing is returned."}
    if content:
        found[str(status)] = {"description": "The result.", "content": content}
    return found


def _refusals(one: Operation) -> Iterator[tuple[int, str]]:
    """Status and reason of each, in the order in which the runtime looks for them."""
    if one.body is not None:
        yield 413, f"The body is over {BODY_MOST // 1024**2} MiB."
    yield from _strangers(one.endpoint.auth)
    if one.body is not None and one.body.kind == BODY:
        yield 400, "The body is not JSON."
        yield 415, "The body is of another type, or compressed."
    if _is_validated(one):
        yield 422, "Values are missing or do not fit."
    for kind, status in one.endpoint.statuses.items():
        yield status, f"{kind.__name__}."


def _strangers(auth: object) -> Iterator[tuple[int, str]]:
    if auth is None:
        return
    if isinstance(auth, ApiKey):
        yield 401, "The key is missing or not known."
    elif isinstance(auth, Jwt):
        yield 401, "The token is missing or refused."
        if auth.scopes:
            yield 403, f"The token lacks a scope: {', '.join(auth.scopes)}."
    else:
        yield 401, "The caller is not known."
        yield 403, "The caller may not."


def _is_validated(one: Operation) -> bool:
    """Whether a request can have values that do not fit. One of a query may come twice, one of a path is there."""
    if one.body is not None and one.body.kind == BODY:
        return True
    return any(
        parameter.kind == QUERY or one.type(parameter) is not str or (parameter.required and parameter.kind != PATH)
        for parameter in one.texts
    )
