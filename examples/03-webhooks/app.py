"""Webhooks: signed requests in, 202 at once, then each delivery to whoever wants events of its kind, once."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel
from signature import deliveries_of_github, deliveries_of_standard
from store import Store

from cloudless import App, Header, Request, Retry, any_of

app = App("webhooks")
secret = app.secret("webhook-secret")  # several with commas between them, while one takes over from another
database = app.config("database", str, default="webhooks.db")  # a file here; a database service in the cloud

REMEMBERED = timedelta(days=3)  # as long as GitHub lets one send a delivery again


class Delivery(BaseModel):
    """One delivery of a webhook. id: the sender's, the same when it sends again. event: its kind, e.g. "push"."""

    id: str
    event: str
    payload: dict[str, Any]


received = app.queue("received", Delivery, retry=Retry(attempts=10))
events = app.topic("events", Delivery, attributes=["event"])
again = Retry(attempts=10)
talk = any_of("issues", "issue_comment", "discussion", "discussion_comment")
code = any_of("push", "pull_request", "create")


def from_github(request: Request) -> str | None:
    return deliveries_of_github(request, secret.value)


def from_standard(request: Request) -> str | None:
    return deliveries_of_standard(request, secret.value)


@app.post("/webhooks/github", auth=from_github, status=202)
def github(
    payload: dict[str, Any],
    event: Annotated[str, Header("X-GitHub-Event")],
    id: Annotated[str, Header("X-GitHub-Delivery")],
) -> dict[str, str]:
    """GitHub signs the body, and no time: a replay is known by the id of its delivery."""
    received.send(Delivery(id=id, event=event, payload=payload))
    return {"id": id}


@app.post("/webhooks/standard", auth=from_standard, status=202)
def standard(payload: dict[str, Any], id: Annotated[str, Header("Webhook-Id")]) -> dict[str, str]:
    """Senders of Standard Webhooks sign the id and the time too: a replay is refused after five minutes."""
    received.send(Delivery(id=id, event=str(payload.get("type", "unknown")), payload=payload))
    return {"id": id}


@received.consumer(once_by="id", remember=REMEMBERED)
def route(delivery: Delivery) -> None:
    events.publish(delivery, attributes={"event": delivery.event})


@events.subscriber(once_by="id", remember=REMEMBERED, retry=again)
def archive(delivery: Delivery) -> None:
    """Everything."""
    Store(database.value).add("archive", delivery.id, delivery.event)


@events.subscriber(where={"event": talk}, once_by="id", remember=REMEMBERED, retry=again)
def answer(delivery: Delivery) -> None:
    """What people write."""
    Store(database.value).add("answer", delivery.id, delivery.event)


@events.subscriber(where={"event": code}, once_by="id", retry=again)
def build(delivery: Delivery) -> None:
    """What changes code."""
    Store(database.value).add("build", delivery.id, delivery.event)


@events.subscriber(where={"event": "release"}, once_by="id", retry=again)
def announce(delivery: Delivery) -> None:
    Store(database.value).add("announce", delivery.id, delivery.event)
