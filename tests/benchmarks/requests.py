"""An HTTP request through the in-memory cloud to a typed handler, against the JSON work that it cannot do without."""

from __future__ import annotations

import json
from time import perf_counter
from typing import Any

from cloudless import App
from cloudless.testing import simulate
from tests.benchmarks.order import ORDER, Order
from tests.benchmarks.rounds import compare, show

REQUESTS = 5_000

app = App("requests")


@app.post("/orders", public=True)
def create(order: Order) -> dict[str, int]:
    return {"n": order.n}


@app.get("/customers/{customer}/orders/{number}", public=True)
def find(customer: str, number: int, verbose: bool = False) -> dict[str, Any]:
    return {"customer": customer, "number": number, "verbose": verbose}


def reference() -> float:
    """The body as text, validated; the answer as text, read."""
    began = perf_counter()
    for _ in range(REQUESTS):
        order = Order.model_validate_json(json.dumps(ORDER))
        json.loads(json.dumps({"n": order.n}))
    return (perf_counter() - began) / REQUESTS


def post() -> float:
    with simulate(app) as cloud:
        began = perf_counter()
        for _ in range(REQUESTS):
            cloud.http.post("/orders", json=ORDER)
        took = perf_counter() - began
        assert cloud.http.post("/orders", json=ORDER).json() == {"n": 1}
        return took / REQUESTS


def get() -> float:
    with simulate(app) as cloud:
        began = perf_counter()
        for _ in range(REQUESTS):
            cloud.http.get("/customers/c-1/orders/7?verbose=true")
        took = perf_counter() - began
        assert cloud.http.get("/customers/c-1/orders/7?verbose=true").json()["verbose"] is True
        return took / REQUESTS


def main() -> None:
    figures = compare(
        {"json and pydantic alone": reference, "POST to a typed handler": post, "GET with parameters": get}
    )
    show("HTTP requests (goal: a request to a typed handler ≤ 40 µs)", figures, {})
