"""HTTP endpoints: what `app.get`, `app.post` … register, and the marks that say where a parameter comes from.

    @app.get("/orders/{id}", public=True, errors={NoOrder: 404})
    def show(id: str, verbose: bool = False, agent: Annotated[str, Header("User-Agent")] = "") -> Order: ...

A parameter named in the path comes from there; one that text can hold (str, int, UUID, an enum …) from the query; any
other from the JSON body; `bytes` is the body as it is, `Request` all of it.
"""

from __future__ import annotations

from datetime import timedelta

from cloudless.auth import ApiKey, Jwt
from cloudless.codec import codec_of
from cloudless.errors import InvalidArgument, hidden
from cloudless.handler import Handler, Settings
from cloudless.options import strict
from cloudless.pattern import pattern
from cloudless.request import Response, check_header_name
from cloudless.retry import Retry
from cloudless.runtime.arguments import BODY, COOKIE, HEADER, IDENTITY, QUERY
from cloudless.text import without

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, ParamSpec, TypedDict, TypeVar

    from cloudless.app import App
    from cloudless.auth import Auth
    from cloudless.codec import Codec
    from cloudless.handler import Use

    P = ParamSpec("P")
    R = TypeVar("R", covariant=True)

    class EndpointOptions(TypedDict, total=False):
        """Options of an endpoint: see `App.route`."""

        public: bool
        auth: Auth
        status: int
        errors: Mapping[type[Exception], int]
        timeout: timedelta
        memory_mb: int
        min_instances: int
        uses: Sequence[Use]
        name: str
        native: Mapping[str, Any]
else:
    P = R = object

__tracebackhide__ = hidden
_ORIGIN = pattern(r"https?://[a-z0-9.-]+(:[0-9]+)?\Z")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
"""An endpoint of GET answers HEAD too; OPTIONS is answered for every path."""

TIMEOUT = timedelta(seconds=29)
"""The longest: API Gateway's HTTP APIs give up after 30 s. docs/mechanisms.md, HTTP in detail."""


class Mark:
    """Where a parameter comes from, inside `Annotated[…]`. key: its name there, the parameter's own by default."""

    kind = ""
    __slots__ = ("key",)

    @strict
    def __init__(self, key: str = "") -> None:
        self.key = key
        if key and self.kind in (HEADER, COOKIE):
            check_header_name(key)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({repr(self.key) if self.key else ''})"


class Query(Mark):
    """From the query; a list takes every value of the name."""

    kind = QUERY
    __slots__ = ()


class Header(Mark):
    """From a header; by default of the parameter's name with hyphens for underscores."""

    kind = HEADER
    __slots__ = ()


class Cookie(Mark):
    """From a cookie."""

    kind = COOKIE
    __slots__ = ()


class Body(Mark):
    """The JSON body, where the type alone would say query."""

    kind = BODY
    __slots__ = ()


class Identity(Mark):
    """What `auth=` found out: the claims of a token, the number of an API key, what the function returned."""

    kind = IDENTITY
    __slots__ = ()


class Cors:
    """What browsers may do from pages of other origins; `App("shop", cors=Cors(["https://shop.example"]))`.

    origins: scheme, host and port, exactly; or ["*"]. headers: those that a page may send. expose: those of an
    answer that it may read. credentials: whether cookies and the like travel; not with "*". max_age: how long a browser
    remembers the answer to a preflight request, up to a day. Methods are those of the path.
    """

    __slots__ = ("credentials", "expose", "headers", "max_age_s", "origins")

    @strict
    def __init__(
        self,
        origins: Sequence[str],
        *,
        headers: Sequence[str] = ("authorization", "content-type"),
        expose: Sequence[str] = (),
        credentials: bool = False,
        max_age: timedelta = timedelta(hours=1),
    ) -> None:
        self.origins = tuple(origins)
        self.headers = tuple(headers)
        self.expose = tuple(expose)
        self.credentials = credentials
        self.max_age_s = int(max_age.total_seconds())
        if not self.origins or ("*" in self.origins and (len(self.origins) > 1 or credentials)):
            raise InvalidArgument(
                f"Cors(origins={list(origins)}, credentials={credentials}): name the origins; "
                '["*"] stands alone, and without credentials, since browsers refuse both together'
            )
        for origin in self.origins:
            if not isinstance(origin, str) or not (origin == "*" or _ORIGIN.match(origin)):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise InvalidArgument(
                    f"Cors: {origin!r} is no origin: give scheme, host and port as browsers send them, e.g. https://shop.example"
                )
        for name in (*self.headers, *self.expose):
            check_header_name(name)
        if not 0 <= self.max_age_s <= 86_400:
            raise InvalidArgument(f"Cors(max_age={max_age}): 0 s to a day is what browsers keep")

    def __repr__(self) -> str:
        return f"Cors({list(self.origins)})"


class Endpoint(Handler[P, R]):
    """An endpoint, as registered by `App.get` and its like. Calling it runs the original, here and now.

    method: upper case. path: as declared. auth: None on a public one. public: as said.
    """

    kind = "endpoint"

    def __init__(
        self,
        app: App,
        function: Callable[P, R],
        method: str,
        path: str,
        settings: Settings,
        *,
        public: bool,
        auth: Auth | None,
        status: int,
        errors: Mapping[type[Exception], int],
    ) -> None:
        super().__init__(app, function, "", settings, retry=_NEVER, body=None)
        self.method = method
        self.path = path
        self.public = public
        self.auth = auth
        self.status = status
        self.errors = dict(errors)

    @property
    def also(self) -> tuple[Any, ...]:
        """The function, or the secret, that says who may call."""
        if isinstance(self.auth, Jwt | ApiKey):
            return () if self.auth.secret is None else (self.auth.secret,)
        return () if self.auth is None else (self.auth,)

    @property
    def statuses(self) -> dict[type[Exception], int]:
        """Statuses by exception type: the app's, and its own, which win."""
        return {**self.app.errors, **self.errors}

    @property
    def result(self) -> Codec:
        """Of the value that it returns, where that is no Response."""
        return codec_of(result_type(self.hints().get("return")))

    def __repr__(self) -> str:
        return f"<endpoint {self.name}, {self.method} {self.path}>"


def result_type(hint: Any) -> Any:
    """What an endpoint's annotation says of JSON: `Order` for `Order | Response`; any JSON for `Response`, `bytes`."""
    return without(hint, Response, bytes, nothing=object)


_NEVER = Retry(attempts=1)


@strict
def endpoint(
    app: App,
    method: str,
    path: str,
    *,
    public: bool = False,
    auth: Auth | None = None,
    status: int = 200,
    errors: Mapping[type[Exception], int] | None = None,
    timeout: timedelta | None = None,
    memory_mb: int = 256,
    min_instances: int = 0,
    uses: Sequence[Use] = (),
    name: str | None = None,
    native: Mapping[str, Any] | None = None,
) -> Callable[[Callable[P, R]], Endpoint[P, R]]:
    """The decorator that registers an endpoint: see `App.route`."""
    if method not in METHODS:
        raise InvalidArgument(f"route({method!r}): methods are {', '.join(METHODS)}; HEAD, OPTIONS come with them")
    settings = Settings(name, TIMEOUT if timeout is None else timeout, memory_mb, min_instances, uses, native)

    def register(function: Callable[P, R]) -> Endpoint[P, R]:
        handler = Endpoint(
            app, function, method, path, settings, public=public, auth=auth, status=status, errors=errors or {}
        )
        app.register(handler)
        return handler

    return register
