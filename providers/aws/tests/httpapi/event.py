"""The event of payload format 2.0.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from providers.aws.tests.httpapi.route import RouteKey
from tests.hosting.http import Request

_TEXT = re.compile(r"text/.*|application/(json|javascript|xml)|.*\+(json|xml)")
"""What comes as text; everything else comes in base64."""
_HIDDEN = frozenset({"connection", "cookie", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Api:
    """What an event tells of the API. domain: its host name."""

    id: str
    account: str
    domain: str


def decoded(path: str) -> str:
    """A path as it is matched and handed on: decoded once, and without what follows a question mark then.

    The page says that parameters are decoded; that a slash in a segment makes two, and that a question mark cuts, was
    measured: https://github.com/middleapi/standard-server/pull/93. No page says what becomes of octets that are no
    UTF-8, of what is no escape, and of dot segments. Here they are what a caller could least expect: U+FFFD, itself,
    and followed (RFC 3986, 5.2.4).
    """
    return _without_dots(unquote(path).partition("?")[0])


def _without_dots(path: str) -> str:
    found: list[str] = []
    parts = path[1:].split("/")
    for part in parts:
        if part == "..":
            found = found[:-1]
        elif part != ".":
            found.append(part)
    is_folder = parts[-1] in {".", ".."}
    return "/" + "/".join([*found, ""] if is_folder and found else found)


def event_of(request: Request, api: Api, route: RouteKey, variables: Mapping[str, str], now_s: float) -> dict[str, Any]:
    """What a function is given."""
    headers = _joined((name.lower(), value) for name, value in request.headers if name.lower() not in _HIDDEN)
    cookies = [one for name, value in request.headers if name.lower() == "cookie" for one in value.split("; ")]
    path = decoded(request.path)
    at = datetime.fromtimestamp(now_s, UTC)
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    is_text = _TEXT.fullmatch(kind) is not None and _is_utf8(request.body)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route.text,
        "rawPath": path,
        "rawQueryString": request.query,
        "headers": {
            **headers,
            "host": api.domain,
            "x-amzn-trace-id": "Root=1-65a1b2c3-0123456789abcdef01234567",
            "x-forwarded-for": "192.0.2.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": api.account,
            "apiId": api.id,
            "domainName": api.domain,
            "domainPrefix": api.id,
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": route.text,
            "stage": "$default",
            "time": f"{at:%d/%b/%Y:%H:%M:%S} +0000",
            "timeEpoch": int(now_s * 1_000),
        },
        "isBase64Encoded": bool(request.body) and not is_text,
    }
    if cookies:
        event["cookies"] = cookies
    if request.query:
        event["queryStringParameters"] = _joined(parse_qsl(request.query, keep_blank_values=True))
    if variables:
        event["pathParameters"] = dict(variables)
    if request.body:
        event["body"] = request.body.decode() if is_text else b64encode(request.body).decode()
    return event


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _joined(pairs: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]},{value}" if name in found else value
    return found
