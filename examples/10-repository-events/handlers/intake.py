"""In by HTTP: check who sends, put the delivery behind those of its repository, answer 202. Nobody waits for more."""

from datetime import datetime
from typing import Annotated, Any

from app import Delivery, app, received, webhook_secret
from github import payload as github
from github.signature import key_of_github, key_of_relay
from pydantic import BaseModel

from cloudless import Header, Identity, Request


class Relayed(BaseModel):
    """What Standard Webhooks sends, where a relay stands in between: the type is signed as well."""

    type: str
    data: dict[str, Any]


def by_github(request: Request) -> str | None:
    return key_of_github(request, webhook_secret.value)


def by_relay(request: Request) -> str | None:
    return key_of_relay(request, webhook_secret.value)


@app.post("/webhooks/github", auth=by_github, status=202)
def from_github(
    payload: dict[str, Any],
    request: Request,
    key: Annotated[str, Identity()],
    event: Annotated[str, Header("X-GitHub-Event")],
) -> None:
    """What comes from GitHub itself, which signs no time: a copy is known by its body, for three days."""
    take(key, event, request.received_at, payload)


@app.post("/webhooks/relay", auth=by_relay, status=202)
def from_relay(relayed: Relayed, request: Request, key: Annotated[str, Identity()]) -> None:
    """What comes by a relay, which signs the time: a copy is refused after five minutes."""
    take(key, relayed.type, request.received_at, relayed.data)


def take(key: str, event: str, at: datetime, payload: dict[str, Any]) -> None:
    """In order within its repository from here on."""
    delivery = Delivery(key=key, event=event, at=at, payload=payload)
    received.send(delivery, group=github.Payload.model_validate(payload).group)
