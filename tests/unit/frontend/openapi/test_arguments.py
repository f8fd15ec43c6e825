"""What an endpoint takes is where the runtime reads it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import Field, create_model

from cloudless import App, Body, Context, Cookie, Header, Query, Request
from tests.unit.frontend.openapi.described import ANYTHING, BINARY, Size, Tree, described, get, post


def test_parameters_are_where_the_runtime_reads_them() -> None:
    def show(
        id: int,
        context: Context,
        *,
        verbose: bool = False,
        x_tenant: Annotated[str, Header()],
        session: Annotated[str | None, Cookie("sid")] = None,
        size: Size = Size.LARGE,
        most: Annotated[int, Field(gt=0), Query("max")] = 5,
    ) -> None: ...

    found = [(one["in"], one["name"], one["required"], one["schema"]) for one in get(show, "/x/{id}")["parameters"]]
    assert found == [
        ("path", "id", True, {"type": "integer"}),
        ("query", "verbose", False, {"type": "boolean", "default": False}),
        ("header", "x-tenant", True, {"type": "string"}),
        ("cookie", "sid", False, {"type": "string"}),
        ("query", "size", False, {"$ref": "#/components/schemas/Size", "default": "l"}),
        ("query", "max", False, {"type": "integer", "exclusiveMinimum": 0, "default": 5}),
    ]


def test_lists_are_arrays_written_as_the_runtime_reads_them() -> None:
    def show(tag: Annotated[list[Size], Query()], x_tag: Annotated[list[str], Header()] = ["a"]) -> None: ...  # noqa: B006

    assert get(show)["parameters"] == [
        {
            "name": "tag",
            "in": "query",
            "required": True,
            "style": "form",
            "explode": True,
            "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Size"}},
        },
        {
            "name": "x-tag",
            "in": "header",
            "required": False,
            "style": "simple",
            "explode": False,
            "schema": {"type": "array", "items": {"type": "string"}, "default": ["a"]},
        },
    ]


@pytest.mark.parametrize(
    ("kind", "value", "default"),
    [
        (datetime, datetime(2026, 1, 2, 3, tzinfo=UTC), {"default": "2026-01-02T03:00:00Z"}),
        (datetime, datetime(2026, 1, 2, 3), {}),  # noqa: DTZ001  (no date-time of RFC 3339)
        (Annotated[list[bool], Query()], [True], {"default": [True]}),
        (Decimal, Decimal("1.50"), {"default": "1.50"}),
        (float, float("inf"), {}),
        (int, "no int", {}),
        (int | None, None, {}),
        (str, "", {"default": ""}),
    ],
)
def test_a_default_is_there_where_json_of_the_type_can_hold_it(kind: Any, value: Any, default: Any) -> None:
    def show(at: Any = value) -> None: ...

    show.__annotations__["at"] = kind
    (parameter,) = get(show)["parameters"]
    assert {name: one for name, one in parameter["schema"].items() if name == "default"} == default
    assert not parameter["required"]


def test_a_default_that_the_schema_of_its_own_model_would_refuse_is_left_out() -> None:
    made = datetime(2026, 1, 2)  # noqa: DTZ001  (no date-time of RFC 3339)
    fields: dict[str, Any] = {
        "count": (int, None),
        "made": (datetime, made),
        "all": (dict[str, list[datetime]], {"a": [made]}),
        "size": (Size, None),
        "price": (Decimal, Decimal(1)),
        "note": (str | None, None),
        "sizes": (list[Size], [Size.SMALL]),
    }

    def create(value: Any) -> None: ...

    create.__annotations__["value"] = create_model("Many", **fields)
    app = App("shop")
    app.post("/x", public=True)(create)
    properties = described(app)["components"]["schemas"]["Many"]["properties"]
    found = {name: one["default"] for name, one in properties.items() if "default" in one}
    assert found == {"price": "1", "note": None, "sizes": ["s"]}


def test_of_two_arguments_that_read_the_same_text_one_is_told() -> None:
    def show(a: Annotated[int, Query("x")], b: Annotated[str, Query("x")]) -> None: ...

    (parameter,) = get(show)["parameters"]
    assert parameter["schema"] == {"type": "integer"}


def test_paths_of_one_shape_are_one_path() -> None:
    app = App("shop")

    @app.get("/orders/{id}/lines/{line}", public=True)
    def show(line: int, id: str) -> None: ...

    @app.delete("/orders/{order}/lines/{id}", public=True)
    def delete(order: str, id: int) -> None: ...

    ((path, item),) = described(app)["paths"].items()
    assert path == "/orders/{id}/lines/{line}"
    assert [(one["name"], one["schema"]["type"]) for one in item["get"]["parameters"]] == [
        ("line", "integer"), ("id", "string"),
    ]  # fmt: skip
    assert [(one["name"], one["schema"]["type"]) for one in item["delete"]["parameters"]] == [
        ("id", "string"), ("line", "integer"),
    ]  # fmt: skip


def test_what_is_in_a_path_is_required_although_it_has_a_default() -> None:
    def show(id: str = "1") -> None: ...

    (parameter,) = get(show, "/x/{id}")["parameters"]
    assert (parameter["required"], parameter["schema"]) == (True, {"type": "string"})


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (Tree, {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}}),
        (Annotated[int, Body()], {"required": True, "content": {"application/json": {"schema": {"type": "integer"}}}}),
        (Any, {"required": True, "content": {"application/json": {"schema": {}}}}),
        (bytes, {"required": True, "content": BINARY}),
        (Request, {"content": ANYTHING}),
    ],
)
def test_a_body_is_json_of_its_type_or_bytes_or_anything(kind: Any, body: Any) -> None:
    def create(value: Any) -> None: ...

    create.__annotations__["value"] = kind
    assert post(create)["requestBody"] == body


def test_a_body_that_may_be_left_out_is_not_required() -> None:
    def create(value: dict[str, int] | None = None) -> None: ...

    assert post(create)["requestBody"]["required"] is False


def test_a_request_without_a_body_has_none() -> None:
    def show(request: Request) -> None: ...

    assert "requestBody" not in get(show)
