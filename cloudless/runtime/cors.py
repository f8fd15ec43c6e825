"""Cross-origin requests, as the Fetch standard has them: https://fetch.spec.whatwg.org/#http-cors-protocol."""

from __future__ import annotations

from cloudless.request import Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from cloudless.request import Request

    class Rules(Protocol):
        """What `cloudless.Cors` says."""

        origins: tuple[str, ...]
        headers: tuple[str, ...]
        expose: tuple[str, ...]
        credentials: bool
        max_age_s: int


def is_preflight(request: Request) -> bool:
    """Whether a browser asks what it may do."""
    return request.method == "OPTIONS" and "access-control-request-method" in request.headers


def preflight(rules: Rules, request: Request, methods: Sequence[str]) -> Response:
    """The answer to it, without the headers of every answer."""
    answer = Response(status=204, headers={"vary": "Access-Control-Request-Method, Access-Control-Request-Headers"})
    if _allowed(rules, request):
        answer.add_header("access-control-allow-methods", ", ".join(methods))
        answer.add_header("access-control-max-age", str(rules.max_age_s))
        if rules.headers:
            answer.add_header("access-control-allow-headers", ", ".join(rules.headers))
    return answer


def add_headers(rules: Rules, request: Request, answer: Response) -> None:
    """Say who may read an answer."""
    if "*" not in rules.origins:
        answer.add_header("vary", "Origin")  # a cache must not give it to another origin
    origin = _allowed(rules, request)
    if not origin:
        return
    answer.add_header("access-control-allow-origin", origin)
    if rules.credentials:
        answer.add_header("access-control-allow-credentials", "true")
    if rules.expose and request.method != "OPTIONS":
        answer.add_header("access-control-expose-headers", ", ".join(rules.expose))


def _allowed(rules: Rules, request: Request) -> str:
    """What to answer to the origin of a request; "" where it may do nothing, or says none."""
    origin = request.headers.get("origin", "")
    if "*" in rules.origins:
        return "*" if origin else ""
    return origin if origin in rules.origins else ""
