"""Types are schemas, by names that do not clash."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, TypedDict

from pydantic import create_model
from pydantic_core import CoreSchema, core_schema

from cloudless import App, Body
from tests.unit.frontend.openapi.described import Order, Size, Tree, described, post


class Address(TypedDict):
    street: str


class Opaque:
    """A type of the user's that pydantic can read, and that has no schema."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(lambda value: value)


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
