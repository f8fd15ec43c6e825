"""Endpoints: a path that every cloud takes, somebody who may call, and arguments that a request can fill."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from cloudless.app import App
from cloudless.auth import ApiKey, Jwt
from cloudless.codec import codec_of, type_name
from cloudless.errors import CloudlessError
from cloudless.frontend.functions import hints, hints_below, is_generator, original
from cloudless.frontend.parameters import EMPTY, Signature, is_text, mark_of, requested
from cloudless.frontend.report import Report
from cloudless.http import Endpoint, Mark, result_type
from cloudless.pattern import pattern
from cloudless.request import Request
from cloudless.runtime.arguments import BODY, COOKIE, HEADER, IDENTITY, PATH, QUERY, RAW, is_mark
from cloudless.runtime.route import Route
from cloudless.text import value_type, without_none

_LITERAL = pattern(r"[A-Za-z0-9._~-]+\Z")
_PARAMETER = pattern(r"\{[A-Za-z_][A-Za-z0-9_]*\}\Z")
_RESERVED = pattern(r"\A/(admin|runtime|_ah|eventlog)(/|\Z)|z\Z", re.IGNORECASE)
"""https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger (admin, runtime),
https://cloud.google.com/run/docs/known-issues#ah (the others)."""

_BODILESS = ("GET", "DELETE")
_ANNOTATED = {PATH: "path", QUERY: "query", HEADER: "header", COOKIE: "cookie"}


def endpoints(app: App, report: Report) -> None:
    """Every endpoint can be called, by whom it says, at a path of its own."""
    found = [handler for handler in app.registered if isinstance(handler, Endpoint)]
    _statuses(app.errors, report, app)
    _routes(found, report)
    for endpoint in found:
        _Check(endpoint, report).run()


def _routes(found: list[Endpoint[..., Any]], report: Report) -> None:
    first: dict[tuple[str, str], Endpoint[..., Any]] = {}
    for endpoint in found:
        other = first.setdefault((endpoint.method, Route(endpoint.path).shape), endpoint)
        if other is not endpoint:
            at = report.sources.declaration(other.place)
            report.error(
                "CL192",
                report.sources.option(endpoint.place, "path", 0),
                f"{endpoint.method} {endpoint.path} is the path of {other.name!r} already, at {at.file}:{at.line}",
                "give one of them another path or method",
            )


def _statuses(errors: Mapping[Any, object], report: Report, owner: App | Endpoint[..., Any]) -> None:
    pairs: list[tuple[object, object]] = list(errors.items())
    for kind, status in pairs:
        is_class = isinstance(kind, type) and Exception in kind.__mro__
        if not is_class or not isinstance(status, int) or not 400 <= status <= 599:
            report.error(
                "CL197",
                report.sources.option(owner.place, "errors"),
                f"errors= says {getattr(kind, '__name__', kind)}: {status!r}",
                "give exception classes, and statuses from 400 to 599, e.g. errors={NoSuchOrder: 404}",
            )


class _Check:
    """One endpoint."""

    def __init__(self, endpoint: Endpoint[..., Any], report: Report) -> None:
        self.endpoint = endpoint
        self.report = report
        self.what = f"{endpoint.method} {endpoint.path}"

    def run(self) -> None:
        self._path()
        self._auth()
        self._status()
        function = original(self.endpoint.function)
        if function is not None:  # otherwise reported by the check of signatures
            self._parameters(Signature(function, hints(self.endpoint)))
            self._result()

    def _error(self, code: str, option: str, message: str, remedy: str, position: int | None = None) -> None:
        span = self.report.sources.option(self.endpoint.place, option, position)
        self.report.error(code, span, message, remedy)

    # --- path

    def _path(self) -> None:
        why = _refused(self.endpoint.path)
        if why:
            self._error("CL193", "path", f"path {self.endpoint.path!r} {why}", _written(self.endpoint.path), 0)

    # --- who may call

    def _auth(self) -> None:
        auth, public = self.endpoint.auth, self.endpoint.public
        if (auth is None) != public:
            said = "both public=True and auth=" if public else "neither public=True nor auth="
            remedy = "say public=True if anybody may call it, else auth=jwt(…), auth=api_key(…) or a function"
            self.report.error(
                "CL191", self.report.sources.declaration(self.endpoint.place), f"{self.what} has {said}", remedy
            )
        if auth is not None and not isinstance(auth, Jwt | ApiKey):
            self._asked(auth)

    def _asked(self, auth: object) -> None:
        why = _unaskable(auth)
        if why:
            remedy = "write def check(request: Request) -> …, or use jwt(…) or api_key(…)"
            self._error("CL198", "auth", f"auth= of {self.what} {why}", remedy)

    # --- answers

    def _status(self) -> None:
        if not 200 <= self.endpoint.status <= 299:
            message = f"status={self.endpoint.status} of {self.what}: a success has 200 to 299"
            self._error("CL197", "status", message, "leave it out, raise HttpError, or return a Response")
        _statuses(self.endpoint.errors, self.report, self.endpoint)

    def _result(self) -> None:
        kind = result_type(hints(self.endpoint).get("return"))
        try:
            codec_of(kind)
        except CloudlessError as problem:
            self.report.error(
                "CL196",
                self.report.sources.name_of(self.endpoint),
                f"{self.endpoint.name!r} returns {type_name(kind)}: {problem}",
                "return a type that has a JSON form, or a Response",
            )

    # --- arguments

    def _parameters(self, signature: Signature) -> None:
        path = Route(self.endpoint.path).parameters
        names = [name for name, _, _ in signature.parameters]
        for missing in [name for name in path if name not in names]:
            message = f"{{{missing}}} of {self.endpoint.path!r} has no argument in {self.endpoint.name!r}"
            self._error("CL194", "path", message, f"write def {self.endpoint.name}({missing}: str, …)", 0)
        kinds = [(name, hint, requested(name, hint, path)) for name, hint, _ in signature.parameters]
        for name, hint, kind in kinds:
            self._parameter(name, hint, kind, path)
        self._bodies([name for name, _, kind in kinds if kind in (BODY, RAW)])
        for name in signature.positional_only:
            self._at(name, "CL124", f"{name!r} is positional only", "arguments are given by name: put it after the /")

    def _parameter(self, name: str, hint: Any, kind: str, path: list[str]) -> None:
        mark = mark_of(hint)
        self._marks(name, hint, kind)
        if mark is not None and name in path:
            self._at(name, "CL194", f"{name!r} comes from the path, and is marked {mark!r}", "leave the mark out")
        inner = value_type(hint, is_mark=is_mark) if hint is not EMPTY else EMPTY
        if kind in _ANNOTATED and not _is_readable(inner, kind):
            shown = type_name(inner)
            self._at(
                name,
                "CL196",
                f"{name!r} is {shown}, which a {_ANNOTATED[kind]} cannot hold",
                "take str, a number, bool, UUID, a date, an enum or Literal; or take it in the body",
            )
        if kind == BODY:
            self._body_type(name, hint)

    def _marks(self, name: str, hint: Any, kind: str) -> None:
        """A mark that is misplaced would let the caller say what only `auth=` may."""
        found = [one for one in getattr(hint, "__metadata__", ()) if is_mark(one)]
        if _is_misplaced(hint) or is_mark_class(_default_of(self.endpoint, name)):
            what = f"a mark of {name!r} stands where nobody looks for it"
            remedy = (
                f"write {name}: Annotated[…, Header()]: around the whole type, with the parentheses, not as the default"
            )
            self._at(name, "CL199", what, remedy)
        elif len(found) > 1:
            self._at(
                name, "CL199", f"{name!r} has {len(found)} marks", "one says where it comes from: leave the others out"
            )
        elif kind == IDENTITY and self.endpoint.public:
            self._at(name, "CL199", f"{name!r} asks who is calling, and anybody may", "give auth=, or leave it out")

    def _body_type(self, name: str, hint: Any) -> None:
        try:
            codec_of(object if hint is EMPTY else hint.__origin__ if mark_of(hint) else hint)
        except CloudlessError as problem:
            self._at(name, "CL196", f"{name!r} cannot be read: {problem}", "take a type that has a JSON form")

    def _bodies(self, names: list[str]) -> None:
        for name in names[1:]:
            what = f"{name!r} would be a second body beside {names[0]!r}"
            self._at(name, "CL195", what, "put both into one model, or mark one with Query(), Header() or Cookie()")
        if names and self.endpoint.method in _BODILESS:
            what = f"{names[0]!r} would be the body, and a request of {self.endpoint.method} has none"
            self._at(names[0], "CL195", what, f"write {names[0]}: Annotated[…, Query()], or use POST")

    def _at(self, name: str, code: str, message: str, remedy: str) -> None:
        function = original(self.endpoint.function)
        assert function is not None
        self.report.error(code, self.report.sources.parameter(function, name), message, remedy)


def is_mark_class(value: object) -> bool:
    """Whether something is a mark, or the class of one, which is a mark without its parentheses."""
    return isinstance(value, Mark) or (isinstance(value, type) and issubclass(value, Mark))


def _default_of(endpoint: Endpoint[..., Any], name: str) -> object:
    function = original(endpoint.function)
    if function is None:
        return None
    code, keywords = function.__code__, function.__kwdefaults__ or {}
    names = code.co_varnames[: code.co_argcount]
    defaults = dict(zip(reversed(names), reversed(function.__defaults__ or ()), strict=False))
    return {**defaults, **keywords}.get(name)


def _is_misplaced(hint: Any) -> bool:
    """Whether a mark stands anywhere but, with its parentheses, in the `Annotated` around the whole type."""
    metadata = getattr(hint, "__metadata__", None)
    if metadata is None:
        return _holds_mark(hint)
    return any(isinstance(one, type) and is_mark_class(one) for one in metadata) or _holds_mark(hint.__origin__)


def _holds_mark(hint: Any) -> bool:
    hint = getattr(hint, "__value__", hint)  # a type alias of Python 3.12
    if is_mark_class(hint) or any(map(is_mark_class, getattr(hint, "__metadata__", ()))):
        return True
    return any(_holds_mark(part) for part in get_args(hint))


def _unaskable(auth: object) -> str:
    """Why a function cannot say who is calling; "" where it can."""
    function = original(auth)
    if function is None:
        return "is no function that was written with def"
    if is_generator(function):
        return "has a yield: its call would let everybody in"
    signature = Signature(function, {})
    required = [name for name, _, required in signature.parameters if required]
    if len(required) != 1 or required[0] in signature.keyword_only:
        return f"takes {', '.join(required) or 'nothing'}, and is called with the request alone"
    hint = hints_below(function).get(required[0], EMPTY)
    return "" if hint in (EMPTY, Request) else f"takes {type_name(hint)}, and is given the Request"


def _refused(path: str) -> str:
    """Why a path is not one that every cloud takes; "" where it is."""
    if path == "/":
        return ""
    if not path.startswith("/") or path.endswith("/"):
        return "begins without a /" if path[:1] != "/" else "ends with a /"
    if _RESERVED.search(path):
        return "is kept by Azure Functions (/admin, /runtime) or Cloud Run (/_ah, /eventlog, what ends in z)"
    wrong = next(_wrong_segments(path), None)
    if wrong is not None:
        return f"has the segment {wrong!r}: a literal of letters, digits and -._~, or one {{parameter}}"
    names = Route(path).parameters
    return f"has {{{names[-1]}}} twice" if len(set(names)) < len(names) else ""


def _written(path: str) -> str:
    """What to do about a path that is refused."""
    return "choose another one" if _RESERVED.search(path) else 'write it like "/orders/{id}"'


def _wrong_segments(path: str) -> Iterator[str]:
    for segment in path[1:].split("/"):
        if not _PARAMETER.match(segment) and (not _LITERAL.match(segment) or segment in (".", "..")):
            yield segment


def _is_readable(kind: Any, where: str) -> bool:
    if kind is EMPTY or is_text(kind):
        return True
    if where not in (QUERY, HEADER):
        return False
    if kind is list:
        return True
    return get_origin(kind) is list and is_text(without_none(get_args(kind)[0]))
