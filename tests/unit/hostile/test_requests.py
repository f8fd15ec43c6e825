"""Requests: every one has an answer, and one that the program cannot have wanted is refused by a status of 4xx."""

# JSON values of any shape:
# pyright: basic

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from cloudless import App, Cookie, Header, Query, Request, Response, api_key
from cloudless.frontend import compile as to_ir
from cloudless.passes.plans import endpoint_plans
from cloudless.runtime.http import endpoint
from cloudless.runtime.router import Router
from tests.hostile.effort import hostile
from tests.hostile.text import contents, made
from tests.hostile.value import Raw, mutated
from tests.unit.fake_cloud import FakeCloud

pytestmark = pytest.mark.fuzz


class Line(BaseModel):
    sku: str
    count: int


class Order(BaseModel):
    id: UUID
    lines: list[Line]
    rest: dict[str, Any] = {}


Tags = Annotated[list[int] | None, Query()]
Ratios = Annotated[list[float] | None, Header()]
app = App("shop")
key = app.secret("key")


@app.post("/orders/{shop}", public=True)
def create(shop: int, order: Order) -> str:
    return f"{shop} {order.id}"


@app.put("/plain/{name}", public=True)
def plain(name: str, body: dict[str, list[int]]) -> dict[str, list[int]]:
    return body


@app.get("/search", public=True)
def search(
    q: str, limit: int = 10, *, ratio: float = 1, deep: bool = False, at: datetime | None = None, tag: Tags = None
) -> list[Any]:
    return [q, limit, ratio, deep, tag, at and at.isoformat()]


@app.get("/told", public=True)
def told(x_count: Annotated[int, Header()], session: Annotated[str, Cookie()] = "", x_many: Ratios = None) -> str:
    return f"{x_count} {session} {x_many}"


@app.get("/mine", auth=api_key(key))
def mine() -> str:
    return "in"


def known(request: Request) -> str:
    return request.headers.get("x-name", "")


@app.post("/raw/{rest}", auth=known)
def raw(rest: str, request: Request, body: bytes = b"") -> Response:
    assert [request.query, request.cookies, request.content_type, request.received_at, repr(request)]
    return Response(body)


PLANS = endpoint_plans(to_ir(app))
ROUTER = Router(PLANS.values())
CLOUD = FakeCloud()
CLOUD.secrets.secret = "k1,k2"
SERVED: Any = app.handlers
SERVE = {name: endpoint(plan, SERVED[name], CLOUD, logs=False) for name, plan in PLANS.items()}
ORDER = {"id": "5f3b7b9e-5a53-4a9f-8a7e-0d7c3b1c2d4e", "lines": [{"sku": "a", "count": 1}], "rest": {"a": 1.5}}
TRACED = f"00-{'a' * 32}-{'b' * 16}-01"
JSON = {"content-type": "application/json"}
SEEDS: list[dict[str, Any]] = [
    {"method": "POST", "path": "/orders/7", "headers": JSON},
    {"method": "PUT", "path": "/plain/a%20b", "headers": JSON},
    {"method": "GET", "path": "/search", "query": "q=a&limit=5&ratio=1.5&deep=true&tag=1&tag=2&at=2026-01-02T08:00Z"},
    {"method": "GET", "path": "/told", "headers": {"x-count": "7", "cookie": "session=a; b=c", "x-many": "1, 2.5"}},
    {"method": "GET", "path": "/mine", "headers": {"x-api-key": "k2"}},
    {"method": "POST", "path": "/raw/x", "headers": {"x-name": "ada", "x-correlation-id": "c", "traceparent": TRACED}},
    {
        "method": "OPTIONS",
        "path": "/search",
        "headers": {"origin": "https://a.b", "access-control-request-method": "GET"},
    },
    {"method": "HEAD", "path": "/search", "query": "q=%41+b"},
]


def text_of(value: Any) -> str:
    if isinstance(value, Raw):
        return value.text
    return value if isinstance(value, str) else json.dumps(value, default=repr)[:5_000]


def request_of(facts: Any) -> Request:
    """A request of texts; a server gives no others."""
    said: dict[str, Any] = facts if isinstance(facts, dict) else {}
    given = said.get("headers")
    pairs = given.items() if isinstance(given, dict) else ()
    headers = [(name.lower(), text_of(value)) for name, value in pairs]
    method, path, query = (text_of(said.get(part, "")) for part in ("method", "path", "query"))
    return Request(method, path, query_string=query, headers=headers)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"{seed['method']} {seed['path']}")
def test_every_request_has_an_answer(seed: dict[str, Any]) -> None:
    @hostile
    @given(made(lambda choices: request_of(mutated(seed, choices))), contents(ORDER, {"a": [1, 2]}))
    def check(request: Request, body: bytes) -> None:
        request.body = body
        found = ROUTER.find(request)
        if isinstance(found, Response):
            assert 400 <= found.status < 500
            return
        answer = SERVE[found[0].handler](request, found[1])
        assert answer.status < 500, answer.failure
        assert request.is_handled or answer.status >= 400 or request.method == "OPTIONS"
        Response(headers=[one for one in answer.headers if one[0] != "content-length"])  # HTTP can carry them

    check()


@hostile
@given(st.text(), st.text(), st.sampled_from(["x-name", "cookie", "content-type", "origin", "traceparent"]))
def test_texts_of_any_characters_are_no_reason_to_fail(path: str, words: str, header: str) -> None:
    request = Request("POST", f"/raw/{path}", query_string=words, headers={"x-name": "ada", header: words})
    found = ROUTER.find(request)
    if not isinstance(found, Response):
        assert SERVE[found[0].handler](request, found[1]).status < 500
