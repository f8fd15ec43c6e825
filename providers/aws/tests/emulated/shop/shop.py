"""One of each; what came about is told to the queue `outcomes`, which nobody consumes but a test."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from cloudless import App, Context, Message, Retry, any_of, gather

app = App("shop", errors={KeyError: 404})
outcomes = app.queue("outcomes", dict[str, Any])
orders = app.queue("orders", dict[str, Any], retry=Retry(attempts=2, delay=timedelta(seconds=1)))
steps = app.ordered_queue("steps", dict[str, Any])
placed = app.topic("placed", dict[str, Any], attributes=["kind"])
key = app.secret("key")
confirmed = app.event("confirmed", str)


class Declined(Exception):
    """What a card may be."""


@orders.consumer
def take(message: Message[dict[str, Any]]) -> None:
    outcomes.send({"take": message.body["id"], "attempt": message.attempt, "correlation": message.correlation_id})
    if message.body.get("bad"):
        raise ValueError(f"order {message.body['id']} is bad")


@steps.consumer
def walk(body: dict[str, Any]) -> None:
    outcomes.send({"walk": body["n"]})


@placed.subscriber
def note(body: dict[str, Any]) -> None:
    outcomes.send({"note": body["id"]})


@placed.subscriber(where={"kind": any_of("gift")})
def wrap(body: dict[str, Any]) -> None:
    outcomes.send({"wrap": body["id"]})


@app.schedule("0 3 * * *", timezone="Europe/Berlin")
def nightly(due: datetime) -> None:
    outcomes.send({"nightly": due.isoformat()})


@app.function
def double(number: int) -> int:
    return 2 * number


@app.function
def decline(card: str) -> None:
    raise Declined(f"no funds on {card}")


@app.function
def say(text: str, context: Context | None = None) -> None:
    outcomes.send({"say": text, "correlation": context.correlation_id if context else ""})


@app.function
def whisper(text: str) -> None:
    outcomes.send({"whisper": text})


@app.function
def sealed() -> str:
    return key.value


@app.orchestration
def fulfil(number: int) -> str:
    """Steps, a send, branches, an error that is caught, and an event."""
    first, second = gather(double(number), double(number + 1))
    try:
        decline("4711")
    except Declined:
        outcomes.send({"declined": number})
    word = confirmed.wait(timeout=timedelta(days=1))
    return f"{first} {second} {word}"


@app.orchestration
def fail(card: str) -> None:
    decline(card)


@app.post("/orders/{id}", public=True, status=202)
def create(id: str, order: dict[str, Any]) -> dict[str, str]:
    orders.send({**order, "id": id})
    if "say" in order:
        say.invoke_later(order["say"])
    placed.publish({"id": id}, attributes={"kind": order.get("kind", "plain")})
    return {"id": id}


@app.get("/numbers/{number}", public=True)
def show(number: int) -> dict[str, int]:
    if number < 0:
        raise KeyError("no such number")
    return {"double": double.invoke(number)}


@app.post("/executions/{id}", public=True, status=202)
def begin(id: str) -> None:
    fulfil.options(id=id).start(20)


@app.post("/executions/{id}/confirmation", public=True, status=202)
def confirm(id: str, word: str) -> None:
    confirmed.send(fulfil.execution(id), word)
