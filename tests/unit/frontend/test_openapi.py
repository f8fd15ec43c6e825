"""An OpenAPI document says what the runtime does, and every document is one by OpenAPI's own schema."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal, Optional, TypedDict

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from pydantic import BaseModel, Field, computed_field, create_model
from pydantic_core import CoreSchema, core_schema

from cloudless import (
    App,
    Body,
    Context,
    Cookie,
    Header,
    HttpError,
    Identity,
    Query,
    Request,
    Response,
    api_key,
    jwt,
)
from cloudless.conformance.apps import endpoints
from cloudless.frontend import check
from cloudless.frontend.openapi import document
from cloudless.http import Endpoint
from cloudless.ir import ERROR
from cloudless.testing import Answer, simulate

PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
BINARY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
ANYTHING: dict[str, Any] = {"*/*": {}}


class Size(Enum):
    SMALL = "s"
    LARGE = "l"


class Card(BaseModel):
    kind: Literal["card"]
    number: str


class Transfer(BaseModel):
    kind: Literal["transfer"]
    iban: str


class Line(BaseModel):
    name: str
    price: Decimal
    size: Size = Size.SMALL


class Order(BaseModel):
    """What somebody wants."""

    lines: list[Line]
    due: datetime
    payment: Annotated[Card | Transfer, Field(discriminator="kind")]
    note: str | None = Field(default=None, alias="remark")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def total(self) -> Decimal:
        return sum((line.price for line in self.lines), Decimal())


@dataclass
class Tree:
    name: str
    branches: list["Tree"]


class Address(TypedDict):
    street: str


class Opaque:
    """A type of the user's that pydantic can read, and that has no schema."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(lambda value: value)


class Closed(Exception):
    pass


class Full(Exception):
    pass


def described(app: App, **options: Any) -> dict[str, Any]:
    """The document of an app without errors, which is valid, and JSON."""
    assert [problem for problem in check(app)[1] if problem.severity == ERROR] == []
    found = document(app, **options)
    validate(found)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    return found


def get(function: Callable[..., Any], path: str = "/x") -> dict[str, Any]:
    """What the document says of an endpoint."""
    app = App("shop")
    app.get(path, public=True)(function)
    operation: dict[str, Any] = described(app)["paths"][path]["get"]
    return operation


def post(function: Callable[..., Any], *, status: int = 200) -> dict[str, Any]:
    """What the document says of an endpoint."""
    app = App("shop")
    app.post("/x", public=True, status=status)(function)
    operation: dict[str, Any] = described(app)["paths"]["/x"]["post"]
    return operation


def test_every_endpoint_is_there_once_with_its_name_and_neither_head_nor_options() -> None:
    paths = described(endpoints.app)["paths"]
    found = {(path, method, one["operationId"]) for path, item in paths.items() for method, one in item.items()}
    declared = [one for one in endpoints.app.registered if isinstance(one, Endpoint)]
    assert found == {(one.path, one.method.lower(), one.name) for one in declared}


def test_title_version_and_servers_are_those_given() -> None:
    found = described(App("shop"), version="2.1", servers=["https://shop.example/v2"])
    assert found["openapi"] == "3.1.0"
    assert found["info"] == {"title": "shop", "version": "2.1"}
    assert found["servers"] == [{"url": "https://shop.example/v2"}]
    assert described(App("shop"))["info"]["version"] == "0.1.0"
    assert "servers" not in described(App("shop"))


def test_a_docstring_is_summary_and_description() -> None:
    def documented() -> None:
        """Say hello.

        To whoever asks,
            in any language.
        """

    def bare() -> None: ...

    found = get(documented)
    assert (found["summary"], found["description"]) == ("Say hello.", "To whoever asks,\n    in any language.")
    assert {"summary", "description"}.isdisjoint(get(bare))


# --- what it takes ---


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


# --- what it gives ---


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


def test_who_may_call_is_a_scheme_that_endpoints_share() -> None:
    app = App("shop")

    def customer(request: Request) -> str:
        """Look the customer up."""
        return request.client

    def show(who: Annotated[Any, Identity()]) -> None: ...

    def nothing() -> None: ...

    app.get("/a", auth=jwt(issuer="https://issuer.example", audience="shop", scopes=["read"]), name="a")(show)
    app.get("/b", auth=jwt(issuer="https://issuer.example", audience="shop"), name="b")(show)
    app.get("/c", auth=jwt(issuer="https://other.example", audience=["a", "b"]), name="c")(show)
    app.get("/d", auth=api_key(app.secret("key"), header="X-Key"), name="d")(show)
    app.get("/e", auth=customer, name="e")(show)
    app.get("/f", public=True, name="f")(nothing)
    found = described(app)
    asked = {path: item["get"].get("security") for path, item in found["paths"].items()}
    assert asked == {
        "/a": [{"jwt": ["read"]}], "/b": [{"jwt": []}], "/c": [{"jwt_2": []}],
        "/d": [{"api_key": []}], "/e": [{"customer": []}], "/f": None,
    }  # fmt: skip
    refused = {
        path: [code for code in item["get"]["responses"] if code > "400"] for path, item in found["paths"].items()
    }
    assert refused == {
        "/a": ["401", "403"],
        "/b": ["401"],
        "/c": ["401"],
        "/d": ["401"],
        "/e": ["401", "403"],
        "/f": [],
    }
    assert found["components"]["securitySchemes"] == {
        "jwt": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A token of https://issuer.example for shop.",
        },
        "jwt_2": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "A token of https://other.example for a or b.",
        },
        "api_key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "customer": {
            "type": "http",
            "scheme": "custom",
            "description": "Decided from the request by a function of the application. Look the customer up.",
        },
    }


# --- types ---


def test_models_enums_unions_and_recursion_are_components() -> None:
    def create(order: Order) -> Order:
        raise NotImplementedError

    def grow(tree: Tree) -> list[Tree]:
        raise NotImplementedError

    app = App("shop")
    app.post("/orders", public=True)(create)
    app.post("/trees", public=True)(grow)
    schemas = described(app)["components"]["schemas"]
    assert list(schemas) == [
        "Card", "Line-Input", "Line-Output", "Order-Input", "Order-Output", "Problem", "Size", "Transfer",
        "Tree-Input", "Tree-Output",
    ]  # fmt: skip
    assert schemas["Order-Input"]["description"] == "What somebody wants."
    assert schemas["Order-Input"]["properties"]["payment"]["discriminator"]["mapping"] == {
        "card": "#/components/schemas/Card",
        "transfer": "#/components/schemas/Transfer",
    }
    assert "remark" in schemas["Order-Input"]["properties"]
    assert "total" in schemas["Order-Output"]["required"]
    assert "total" not in schemas["Order-Input"]["properties"]
    assert schemas["Tree-Input"]["properties"]["branches"]["items"] == {"$ref": "#/components/schemas/Tree-Input"}


def test_decimals_are_read_as_numbers_or_text_and_written_as_text() -> None:
    def create(price: Annotated[Decimal, Body()]) -> Decimal:
        raise NotImplementedError

    found = post(create)
    read = found["requestBody"]["content"]["application/json"]["schema"]
    assert [part["type"] for part in read["anyOf"]] == ["number", "string"]
    assert found["responses"]["200"]["content"]["application/json"]["schema"]["type"] == "string"


def test_two_models_of_one_name_are_two() -> None:
    app = App("shop")
    for module, field in {"shop.orders": "id", "bank.orders": "iban"}.items():
        fields: dict[str, Any] = {field: (str, ...)}
        order: Any = create_model("Order", __module__=module, **fields)

        def create(order: Any) -> None: ...

        create.__annotations__["order"] = order
        app.post(f"/{module}", public=True, name=f"create_{field}")(create)
    found = described(app)
    schemas, posted = found["components"]["schemas"], found["paths"]["/bank.orders"]["post"]["requestBody"]
    assert {name: list(one["properties"]) for name, one in schemas.items() if "Order" in name} == {
        "bank__orders__Order": ["iban"],
        "shop__orders__Order": ["id"],
    }
    assert posted["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/bank__orders__Order"}


def test_a_model_named_as_ours_keeps_its_name() -> None:
    def create(value: Any) -> None: ...

    create.__annotations__["value"] = create_model("Problem", sum=(int, ...))
    app = App("shop")
    app.post("/x", public=True)(create)
    schemas = described(app)["components"]["schemas"]
    assert list(schemas["Problem"]["properties"]) == ["sum"]
    assert list(schemas["cloudless.Problem"]["properties"]) == ["type", "title", "status", "detail", "errors"]


def test_a_typed_dict_that_is_used_twice_is_one_schema() -> None:
    def create(address: Address) -> list[Address]:
        raise NotImplementedError

    app = App("shop")
    app.post("/x", public=True)(create)
    assert list(described(app)["components"]["schemas"]) == ["Address", "Problem"]


def test_what_has_no_schema_is_any_json() -> None:
    def create(value: Opaque) -> None: ...

    assert post(create)["requestBody"]["content"] == {"application/json": {"schema": {}}}


def test_the_order_of_declaration_makes_no_difference() -> None:
    def read(order: Order) -> Tree:
        raise NotImplementedError

    def write(tree: Tree) -> Order:
        raise NotImplementedError

    def show(at: str) -> Size:
        raise NotImplementedError

    def app(*functions: Callable[..., Any]) -> App:
        made = App("shop")
        for function in functions:
            made.post(f"/{function.__name__}", public=True)(function)
        return made

    assert json.dumps(described(app(read, write, show))) == json.dumps(described(app(show, write, read)))


# --- and what the runtime does ---


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
