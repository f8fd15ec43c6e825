"""Answers to requests that fail: problem details as RFC 9457 has them, and no secret of the program's.

{"type": "about:blank", "title": "Unprocessable Content", "status": 422, "detail": "query limit: expected int …",
 "errors": [{"in": "query", "field": "limit", "message": "expected int, got 'x'"}]}
"""

from __future__ import annotations

from cloudless.request import Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

PROBLEM = "application/problem+json"
_TITLES = {
    400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 406: "Not Acceptable", 409: "Conflict", 410: "Gone", 412: "Precondition Failed",
    413: "Content Too Large", 415: "Unsupported Media Type", 422: "Unprocessable Content", 428: "Precondition Required",
    429: "Too Many Requests", 500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Gateway Timeout",
}  # fmt: skip


def problem(
    status: int,
    detail: str = "",
    *,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[tuple[str, str, str]] = (),
) -> Response:
    """The answer of a status. detail: for whoever sent the request. errors: (where, field, message) of each."""
    body: dict[str, Any] = {"type": "about:blank", "title": _TITLES.get(status, "Error"), "status": status}
    if detail:
        body["detail"] = detail.encode("utf-8", "replace").decode()
    if errors:
        body["errors"] = [{"in": where, "field": field, "message": text} for where, field, text in errors]
    return Response(body, status=status, content_type=PROBLEM, headers=headers or {})
