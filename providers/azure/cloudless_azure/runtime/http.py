"""The entry of all endpoints: a request of the HTTP trigger in, its answer out.

    answer = endpoints(DEPLOYED["http"], cloud, func.HttpResponse)

    @app.function_name("http")
    @app.route(route="{*path}")
    async def http(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
        return await answer(req, context)

facts: {"app", "include", "endpoints": [plan, …]}: see `cloudless.runtime.endpoint`. An endpoint is bound at its first
request, so that an instance pays for what it is asked.

Between HTTP and the worker stands the host, whose ways are made up for here:
- It decodes paths before it hands them on, and encodes them again but for what looks encoded: `a%2520b` comes as
  `a%20b`. What the route parameter has is decoded once, and no more.
- It hands on no body that came in chunks (https://github.com/Azure/azure-functions-host/issues/4926): 411.
- It carries one value a header, so several are joined; cookies travel apart, as what `http.cookies` reads of them, and
  their values are escaped: `_as_set` undoes that.
- It refuses header values beyond ASCII.
https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script.Grpc/MessageExtensions/GrpcMessageConversionExtensions.cs
"""

from __future__ import annotations

from cloudless.pattern import pattern
from cloudless.request import Request
from cloudless.runtime import boot
from cloudless.runtime.endpoint import EndpointPlan, as_asked
from cloudless.runtime.http import endpoint, gave_out
from cloudless.runtime.problem import problem
from cloudless.runtime.router import Router
from cloudless_azure.runtime.invocation import Died, invoke, timed, wait

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol

    from cloudless.driver.provider import Cloud
    from cloudless.request import Response
    from cloudless.runtime.http import Serve
    from cloudless_azure.runtime import invocation

    class Native(Protocol):
        """What the trigger hands over: an `azure.functions.HttpRequest`."""

        @property
        def method(self) -> str: ...
        @property
        def url(self) -> str: ...
        @property
        def headers(self) -> Mapping[str, str]: ...
        @property
        def route_params(self) -> Mapping[str, str]: ...
        def get_body(self) -> bytes: ...

    class Answer(Protocol):
        """The function of the trigger; gives an `azure.functions.HttpResponse`."""

        async def __call__(self, native: Native, context: invocation.Native | None = None) -> Any: ...


ROUTE = "path"
"""Name of the route's parameter, which holds the path without its first slash."""

_URL = pattern(r"[^:/?#]+://[^/?#]*([^?#]*)(?:\?([^#]*))?")
_ESCAPES = pattern(r"((?:%[0-9A-Fa-f]{2})+)")
_SEGMENT = "/!$&'()*+,;=:@"
"""What a path may hold as it is: https://www.rfc-editor.org/rfc/rfc3986#section-3.3."""

_COOKIE_VALUE = pattern(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*\Z")
_COOKIE = "set-cookie"
_EXPIRES = "%a, %d %b %Y %H:%M:%S GMT"
_CARRIED = frozenset({"domain", "expires", "httponly", "max-age", "path", "samesite", "secure"})
"""Attributes of a cookie that the host knows."""


def endpoints(facts: Mapping[str, Any], cloud: Cloud, response: Callable[..., Any]) -> Answer:
    """The function of the trigger. response: `azure.functions.HttpResponse`."""
    app = boot.application(facts)
    router = Router(map(EndpointPlan.from_json, facts["endpoints"]))
    bound: dict[str, Serve] = {}

    def serve(plan: EndpointPlan) -> Serve:
        """Two threads may bind one at the same time, which does no harm."""
        if plan.handler not in bound:
            bound[plan.handler] = endpoint(plan, app.handlers[plan.handler], cloud, wait=wait, timed=timed)
        return bound[plan.handler]

    async def answered(request: Request, context: invocation.Native | None) -> Response:
        if not request.body and "transfer-encoding" in request.headers:
            return problem(411, "send the body with Content-Length: what comes in chunks is not read")
        found = router.find(request)
        if not isinstance(found, tuple):
            return found
        plan, segments = found
        try:
            return await invoke(
                lambda: serve(plan)(request, segments),
                lambda: as_asked(request, _too_late(plan)),
                context,
                plan.timeout_s,
            )
        except Died as crash:
            return as_asked(request, gave_out(plan, "Crashed", 502, str(crash)))

    async def answer(native: Native, context: invocation.Native | None = None) -> Any:
        return response_of(await answered(request_of(native), context), response)

    return answer


def request_of(native: Native) -> Request:
    """The request that a trigger handed over."""
    found = _URL.match(native.url)
    path, query = (found[1], found[2]) if found else ("", "")
    headers = dict(native.headers)
    if "%" in headers.get("cookie", ""):
        headers["cookie"] = _as_set(headers["cookie"])
    return Request(
        native.method,
        _path(path, native.route_params.get(ROUTE, "")) if "%" in path else path or "/",
        query_string=query or "",
        headers=headers,
        body=native.get_body(),
        client=_client(headers.get("x-forwarded-for", "")),
    )


def response_of(answer: Response, response: Callable[..., Any]) -> Any:
    """The native answer; 500 in place of one with a header or cookie that the host cannot carry."""
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for name, value in answer.headers:
        if not value.isascii() or (name == _COOKIE and not _is_carried(value)):
            return _lost(name, value, response)
        if name == _COOKIE:
            cookies.append(value)
        else:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    native = response(answer.body, status_code=answer.status, headers=headers, mimetype="")
    for value in cookies:
        native.headers.add(_COOKIE, value)
    return native


def _too_late(plan: EndpointPlan) -> Response:
    return gave_out(plan, "TimeoutError", 504, f"no answer within {plan.timeout_s:g} s")


def _lost(name: str, value: str, response: Callable[..., Any]) -> Any:
    """The answer in place of one that would lose something on its way."""
    import logging

    logging.getLogger("cloudless.http").error(
        "the header %s: %s cannot be answered on Azure: values are ASCII, and of a cookie's attributes the host knows "
        "%s, with Expires as in Wed, 21 Oct 2026 07:28:00 GMT", name, value, ", ".join(sorted(_CARRIED)),
    )  # fmt: skip
    return response_of(problem(500), response)


def _path(encoded: str, decoded: str) -> str:
    """A path as it came. decoded: once, by the host, without the first slash; "" where it did not say.

    What still looks like escapes there was a percent sign of the path's own, unless decoding would not have been
    possible: invalid UTF-8, and slashes.
    """
    if "%" not in decoded:
        return encoded
    from urllib.parse import quote

    parts = _ESCAPES.split(decoded)
    kept = [
        part if index % 2 and not _is_text(part) else quote(part, safe=_SEGMENT) for index, part in enumerate(parts)
    ]
    return f"/{''.join(kept)}"


def _is_text(escapes: str) -> bool:
    try:
        return "/" not in bytes.fromhex(escapes.replace("%", "")).decode()
    except UnicodeDecodeError:
        return False


def _client(forwarded: str) -> str:
    """The address that the front end saw, which it adds with its port: 203.0.113.7:4711, [2001:db8::1]:4711."""
    last = forwarded.rpartition(",")[2].strip()
    if last.startswith("["):
        return last[1:].partition("]")[0]
    return last.partition(":")[0] if last.count(":") == 1 else last


def _as_set(cookies: str) -> str:
    """The cookie header with values as `Response.set_cookie` was given them.

    The host escapes what it sets as .NET's `Uri.EscapeDataString` does; a value that is no such text was set by
    somebody else, and stays as it is.
    """
    from urllib.parse import quote, unquote

    parts: list[str] = []
    for part in cookies.split(";"):
        name, equals, value = part.partition("=")
        plain = unquote(value)
        is_ours = _COOKIE_VALUE.match(plain) and quote(plain, safe="") == value
        parts.append(f"{name}{equals}{plain if is_ours else value}")
    return ";".join(parts)


def _is_carried(cookie: str) -> bool:
    """Whether a cookie gets through the worker, which hands on what `http.cookies` reads of it."""
    from datetime import datetime
    from http.cookies import CookieError, SimpleCookie

    try:
        found = list(SimpleCookie(cookie).values())
        if len(found) != 1:
            return False
        attributes = {name: value for name, value in found[0].items() if value}
        if expires := attributes.get("expires"):
            datetime.strptime(expires, _EXPIRES)  # noqa: DTZ007  (only whether it can be read)
    except (CookieError, ValueError):
        return False
    said = {part.partition("=")[0].strip().lower() for part in cookie.split(";")[1:]}
    return attributes.keys() <= _CARRIED and said - {""} <= attributes.keys()
