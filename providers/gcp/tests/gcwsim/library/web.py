"""Module http.

https://cloud.google.com/workflows/docs/http-requests
https://cloud.google.com/workflows/docs/reference/stdlib/http/request
"""

from __future__ import annotations

from typing import Any

from providers.gcp.tests.gcwsim.context import Frame
from providers.gcp.tests.gcwsim.exchange import Request, answered
from providers.gcp.tests.gcwsim.library.function import Function, function, must_be, unspecified
from providers.gcp.tests.gcwsim.limits import HTTP_TIMEOUT_MAX_S
from providers.gcp.tests.gcwsim.strand import Body
from providers.gcp.tests.gcwsim.value import is_map

AGENT = "GoogleCloudWorkflows; (+https://cloud.google.com/workflows/docs)"
METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}
AUTH_TYPES = {"OIDC", "OAuth2"}
AUTH_KEYS = {"type", "scope", "scopes", "audience"}
_COMMON = "url [timeout] {body}[headers] [query] [auth] [private_service_name] [ca_certificate]"


def _sender(method: str | None) -> Any:
    name = f"http.{(method or 'request').lower()}"

    def send(frame: Frame, given: dict[str, Any]) -> Body:
        request = _request(name, method or given["method"], given, frame.run.name)
        return answered((yield frame.run.exchange(request)))

    return send


def _request(name: str, method: Any, given: dict[str, Any], execution: str) -> Request:
    if method not in METHODS:
        raise unspecified(name, f"the method {method!r}")
    for key in ("private_service_name", "ca_certificate"):
        if given.get(key) is not None:
            raise unspecified(name, f"{key} in this model")
    url = given["url"]
    must_be(url, "string", name)
    if not url.startswith(("http://", "https://")):
        raise unspecified(name, f"the URL {url!r}")
    headers, body = _headers(name, given.get("headers")), given.get("body")
    _describe(headers, body)
    return Request(
        method, url, headers, _query(name, given.get("query")), body, _auth(name, given.get("auth")),
        _timeout_s(name, given.get("timeout")), execution,
    )  # fmt: skip


def _headers(name: str, headers: Any) -> dict[str, str]:
    must_be(headers, "map null", name)
    given: dict[str, Any] = headers or {}
    for key, text in given.items():
        if not isinstance(text, str):
            raise unspecified(name, f"the header {key} of another type than string")
    return dict(given)


def _describe(headers: dict[str, str], body: Any) -> None:
    """Add what Workflows adds: the type of the body, and who it is."""
    known = {key.lower(): key for key in headers}
    if body is not None and "content-type" not in known:
        headers["Content-Type"] = (
            "application/octet-stream" if isinstance(body, bytes) else "application/json; charset=utf-8"
        )
    agent = known.get("user-agent", "User-Agent")
    headers[agent] = f"{headers[agent]} {AGENT}" if agent in headers else AGENT


def _query(name: str, query: Any) -> dict[str, Any]:
    must_be(query, "map null", name)
    given: dict[str, Any] = query or {}
    for key, value in given.items():
        if is_map(value) or isinstance(value, bytes) or value is None:
            raise unspecified(name, f"the parameter {key} of a type that is no scalar")
    return dict(given)


def _auth(name: str, auth: Any) -> dict[str, Any] | None:
    must_be(auth, "map null", name)
    if auth is None:
        return None
    if auth.get("type") not in AUTH_TYPES or not auth.keys() <= AUTH_KEYS:
        raise unspecified(name, f"auth with {sorted(auth)} of type {auth.get('type')!r}")
    return dict(auth)


def _timeout_s(name: str, timeout_s: Any) -> float | None:
    must_be(timeout_s, "integer double null", name)
    if timeout_s is not None and not 0 < timeout_s <= HTTP_TIMEOUT_MAX_S:
        raise unspecified(name, f"a time-out of {timeout_s} seconds")
    return None if timeout_s is None else float(timeout_s)


FUNCTIONS: list[Function] = [
    function("http.get", _COMMON.format(body=""), _sender("GET"), is_blocking=True),
    *(
        function(f"http.{method.lower()}", _COMMON.format(body="[body] "), _sender(method), is_blocking=True)
        for method in ("POST", "PUT", "PATCH", "DELETE")
    ),
    function("http.request", "method " + _COMMON.format(body="[body] "), _sender(None), is_blocking=True),
]
