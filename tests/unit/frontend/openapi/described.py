"""Documents of applications, and types that endpoints take and give."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

from openapi_spec_validator import validate
from pydantic import BaseModel, Field, computed_field

from cloudless import App
from cloudless.frontend import check
from cloudless.frontend.openapi import document
from cloudless.ir import ERROR

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
