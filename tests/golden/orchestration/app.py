"""An orchestration that waits for an event, and who starts it and answers."""

from datetime import timedelta

from cloudless import App

app = App("shop")
approval = app.event("approval", dict)
orders = app.queue("orders", dict)


@app.function
def charge(order: dict) -> str: ...


@app.orchestration
def fulfil(order: dict) -> str:
    approval.wait(timeout=timedelta(days=2))
    return charge(order)


@orders.consumer
def take(order: dict) -> None:
    fulfil.start(order)


@app.post("/approvals", public=True)
def approve(id: str) -> None:
    approval.send(id, {})
