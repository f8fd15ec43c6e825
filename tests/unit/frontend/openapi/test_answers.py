"""The runtime answers as the document says."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from cloudless import App, HttpError
from cloudless.conformance.apps import endpoints
from cloudless.frontend.openapi import document
from cloudless.testing import Answer, simulate
from tests.unit.frontend.openapi.described import Order, described


def fits(found: dict[str, Any], operation: dict[str, Any], answer: Answer) -> None:
    """The answer has a status of the operation's, and the content that it says."""
    content = operation["responses"][str(answer.status)].get("content")
    if content is None:
        assert answer.body == b""
        return
    media = content.get(answer.headers["content-type"].partition(";")[0], content.get("*/*"))
    if "json" in answer.headers["content-type"] and "schema" in media:
        root = {**media["schema"], "components": found["components"]}
        validator: Any = Draft202012Validator(root)
        validator.validate(answer.json())


@pytest.mark.parametrize(
    ("operation", "method", "path", "sent"),
    [
        ("root", "GET", "/", {}),
        ("items", "GET", "/items?limit=2&tag=a&tag=b&colour=red&day=2026-01-02", {}),
        ("items", "GET", "/items?limit=x&colour=green", {}),
        ("part", "GET", "/items/5/parts/a", {}),
        ("create", "POST", "/items", {"json": {"name": "a"}}),
        ("create", "POST", "/items", {"json": {"count": "b"}}),
        ("create", "POST", "/items", {"body": "{", "headers": {"content-type": "application/json"}}),
        ("create", "POST", "/items", {"body": "name=a", "headers": {"content-type": "text/plain"}}),
        ("create", "POST", "/items", {"body": b"x" * (4 * 1024 * 1024 + 1)}),
        ("change", "PATCH", "/items/5", {}),
        ("delete", "DELETE", "/items/5", {}),
        ("binary", "POST", "/bytes", {"body": b"abc"}),
        ("whole", "POST", "/request", {"form": {"a": "b"}}),
        ("headers", "GET", "/headers", {}),
        ("response", "GET", "/response", {}),
        ("total", "GET", "/total", {}),
        ("fail", "GET", "/failures/missing", {}),
        ("fail", "GET", "/failures/gone", {}),
        ("me", "GET", "/me", {}),
        ("write", "POST", "/write", {"token": "scopeless", "json": {"a": 1}}),
        ("keyed", "GET", "/keyed", {}),
        ("custom", "GET", "/custom", {}),
        ("custom", "GET", "/custom", {"headers": {"x-customer": "blocked"}}),
        ("enqueue", "POST", "/jobs", {"json": {"a": 1}}),
    ],
)
def test_answers_are_those_that_the_document_says(operation: str, method: str, path: str, sent: Any) -> None:
    found = document(endpoints.app)
    operations = {one["operationId"]: one for item in found["paths"].values() for one in item.values()}
    with simulate(endpoints.app, secrets={"known": "k1"}) as cloud:
        if "token" in sent:
            sent = {**sent, "token": cloud.token(endpoints.writer)}
        fits(found, operations[operation], cloud.http.request(method, path, **sent))


def test_a_model_is_written_as_its_schema_says() -> None:
    app = App("shop")

    @app.post("/orders", public=True)
    def create(order: Order) -> Order:
        if not order.lines:
            raise HttpError(422, "nothing is ordered")
        return order

    line = {"name": "pen", "price": 1.5}
    order = {"lines": [line], "due": "2026-01-02T00:00:00Z", "payment": {"kind": "card", "number": "4"}, "remark": None}
    found = described(app)
    with simulate(app) as cloud:
        for body in (order, {**order, "lines": []}, {**order, "payment": {"kind": "cash"}}):
            fits(found, found["paths"]["/orders"]["post"], cloud.http.post("/orders", json=body))
