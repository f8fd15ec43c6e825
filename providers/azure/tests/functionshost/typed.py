"""Typed data, as host and worker exchange it: JSON objects with one key, which says how the value is meant.

    {}  {"string": "a"}  {"json": "{}"}  {"bytes": "<base64>"}  {"strings": ["a", "b"]}  {"int": 1}  {"double": 1.5}
    {"http": {"method", "url", "headers", "params", "query", "body": typed data}}            a request
    {"http": {"status", "headers", "cookies": [{"name", "value", "path", …}], "body": typed data}}      an answer

Standard library and Microsoft's packages only.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

from providers.azure.tests.functionshost import protos

Plain = dict[str, Any]
_COOKIE = ("domain", "path", "expires", "secure", "http_only", "max_age")


def typed(plain: Plain) -> protos.TypedData:
    """The library's message of a value from the host."""
    if "bytes" in plain:
        return protos.TypedData(bytes=b64decode(plain["bytes"]))
    if "strings" in plain:
        return protos.TypedData(collection_string=protos.CollectionString(string=plain["strings"]))
    if "http" in plain:
        request = plain["http"]
        return protos.TypedData(http=protos.RpcHttp(**{**request, "body": typed(request["body"])}))
    return protos.TypedData(**plain)


def plain(data: protos.TypedData | None) -> Plain:
    """The value of a message from the library."""
    kind = data.WhichOneof("data") if data is not None else None
    if data is None or kind is None:
        return {}
    if kind == "bytes":
        return {"bytes": b64encode(data.bytes).decode()}
    if kind == "http":
        return {"http": _answer(data.http)}
    return {kind: getattr(data, kind)}


def _answer(http: protos.RpcHttp) -> Plain:
    return {
        "status": http.status_code,
        "headers": http.headers,
        "cookies": [_cookie(cookie) for cookie in http.cookies or ()],
        "body": plain(http.body),
    }


def _cookie(cookie: protos.RpcHttpCookie) -> Plain:
    """expires: seconds since the epoch. same_site: 0 for none said, 1 lax, 2 strict, 3 none."""
    found = {name: getattr(cookie, name) for name in _COOKIE}
    values = {name: one.value for name, one in found.items() if one is not None}
    if "expires" in values:
        values["expires"] = values["expires"].seconds
    return {"name": cookie.name, "value": cookie.value, "same_site": cookie.same_site, **values}
