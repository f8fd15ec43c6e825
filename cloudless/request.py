"""Request and Response: what an HTTP endpoint receives and gives, the same on every cloud.

Text on the wire is what HTTP says: header names without case, paths and queries percent-encoded UTF-8. Standard
library only; `urllib.parse` is imported when a query is asked for.
"""

from __future__ import annotations

from cloudless.codec import dump, load
from cloudless.errors import InvalidArgument, InvalidBody, hidden
from cloudless.message import utc
from cloudless.pattern import pattern

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta
    from typing import Any, Literal

    from cloudless.message import Failure

    Headers = Mapping[str, str] | Iterable[tuple[str, str]]
    """A dict, or pairs where a name may come several times."""

__tracebackhide__ = hidden
JSON = "application/json"
BODY_MOST = 4 * 1024 * 1024
"""Bytes of a body, either way: Lambda takes 6 MB with base64. docs/mechanisms.md, HTTP in detail."""

_NOTHING = (b"", "")
_TOKEN = pattern(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_VALUE = pattern(r"[\t\x20-\x7e\x80-\xff]*\Z")
_COOKIE_VALUE = pattern(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*\Z")
_new = object.__new__
_CONNECTION = frozenset({"connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"})
_COOKIE_PLACE = pattern(r"[\x20-\x3a\x3c-\x7e]*\Z")


class Unreadable(InvalidBody):
    """A request whose endpoint asks for what it does not hold: the sender's mistake, which is answered with 400."""


class Request:
    """An HTTP request.

    method: upper case. path: as it came, percent-encoded, e.g. "/orders/a%20b". query_string: without "?".
    id: 32 hexadecimal digits. headers: by name in lower case; what came several times is joined with ", ",
    cookies with "; ". body: at most 4 MiB. path_parameters: decoded. client: address of the caller, "" where it is
    not known.
    identity: what `auth=` found out: the claims of a token, what the function returned; None on a public endpoint.
    """

    __slots__ = (
        "_cookies", "_pairs", "body", "client", "headers", "id", "identity", "is_handled", "method",
        "path", "path_parameters", "query_string", "received_s", "trace",
    )  # fmt: skip

    def __init__(
        self,
        method: str,
        path: str,
        *,
        query_string: str = "",
        headers: Headers = (),
        body: bytes = b"",
        client: str = "",
    ) -> None:
        self.id = self.trace = ""  # given by the runtime
        self.is_handled = False  # whether the endpoint's own code was reached
        self.method = method
        self.path = path
        self.query_string = query_string
        self.headers = joined(headers) if headers else {}
        self.body = body
        self.client = client
        self.path_parameters: dict[str, str] = {}
        self.identity: Any = None
        self.received_s = 0.0
        self._pairs: dict[str, list[str]] | None = None
        self._cookies: dict[str, str] | None = None

    @property
    def received_at(self) -> datetime:
        """When it came in, by the cloud's clock, aware, in UTC; virtual in a simulation."""
        return utc(self.received_s)

    @property
    def query(self) -> dict[str, list[str]]:
        """The query, decoded: every value of each name, in order. `+` is a space. InvalidBody where it is none."""
        if self._pairs is None:
            self._pairs = pairs(self.query_string)
        return self._pairs

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies by name; of two of one name, the first, which has the more exact path (RFC 6265, 5.4)."""
        if self._cookies is None:
            self._cookies = _cookies(self.headers.get("cookie", ""))
        return self._cookies

    @property
    def content_type(self) -> str:
        """The media type in lower case without parameters, "" where there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def text(self) -> str:
        """The body as UTF-8 text; InvalidBody where it is none."""
        try:
            return self.body.decode()
        except UnicodeDecodeError as problem:
            raise Unreadable(
                f"the body is not UTF-8: byte {problem.start} is {self.body[problem.start]:#04x}"
            ) from problem

    def json(self) -> Any:
        """The body as JSON; InvalidBody where it is none."""
        text = self.text()
        try:
            return load(text)
        except InvalidBody as problem:
            raise Unreadable(str(problem)) from problem

    def form(self) -> dict[str, list[str]]:
        """The fields of a body of `application/x-www-form-urlencoded`, every value of each name, in order."""
        return pairs(self.text())

    def __repr__(self) -> str:
        query = f"?{self.query_string}" if self.query_string else ""
        return f"<{self.method} {self.path}{query}, {len(self.body)} bytes>"


class Response:
    """An HTTP answer.

    body: bytes (application/octet-stream), text (text/plain), or a JSON value; None for none. At most 4 MiB.
    status: 200 to 599. content_type: instead of the one above. headers: a dict, or pairs where a name comes twice.

    Raises InvalidArgument for a status or header that HTTP does not have (line breaks, above all), InvalidBody
    for a body that has no JSON form.
    """

    __slots__ = ("body", "failure", "headers", "status")

    def __init__(
        self,
        body: object = None,
        *,
        status: int = 200,
        content_type: str = "",
        headers: Headers = (),
    ) -> None:
        if not isinstance(status, int) or not 200 <= status <= 599:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidArgument(f"Response(status={status!r}): give a number from 200 to 599")
        self.status = status
        self.failure: Failure | None = None  # why, for logs and traces; never sent
        self.headers: list[tuple[str, str]] = []
        for name, value in header_pairs(headers):
            self.add_header(name, value)
        self.body, usual = _NOTHING if body is None else _encoded(body)
        if (content_type or usual) and not self.header("content-type"):
            self.add_header("content-type", content_type or usual)

    def add_header(self, name: str, value: str) -> None:
        """Add a header, beside others of that name."""
        check_header_name(name)
        if name.lower() in _CONNECTION:
            raise InvalidArgument(f"header {name!r} is the server's, which knows how it sends the answer: leave it out")
        if not isinstance(value, str) or not _VALUE.match(value):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise InvalidArgument(f"header {name!r} is {value!r}: give a str without line breaks, in Latin-1")
        self.headers.append((name.lower(), value.strip(" \t")))

    def copy(self) -> Response:
        """Another one with the same status, headers and body."""
        other = Response(status=self.status)
        other.body, other.failure = self.body, self.failure
        other.headers = [(name, value) for name, value in self.headers]
        return other

    def header(self, name: str) -> str:
        """The value of a header, "" where there is none; several joined with ", "."""
        return ", ".join(value for key, value in self.headers if key == name.lower())

    def set_cookie(
        self,
        name: str,
        value: str,
        *,
        max_age: timedelta | None = None,
        path: str = "/",
        domain: str = "",
        secure: bool = True,
        http_only: bool = True,
        same_site: Literal["Lax", "Strict", "None"] = "Lax",
    ) -> None:
        """Set a cookie. max_age: how long the browser keeps it; None: until it is closed; zero: delete it.

        The defaults are the safe ones: not for scripts, not over plain HTTP, not with requests of other sites.
        """
        if not _TOKEN.match(name) or not _COOKIE_VALUE.match(value):
            raise InvalidArgument(
                f"cookie {name!r} is {value!r}: no spaces, quotes, commas, semicolons, backslashes; encode it"
            )
        if not _COOKIE_PLACE.match(path) or not _COOKIE_PLACE.match(domain):
            raise InvalidArgument(
                f"cookie {name!r}: path {path!r} or domain {domain!r} holds a semicolon or control character"
            )
        if same_site not in ("Lax", "Strict", "None") or (same_site == "None" and not secure):
            raise InvalidArgument(
                f"cookie {name!r}: same_site is 'Lax', 'Strict', or 'None' with secure=True, not {same_site!r}"
            )
        parts = [f"{name}={value}", f"Path={path}"]
        parts += [f"Domain={domain}"] if domain else []
        parts += [f"Max-Age={-int(-max_age.total_seconds() // 1)}"] if max_age is not None else []
        parts += ["Secure"] if secure else []
        parts += ["HttpOnly"] if http_only else []
        self.headers.append(("set-cookie", "; ".join([*parts, f"SameSite={same_site}"])))

    def __repr__(self) -> str:
        return f"<Response {self.status}, {len(self.body)} bytes>"


def answered(status: int, body: bytes, content_type: str) -> Response:
    """An answer of parts that are known to be good: this stands on the path of every request."""
    answer = _new(Response)
    answer.status = status
    answer.failure = None
    answer.headers = [("content-type", content_type)]
    answer.body = body
    return answer


def check_header_name(name: str) -> None:
    """Refuse a name that no header, or cookie, can have (InvalidArgument)."""
    if not isinstance(name, str) or not _TOKEN.match(name):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidArgument(f"header name {name!r}: letters, digits and - are what HTTP has")


def header_pairs(headers: Headers) -> Iterable[tuple[str, str]]:
    """Headers as pairs, be they given as those or as a dict."""
    pairs: Any = headers.items() if hasattr(headers, "items") else headers  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue, reportUnknownVariableType]
    return pairs  # type: ignore[no-any-return]


def joined(headers: Headers) -> dict[str, str]:
    """Headers by lower-case name; values of one name joined as RFC 9110, 5.3 says (cookies: RFC 6265, 5.4)."""
    found: dict[str, str] = {}
    for name, value in header_pairs(headers):
        key = name.lower()
        between = "; " if key == "cookie" else ", "
        found[key] = f"{found[key]}{between}{value}" if key in found else value
    return found


def pairs(text: str) -> dict[str, list[str]]:
    """Every value of each name of a query or form; InvalidBody where its percent-encoding is not UTF-8."""
    if not text:
        return {}
    from urllib.parse import parse_qsl

    try:
        text.encode()  # as JSON from a gateway, a text may hold a lone surrogate
        found = parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError as problem:  # also more fields than urllib takes
        raise Unreadable(f"not percent-encoded UTF-8: {problem}") from problem
    result: dict[str, list[str]] = {}
    for name, value in found:
        result.setdefault(name, []).append(value)
    return result


def _cookies(text: str) -> dict[str, str]:
    """Split as browsers write it; http.cookies drops all where one is odd."""
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, _, value = part.strip().partition("=")
        if name:
            quoted = len(value) > 1 and value[0] == value[-1] == '"'
            found.setdefault(name, value[1:-1] if quoted else value)
    return found


def _encoded(body: object) -> tuple[bytes, str]:
    """A body as bytes, and its usual content type."""
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body), "application/octet-stream"  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(body, str):
        return utf8(body), "text/plain; charset=utf-8"
    return dump(body).encode(), JSON


def utf8(text: str) -> bytes:
    """A text as UTF-8; InvalidBody where it holds a lone surrogate."""
    try:
        return text.encode()
    except UnicodeEncodeError as problem:
        raise InvalidBody(
            f"the text holds the lone surrogate U+{ord(text[problem.start]):04X}: decode it properly"
        ) from problem
