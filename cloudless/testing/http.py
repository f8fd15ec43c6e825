"""The HTTP client of tests: `cloud.http.post("/orders", json={…})`.

It only knows a function that answers requests, so the conformance suite uses it against real servers as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from cloudless.codec import dump, load
from cloudless.errors import InvalidArgument, hidden
from cloudless.pattern import pattern
from cloudless.request import JSON, Request, header_pairs, utf8

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cloudless.message import Failure
    from cloudless.request import Headers, Response

    Query = Mapping[str, str | int | float | bool | list[str] | list[int]]

    class Sent(TypedDict, total=False):
        """What a request may carry: see `Client.request`."""

        query: Query
        json: Any
        form: Mapping[str, str]
        body: bytes | str
        headers: Headers
        cookies: Mapping[str, str]
        token: str


__tracebackhide__ = hidden
_PLAIN = pattern(r"[A-Za-z0-9/._~-]*\Z")
_UNRESERVED = "/%:@!$&'()*+,;=~-._"


class Answer:
    """An answer as the caller sees it.

    status: 200 to 599. headers: by name in lower case, several of a name joined with ", ". body: bytes. cookies:
    what the answer sets, by name. error: in a simulation, why the status is 4xx or 5xx; a real caller is not told.
    """

    def __init__(self, response: Response) -> None:
        self.status = response.status
        self.body = response.body
        self.error: Failure | None = response.failure
        self.header_list = list(response.headers)
        self.headers: dict[str, str] = {}
        for name, value in self.header_list:
            self.headers[name] = f"{self.headers[name]}, {value}" if name in self.headers else value

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode()

    def json(self) -> Any:
        """The body as JSON; InvalidBody where it is none."""
        return load(self.text)

    @property
    def cookies(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, value in self.header_list:
            if name == "set-cookie":
                key, _, rest = value.partition("=")
                found[key] = rest.partition(";")[0]
        return found

    def __repr__(self) -> str:
        why = f", {self.error.type}: {self.error.text}" if self.error else ""
        shown = self.body[:200].decode("utf-8", "replace") if len(self.body) < 10_000 else f"{len(self.body)} bytes"
        return f"<{self.status}, {shown}{why}>"


class Client:
    """answer: gives the answer to a request.

    Keeps no cookies and follows no redirects: a test says what it sends, and sees what comes.
    """

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self._answer = answer

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        json: Any = ...,
        form: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
        headers: Headers = (),
        cookies: Mapping[str, str] | None = None,
        token: str | None = None,
    ) -> Answer:
        """The answer to a request.

        path: with or without a query; characters beyond those of URLs are percent-encoded. At most one of json (any
        JSON value, pydantic models included), form and body. token: for `Authorization: Bearer`.
        """
        if not path.startswith("/"):
            raise InvalidArgument(f"path {path!r}: begin it with /; there is no host in a test")
        where, asked = (path, "") if _PLAIN.match(path) else _split(path)
        if query:
            asked = "&".join([asked, _query(query)] if asked else [_query(query)])
        data, kind = _body(json, form, body)
        sent = list(header_pairs(headers))
        if kind and "content-type" not in [name.lower() for name, _ in sent]:
            sent.append(("content-type", kind))
        if token is not None:
            sent.append(("authorization", f"Bearer {token}"))
        if cookies:
            sent.append(("cookie", "; ".join([f"{name}={value}" for name, value in cookies.items()])))
        request = Request(method.upper(), where, query_string=asked, headers=sent, body=data, client="127.0.0.1")
        return Answer(self._answer(request))

    def get(self, path: str, **sent: Unpack[Sent]) -> Answer:
        """As `request`."""
        return self.request("GET", path, **sent)

    def head(self, path: str, **sent: Unpack[Sent]) -> Answer:
        """As `request`."""
        return self.request("HEAD", path, **sent)

    def options(self, path: str, **sent: Unpack[Sent]) -> Answer:
        """As `request`."""
        return self.request("OPTIONS", path, **sent)

    def post(self, path: str, **sent: Unpack[Sent]) -> Answer:
        """As `request`."""
        return self.request("POST", path, **sent)

    def put(self, path: str, **sent: Unpack[Sent]) -> Answer:
        """As `request`."""
        return self.request("PUT", path, **sent)

    def patch(self, path: str, **sent: Unpack[Sent]) -> Answer:
        """As `request`."""
        return self.request("PATCH", path, **sent)

    def delete(self, path: str, **sent: Unpack[Sent]) -> Answer:
        """As `request`."""
        return self.request("DELETE", path, **sent)


def _split(path: str) -> tuple[str, str]:
    """Path and query, percent-encoded as far as they are not."""
    from urllib.parse import quote

    where, _, asked = path.partition("?")
    return quote(where, safe=_UNRESERVED), quote(asked, safe=_UNRESERVED + "?")


def _query(query: Query) -> str:
    from urllib.parse import urlencode

    return urlencode({name: _query_value(value) for name, value in query.items() if value is not None}, doseq=True)


def _body(json: Any, form: Mapping[str, str] | None, body: bytes | str | None) -> tuple[bytes, str]:
    """The bytes of a body, and its type."""
    if json is not ... and form is None and body is None:
        return _json(json).encode(), JSON
    if (json is not ...) + (form is not None) + (body is not None) > 1:
        raise InvalidArgument("give one of json, form and body")
    if form is not None:
        from urllib.parse import urlencode

        return urlencode(form, doseq=True).encode(), "application/x-www-form-urlencoded"
    return (utf8(body) if isinstance(body, str) else body or b""), ""


def _json(value: Any) -> str:
    if hasattr(value, "model_dump_json"):
        text: str = value.model_dump_json(by_alias=True)
        return text
    return dump(value)


def _query_value(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value
