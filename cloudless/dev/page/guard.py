"""Guard: who may see and steer the page: this machine's own browser, on this very page, and nobody else.

A site in another tab can send requests to localhost. What it cannot do: choose the Host header (DNS rebinding), send a
request that changes something without an Origin of its own, or send JSON without asking first (CORS), which is
answered with no. https://fetch.spec.whatwg.org/#http-cors-protocol, https://www.w3.org/TR/fetch-metadata/
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from cloudless.runtime.problem import problem

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from cloudless.dev.host import Hosts

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
    Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_MOST = 1024 * 1024
JSON = "application/json"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", POLICY.encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)


class Guard:
    """An ASGI application around that of the page."""

    def __init__(self, page: Asgi, hosts: Hosts) -> None:
        self._page = page
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = refusal(scope, self._hosts)
        if refused is not None:
            await _refuse(*refused, send)
            return

        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        await self._page(scope, receive, with_headers)


def refusal(scope: Scope, hosts: Hosts) -> tuple[int, str] | None:
    """Status and reason, where a request is refused."""
    headers = _headers(scope)
    host = headers.get("host", [])
    if len(host) != 1 or not hosts.has(host[0]):
        return 403, f"this server is not {', '.join(host) or 'nameless'}: use localhost in the URL"
    if not _is_near(scope):
        return 403, "the page is for this machine alone: ask from here, or through a tunnel, e.g. ssh -L"
    if any(origin != f"http://{host[0]}" for origin in headers.get("origin", [])):
        return 403, f"a page of {headers['origin'][0]} has no business here"
    if _is_foreign(scope, headers):
        return 403, "a page of another site has no business here"
    return _unfit(headers) if scope["method"] not in ("GET", "HEAD") else None


def _is_near(scope: Scope) -> bool:
    """Whether the client is this machine."""
    try:
        address = ip_address(scope["client"][0])
    except (KeyError, TypeError, ValueError):
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _is_foreign(scope: Scope, headers: dict[str, list[str]]) -> bool:
    """Whether a browser says that another site asks; to open the page by a link is no harm."""
    site = headers.get("sec-fetch-site", ["none"])
    is_link = scope["method"] == "GET" and headers.get("sec-fetch-mode") == ["navigate"]
    return not is_link and any(one not in ("same-origin", "none") for one in site)


def _unfit(headers: dict[str, list[str]]) -> tuple[int, str] | None:
    """What an action must be like."""
    kind = headers.get("content-type", [""])[0].partition(";")[0].strip().lower()
    if kind != JSON:
        return 415, f"send {JSON}"
    length = headers.get("content-length", [""])[0]
    if not length.isdecimal():
        return 411, "say how long the body is"
    return (413, f"the body is over {BODY_MOST:,} bytes") if int(length) > BODY_MOST else None


def _headers(scope: Scope) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
    return found


async def _refuse(status: int, detail: str, send: Send) -> None:
    answer = problem(status, detail)
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": [*headers, *HEADERS]})
    await send({"type": "http.response.body", "body": answer.body})
