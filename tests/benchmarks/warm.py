"""The handlers whose warm calls are measured."""

from __future__ import annotations

from typing import Any

from cloudless import App
from tests.benchmarks.order import Order

app = App("warm")
handled = [0]


@app.queue("orders", dict[str, Any]).consumer
def take(order: dict[str, Any]) -> None:
    handled[0] += order["n"]


@app.queue("typed", Order).consumer
def take_typed(order: Order) -> None:
    handled[0] += order.n


@app.post("/orders/{id}", public=True)
def create(id: int, order: Order) -> dict[str, Any]:
    return {"id": id, "count": sum(line.qty for line in order.lines)}
