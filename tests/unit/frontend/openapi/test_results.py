"""What an endpoint gives: its result, what it can refuse, and the errors that it declares."""

from typing import Annotated, Any, Optional

import pytest

from cloudless import App, Body, Header, Response
from tests.unit.frontend.openapi.described import ANYTHING, BINARY, PROBLEM, Tree, described, get, post


class Closed(Exception):
    pass


class Full(Exception):
    pass


@pytest.mark.parametrize(
    ("kind", "status", "results"),
    [
        (None, 200, {"204": None}),
        (None, 202, {"202": None}),
        (int, 200, {"200": {"application/json": {"schema": {"type": "integer"}}}}),
        (object, 201, {"201": {"application/json": {"schema": {}}}}),
        (list[Tree], 200, {"200": {"application/json": {"schema": {"type": "array", "items": {
            "$ref": "#/components/schemas/Tree"}}}}}),
        (int | None, 200, {"200": {"application/json": {"schema": {"type": "integer"}}}, "204": None}),
        (Optional[int], 201, {"201": {"application/json": {"schema": {"type": "integer"}}}}),  # noqa: UP045
        (bytes, 200, {"200": BINARY}),
        (Response, 200, {"200": ANYTHING}),
        (int | str | Response, 200, {"200": {"application/json": {"schema": {"anyOf": [
            {"type": "integer"}, {"type": "string"}]}}, **ANYTHING}}),
        (..., 200, {"200": ANYTHING}),
    ],
)  # fmt: skip
def test_results_are_what_the_annotation_says(kind: Any, status: int, results: Any) -> None:
    def create() -> Any:
        raise NotImplementedError

    create.__annotations__ = {} if kind is ... else {"return": kind}
    found = post(create, status=status)["responses"]
    assert {code: one.get("content") for code, one in found.items() if code < "400"} == results


def test_what_an_endpoint_can_refuse_is_there_and_nothing_else() -> None:
    def plain(id: str) -> None: ...
    def parsed(id: int) -> None: ...
    def asked(limit: int = 1) -> None: ...
    def told(x_a: Annotated[str, Header()]) -> None: ...
    def may_tell(x_a: Annotated[str, Header()] = "") -> None: ...
    def raw(value: bytes) -> None: ...
    def read(value: int) -> None: ...

    def refused(operation: dict[str, Any]) -> list[str]:
        return [status for status in operation["responses"] if status >= "400"]

    read.__annotations__["value"] = Annotated[int, Body()]
    assert refused(get(plain, "/x/{id}")) == []
    assert refused(get(parsed, "/x/{id}")) == ["422"]
    assert refused(get(asked)) == ["422"]
    assert refused(get(told)) == ["422"]
    assert refused(get(may_tell)) == []
    assert refused(post(raw)) == ["413"]
    assert refused(post(read)) == ["400", "413", "415", "422"]
    assert {str(post(read)["responses"][status]["content"]) for status in ("400", "422")} == {str(PROBLEM)}


def test_declared_errors_have_their_status_and_names_and_the_endpoints_own_win() -> None:
    app = App("shop", errors={Closed: 409, Full: 503, KeyError: 404})

    @app.post("/orders", public=True, errors={Full: 409, ValueError: 422})
    def create(value: dict[str, int]) -> None: ...

    found = described(app)["paths"]["/orders"]["post"]["responses"]
    assert {status: one["description"] for status, one in found.items() if status in ("404", "409", "422", "503")} == {
        "404": "KeyError.",
        "409": "Closed. Full.",
        "422": "Values are missing or do not fit. ValueError.",
    }
    assert found["409"]["content"] == PROBLEM
