"""What a function's reply becomes, payload format 2.0.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

from cloudless.codec import is_list, is_object
from tests.hosting.http import Response

KEYS = frozenset({"statusCode", "headers", "cookies", "body", "isBase64Encoded"})
_JSON = ("Content-Type", "application/json")


def message(status: int, text: str) -> Response:
    """What API Gateway says by itself."""
    return Response(status=status, headers=(_JSON,), body=json.dumps({"message": text}).encode())


NOT_FOUND = message(404, "Not Found")
ERROR = message(500, "Internal Server Error")
UNAVAILABLE = message(503, "Service Unavailable")
TOO_LARGE = message(413, "Request Entity Too Large")
HEADERS_TOO_LARGE = message(431, "Request Header Fields Too Large")


def answered(payload: bytes) -> Response:
    """The answer that a reply means; 500 where API Gateway could not read it, or where the format does not allow it."""
    reply: Any = json.loads(payload)
    if not is_object(reply) or "statusCode" not in reply:
        return Response(status=200, headers=(_JSON,), body=payload)
    try:
        return _formatted(reply)
    except (KeyError, TypeError, ValueError):
        return ERROR


def _formatted(reply: dict[str, Any]) -> Response:
    """Raises TypeError, ValueError."""
    if not reply.keys() <= KEYS:
        raise ValueError(f"a reply of format 2.0 has no {sorted(reply.keys() - KEYS)}")
    status, headers, cookies = reply["statusCode"], reply.get("headers", {}), reply.get("cookies", [])
    if not isinstance(status, int) or not 100 <= status <= 599:
        raise ValueError(f"status {status!r}")
    if not is_list(cookies):
        raise TypeError("cookies are a list")
    pairs = [*((_line(name), _line(value)) for name, value in headers.items())]
    pairs += [("Set-Cookie", _line(one)) for one in cookies]
    text = reply.get("body", "")
    if not isinstance(text, str):
        raise TypeError("a body is a text")
    body = b64decode(text, validate=True) if reply.get("isBase64Encoded", False) else text.encode()
    return Response(status=status, headers=tuple(pairs), body=body)


def _line(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    if not value.isprintable() or not value.isascii():
        raise ValueError(f"{value!r} is no text of a header")
    return value
