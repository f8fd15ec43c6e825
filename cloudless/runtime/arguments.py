"""From a request to the arguments of its endpoint; every problem of a request is told at once.

What is done once, when the endpoint is bound: a closure a parameter. Nothing is inspected per request.
"""

from __future__ import annotations

from cloudless.codec import codec_of
from cloudless.errors import InvalidArgument, InvalidBody
from cloudless.request import JSON
from cloudless.runtime.plan import CONTEXT
from cloudless.text import item_type, text_codec_of, value_type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from cloudless.request import Request

    Get = Callable[[Request], Any]
    """The value of one parameter; _Absent, Refused or Unfit where there is none."""

PATH = "path"  # a segment of the path
QUERY = "query"  # one value of the query, or all of a name
HEADER = "header"
COOKIE = "cookie"
BODY = "json"  # the body, as JSON of a type
RAW = "raw"  # the body, as bytes
REQUEST = "request"  # Request
IDENTITY = "identity"  # what `auth=` found out

REQUIRED = "required"  # it is told as missing
DEFAULT = "default"  # the function's own
NONE = "none"  # there is no default, and None is fine

TEXTS = (PATH, QUERY, HEADER, COOKIE)
"""Kinds whose values are texts."""


class Refused(Exception):
    """The request cannot be understood: the status of the answer, and why."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class Unfit(Exception):
    """Values that do not fit. problems: (where: "query", "body" …; field; what is wrong) of each."""

    def __init__(self, problems: Sequence[tuple[str, str, str]]) -> None:
        super().__init__("; ".join(f"{where}{field and f' {field}'}: {text}" for where, field, text in problems))
        self.problems = tuple(problems)


class _Absent(Exception):
    """The request has no such value."""


class Arguments:
    """parameters: (name, kind, key, absent) of each, in order. hints: annotations by name.

    absent: what becomes of one that a request has not: REQUIRED, DEFAULT or NONE.

    The context of a call is added by who calls; see `contexts`, the names of the parameters that ask for it.
    """

    __slots__ = ("_getters", "contexts")

    def __init__(self, parameters: Sequence[tuple[str, str, str, str]], hints: Mapping[str, Any]) -> None:
        self.contexts = [name for name, kind, _, _ in parameters if kind == CONTEXT]
        self._getters = [
            (name, _getter(kind, key, absent, hints.get(name, object)), (kind, key, absent))
            for name, kind, key, absent in parameters
            if kind != CONTEXT
        ]

    def of(self, request: Request) -> dict[str, Any]:
        """The arguments by name; those that are absent keep their defaults. Raises Refused or Unfit."""
        found: dict[str, Any] = {}
        problems: list[tuple[str, str, str]] = []
        for name, get, asked in self._getters:
            try:
                found[name] = get(request)
            except _Absent:
                kind, key, absent = asked
                if absent == REQUIRED:
                    problems.append(_missing(kind, key))
                elif absent == NONE:
                    found[name] = None
            except InvalidBody as problem:
                if not problem.is_json:
                    raise Refused(400, str(problem)) from problem
                if isinstance(problem.__cause__, Exception) and not isinstance(problem.__cause__, ValueError):
                    raise problem.__cause__ from None  # what a validator of the user's raised is the handler's own
                kind, key, _ = asked
                problems += _told(_WHERE.get(kind, kind), key, problem)
        if problems:
            raise Unfit(problems)
        return found


_WHERE = {BODY: "body", RAW: "body"}


def _missing(kind: str, key: str) -> tuple[str, str, str]:
    return ("body", "", "is missing") if kind in _WHERE else (kind, key, "is missing")


def _told(where: str, key: str, problem: InvalidBody) -> list[tuple[str, str, str]]:
    if where == "body":
        return [("body", field, text) for field, text in problem.fields] or [("body", "", str(problem))]
    return [(where, key, text) for _, text in problem.fields] or [(where, key, str(problem))]


def is_mark(value: object) -> bool:
    """Whether something inside `Annotated[…]` is a mark of ours."""
    return type(value).__module__ == "cloudless.http"


def _getter(kind: str, key: str, absent: str, hint: Any) -> Get:
    if kind in TEXTS:
        return _text_getter(kind, key, value_type(hint, is_mark=is_mark))
    if kind == BODY:
        return _json_getter(unmarked(hint))
    if kind == RAW:
        return _raw if absent == REQUIRED else _raw_if_any
    if kind == IDENTITY:
        return lambda request: request.identity
    return lambda request: request


def unmarked(hint: Any) -> Any:
    """The type of a body, None in it included."""
    metadata = getattr(hint, "__metadata__", ())
    return hint.__origin__ if metadata and all(map(is_mark, metadata)) else hint


def _json_getter(hint: Any) -> Get:
    decode = codec_of(hint).decode

    def get(request: Request) -> Any:
        if not request.body:
            raise _Absent
        if request.headers.get("content-type") != JSON:
            _check_type(request.content_type)
        if request.headers.get("content-encoding", "identity") != "identity":
            raise Refused(415, "the body is compressed: send it as it is")
        try:
            text = request.text()
        except InvalidBody as problem:
            raise Refused(400, str(problem)) from problem
        return decode(text)

    return get


def _check_type(kind: str) -> None:
    if kind != JSON and not (kind.startswith("application/") and kind.endswith("+json")):
        raise Refused(415, f"the body is of type {kind or '(none given)'}: send it as {JSON}")


def _raw(request: Request) -> bytes:
    return request.body


def _raw_if_any(request: Request) -> bytes:
    if not request.body:
        raise _Absent
    return request.body


def _text_getter(kind: str, key: str, hint: Any) -> Get:
    inner = item_type(hint)
    parse = text_codec_of(hint if inner is None else inner)
    if kind == PATH:
        return lambda request: parse(request.path_parameters[key])
    if kind == QUERY:
        return _query_getter(key, parse, many=inner is not None)
    find = _header if kind == HEADER else _cookie
    if inner is not None:
        return lambda request: [parse(part.strip()) for part in find(request, key).split(",")]
    return lambda request: parse(find(request, key))


def _query_getter(key: str, parse: Callable[[str], Any], *, many: bool) -> Get:
    def values(request: Request) -> list[str]:
        try:
            found = request.query.get(key)
        except InvalidArgument as problem:
            raise Refused(400, f"the query is {problem}") from problem
        if not found:
            raise _Absent
        return found

    if many:
        return lambda request: [parse(value) for value in values(request)]
    return lambda request: parse(_one(values(request)))


def _one(values: list[str]) -> str:
    if len(values) > 1:
        raise InvalidBody(f"is given {len(values)} times, and can be given once")
    return values[0]


def _header(request: Request, key: str) -> str:
    found = request.headers.get(key)
    if found is None:
        raise _Absent
    return found


def _cookie(request: Request, key: str) -> str:
    found = request.cookies.get(key)
    if found is None:
        raise _Absent
    return found
