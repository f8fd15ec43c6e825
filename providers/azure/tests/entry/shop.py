"""An application with one handler of every kind, as users write them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from cloudless import App, Message, Retry, any_of

app = App("shop")


class Order(BaseModel):
    id: str
    region: str = "eu"


orders = app.queue("orders", Order, retry=Retry(attempts=3))
steps = app.ordered_queue("steps", dict[str, Any])
lines = app.queue("lines", dict[str, Any])
placed = app.topic("placed", Order, attributes=["region"])


@app.post("/orders", public=True)
def create(order: Order) -> dict[str, str]:
    orders.send(order)
    return {"id": order.id}


@app.get("/orders/{id}", public=True)
async def show(id: str) -> dict[str, str]:
    return {"id": id}


@orders.consumer(once_by="id")
def take(order: Order) -> None:
    placed.publish(order)
    fulfil.options(id=order.id).start(order.id)


@steps.consumer
def step(body: dict[str, Any]) -> None: ...


@lines.consumer(batch_size=10, timeout=timedelta(seconds=30))
def count(bodies: list[dict[str, Any]]) -> None: ...


@placed.subscriber(where={"region": any_of("eu", "us")})
async def mail(message: Message[Order]) -> None: ...


@app.schedule("0 8 * * MON-FRI", timezone="Europe/Berlin")
def report() -> None:
    charge.invoke_later("all")


@app.function(timeout=timedelta(minutes=2))
def charge(id: str) -> str:
    return id


@app.pure
def best(id: str) -> str:
    return id


@app.orchestration
def fulfil(id: str) -> str:
    return charge(best(id))
