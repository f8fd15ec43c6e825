"""Requests and answers, between programs and functions.

What the host makes of them is in GrpcMessageConversionExtensions (requests), GrpcMessageExtensionUtilities and
RawScriptResult (answers) of https://github.com/Azure/azure-functions-host; what Python's library says it can take
(RawHttpBodyBytes, RpcHttpBodyOnly, and nothing of nullable values) decides between the ways that are there.
https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-http-webhook-trigger
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote

from tests.hosting.http import Request, Response

Plain = dict[str, Any]
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_PRINTABLE = re.compile(r"[\t\x20-\x7e]*")
_SAME_SITE = {1: "lax", 2: "strict", 3: "none"}


def typed_request(request: Request, parameters: Mapping[str, str], host: str) -> Plain:
    """Typed data of a request. parameters: of its route. host: the name that the app is called by.

    Names of headers are in small letters, what is there several times is joined by commas, and parameters of the query
    without a value are left out. A body that came in chunks is lost: https://github.com/Azure/azure-functions-host/issues/4926.
    """
    is_lost = "chunked" in request.header("Transfer-Encoding").lower()
    body = {"bytes": b64encode(request.body).decode()} if request.body and not is_lost else {}
    query = f"?{request.query}" if request.query else ""
    return {
        "http": {
            "method": request.method,
            "url": f"https://{request.header('host') or host}{_written(decoded(request.path))}{query}",
            "headers": _joined((name.lower(), value) for name, value in request.headers),
            "query": _joined(pair for pair in parse_qsl(request.query) if pair[1]),
            "params": dict(parameters),
            "body": body,
        }
    }


def decoded(path: str) -> str:
    """A path as Kestrel decodes it (UrlDecoder, PathNormalizer).

    The slash and what is no UTF-8, or no escape at all, stay as they came; then dots between slashes are followed.
    """
    return _without_dots(_ESCAPES.sub(lambda found: _unescaped(found[0]), path))


def _unescaped(escapes: str) -> str:
    """The text of some escapes, one after the other."""
    octets = [escapes[at : at + 3] for at in range(0, len(escapes), 3)]
    text = ""
    while octets:
        character, length = _first(octets)
        text += character
        octets = octets[length:]
    return text


def _first(octets: list[str]) -> tuple[str, int]:
    """The first character of some escapes, and how many of them it takes."""
    if octets[0].upper() == "%2F":
        return octets[0], 1
    for length in range(1, 5):
        try:
            return bytes(int(octet[1:], 16) for octet in octets[:length]).decode(), length
        except UnicodeDecodeError:
            continue
    return octets[0], 1


def _without_dots(path: str) -> str:
    """As RFC 3986, 5.2.4: https://www.rfc-editor.org/rfc/rfc3986#section-5.2.4."""
    found: list[str] = []
    parts = path[1:].split("/")
    for part in parts:
        if part == "..":
            found = found[:-1]
        elif part != ".":
            found.append(part)
    is_folder = parts[-1] in {".", ".."}
    return "/" + "/".join([*found, ""] if is_folder and found else found)


def _written(path: str) -> str:
    """A decoded path as PathString.ToUriComponent writes it: what already looks encoded stays."""
    return quote(re.sub("%(?![0-9A-Fa-f]{2})", "%25", path), safe="/%:@!$&'()*+,;=~")


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def response_of(answer: Plain) -> Response:
    """The answer of a function, from typed data: what the library made of an HttpResponse, or of a text."""
    if "string" in answer:
        return Response(
            status=200, headers=(("Content-Type", "text/plain; charset=utf-8"),), body=answer["string"].encode()
        )
    if "http" not in answer:
        return Response(status=200)
    http = answer["http"]
    headers = [(name, value) for name, value in http["headers"].items() if value or name.lower() != "content-type"]
    if not all(_PRINTABLE.fullmatch(value) for _, value in headers):
        return Response(status=500)  # Kestrel: invalid non-ASCII or control character in header
    cookies = tuple(("Set-Cookie", _cookie(one)) for one in http["cookies"])
    body = b64decode(http["body"].get("bytes", ""))
    return Response(status=int(http["status"]), headers=(*headers, *cookies), body=body)


def _cookie(cookie: Plain) -> str:
    """As ASP.NET writes one: the value is percent-encoded, whatever was in it."""
    parts = [f"{cookie['name']}={quote(cookie['value'], safe='')}"]
    if "expires" in cookie:
        parts.append(f"expires={datetime.fromtimestamp(cookie['expires'], UTC):%a, %d %b %Y %H:%M:%S GMT}")
    if "max_age" in cookie:
        parts.append(f"max-age={cookie['max_age']:.0f}")
    parts += [f"{name}={cookie[name]}" for name in ("domain", "path") if cookie.get(name)]
    parts += ["secure"] if cookie.get("secure") else []
    parts += [f"samesite={_SAME_SITE[cookie['same_site']]}"] if cookie["same_site"] else []
    parts += ["httponly"] if cookie.get("http_only") else []
    return "; ".join(parts)
