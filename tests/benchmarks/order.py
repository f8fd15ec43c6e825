"""The payload of every benchmark: an order of about 200 bytes of JSON, as a dict and as a model."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel

ORDER: dict[str, Any] = {
    "id": "o-1",
    "customer": {"id": "c-1", "name": "Jane Doe of Somewhere"},
    "lines": [{"sku": "a-100", "qty": 2}, {"sku": "b-200", "qty": 1}],
    "total": 99.5,
    "note": "leave it at the door, please do",
    "n": 1,
}
TEXT = json.dumps(ORDER)


class Customer(BaseModel):
    id: str
    name: str


class Line(BaseModel):
    sku: str
    qty: int


class Order(BaseModel):
    id: str
    customer: Customer
    lines: list[Line]
    total: float
    note: str
    n: int
