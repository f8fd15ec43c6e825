"""The payload of every benchmark as a model: what payload.py has as a dict."""

from __future__ import annotations

from pydantic import BaseModel

from tests.benchmarks.payload import ORDER, TEXT

__all__ = ["ORDER", "TEXT", "Customer", "Line", "Order"]


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
