"""Declarations of endpoints that would not do what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated, Any, NewType, Optional
from uuid import UUID

import pytest

from cloudless import App, Cors, Header, HttpError, Identity, Query, Request, Response, api_key, jwt
from cloudless.errors import InvalidArgument
from cloudless.frontend import check
from cloudless.testing import simulate

ANYTHING: Any = object()
UserId = NewType("UserId", str)
Declare = Callable[[App], Any]


def problems(declare: Declare) -> list[str]:
    app = App("shop")
    declare(app)
    return [f"{one.code}: {one.message}" for one in check(app)[1]]


def customer(request: Request) -> str:
    return request.headers.get("x-customer", "")


def as_class(who: Annotated[str, Identity]) -> None: ...
def optional(who: Optional[Annotated[str, Identity()]] = None) -> None: ...  # noqa: UP045
def in_a_list(who: list[Annotated[str, Identity()]]) -> None: ...
def as_default(who: Any = Identity()) -> None: ...  # noqa: B008
def twice(who: Annotated[str, Identity(), Header("x")]) -> None: ...


@pytest.mark.parametrize("function", [as_class, optional, in_a_list, as_default, twice])
def test_a_mark_that_nobody_finds_is_refused(function: Any) -> None:
    found = problems(lambda app: app.post("/me", auth=customer)(function))
    assert "CL199" in {text[:5] for text in found}


def test_who_is_calling_is_not_asked_where_anybody_may() -> None:
    def me(who: Annotated[str, Identity()]) -> None: ...

    (text,) = problems(lambda app: app.get("/me", public=True)(me))
    assert text == "CL199: 'who' asks who is calling, and anybody may"


def yields(request: Request) -> Iterator[str]:
    yield "x"


def keyword(*, request: Request) -> str:
    return ""


def header(user: Annotated[str, Header("X-User")]) -> str:
    return user


@pytest.mark.parametrize("auth", [yields, keyword, header, partial(customer), str])
def test_a_function_that_cannot_say_who_is_calling_is_refused(auth: Any) -> None:
    found = problems(lambda app: app.get("/me", auth=auth)(lambda: None))
    assert "CL198" in {text[:5] for text in found}


@pytest.mark.parametrize("identity", [Response(status=403), HttpError(403), customer, iter("x")])
def test_what_is_no_identity_lets_nobody_in(identity: object) -> None:
    app = App("shop")

    @app.get("/me", auth=lambda request: identity)
    def me() -> str:
        return "in"

    with simulate(app) as cloud:
        assert cloud.http.get("/me").status == 500


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Cors(["https://shop.example/"]), "is no origin"),
        (lambda: Cors(["null"], credentials=True), "is no origin"),
        (lambda: Cors(["*"], credentials=True), "stands alone"),
        (lambda: Cors(["https://a.example"], expose=["X A"]), "header name 'X A'"),
        (lambda: App("shop", cors=ANYTHING), "give a Cors"),
        (lambda: Header("X Y"), "header name 'X Y'"),
        (lambda: Query(ANYTHING), "give a string"),
        (lambda: api_key(App("shop").secret("key"), header="X Api"), "header name 'X Api'"),
        (lambda: jwt(issuer="https://a.example", audience="b", scopes=['a"b']), "no spaces, quotes"),
        (lambda: jwt(issuer="https://a.example", audience=[""]), "give a string, or a list"),
        (lambda: HttpError(ANYTHING), "errors are 400 to 599"),
        (lambda: Response(headers={"Transfer-Encoding": "chunked"}), "is the server's"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_where_it_is_written(make: Any, text: str) -> None:
    with pytest.raises(InvalidArgument, match=text):
        make()


def test_types_made_of_others_come_from_where_those_come_from() -> None:
    app = App("shop")

    @app.get("/users/{id}", public=True)
    def show(id: UserId, also: UUID | str | None) -> list[Any]:
        return [id, str(also)]

    @app.post("/texts", public=True)
    def store(text: bytes | None = None) -> int:
        return len(text or b"")

    with simulate(app) as cloud:
        assert cloud.http.get("/users/7").json() == ["7", "None"]
        assert cloud.http.post("/texts", body=b"abc").json() == 3


def test_headers_of_an_error_that_http_does_not_have_are_a_500() -> None:
    app = App("shop")

    @app.get("/a", public=True)
    def a(to: str) -> None:
        raise HttpError(429, headers={"retry-after": to})

    with simulate(app) as cloud:
        assert cloud.http.get("/a?to=5").headers["retry-after"] == "5"
        assert cloud.http.get("/a?to=a%0Ab").status == 500


def test_a_base_class_in_errors_takes_no_refusal_and_no_mistake_of_ours() -> None:
    app = App("shop", errors={Exception: 400})

    @app.get("/in", auth=customer)
    def inside() -> int:
        return "the password"  # type: ignore[return-value]  # pyright: ignore[reportReturnType]

    with simulate(app) as cloud:
        assert cloud.http.get("/in").status == 401
        answer = cloud.http.get("/in", headers={"x-customer": "ada"})
        assert (answer.status, "password" in answer.text) == (500, False)
