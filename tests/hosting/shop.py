"""An application with one handler of every kind, as users write them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from cloudless import App, Message, Retry, prefix

app = App("shop")
stripe_key = app.secret("stripe-key")


class Order(BaseModel):
    id: str
    region: str = "eu"
    total: float = 0


class Approval(BaseModel):
    granted: bool


orders = app.queue("orders", Order, retry=Retry(attempts=3))
parcels = app.ordered_queue("parcels", dict[str, Any])
lines = app.queue("lines", dict[str, Any])
placed = app.topic("placed", Order, attributes=["region"])
approval = app.event("approval", Approval)


@app.post("/orders", public=True)
def create(order: Order) -> dict[str, str]:
    orders.send(order)
    return {"id": order.id}


@app.get("/orders/{id}", public=True)
async def show(id: str) -> dict[str, str]:
    return {"id": id}


@app.post("/approvals/{id}", public=True)
def approve(id: str) -> None:
    approval.send(id, Approval(granted=True))


@orders.consumer(once_by="id")
def take(order: Order) -> None:
    placed.publish(order)
    fulfil.options(id=order.id).start(order.id)


@orders.dead_letters.consumer
def look(letter: Message[Any]) -> None: ...


@parcels.consumer
def pack_parcel(body: dict[str, Any]) -> None: ...


@lines.consumer(batch_size=10, timeout=timedelta(seconds=30))
def count(bodies: list[dict[str, Any]]) -> None: ...


@placed.subscriber(where={"region": prefix("eu-")})
async def mail(message: Message[Order]) -> None: ...


@app.schedule("0 8 * * MON-FRI", timezone="Europe/Berlin")
def report() -> None:
    charge.invoke_later("all")


@app.function(timeout=timedelta(minutes=2), retry=Retry(attempts=3, on=[ConnectionError]))
def charge(id: str) -> str:
    return stripe_key.value + id


@app.pure
def best(id: str) -> str:
    return id


@app.orchestration
def fulfil(id: str) -> str:
    answer = approval.wait(timeout=timedelta(days=1))
    if answer.granted:
        lines.send({"id": id})
    return charge(best(id))
