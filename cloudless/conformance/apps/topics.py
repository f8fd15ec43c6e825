"""A topic with plain, filtered, failing, forwarded and once-only subscribers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cloudless import App, Message, Retry, any_of, exists, none_of, prefix
from cloudless.conformance.apps import obey
from cloudless.conformance.journal import note

app = App("topics")
retry = Retry(attempts=3, delay=timedelta(seconds=2))
events = app.topic("events", dict[str, Any], attributes=["region", "size", "urgent"])
archive = app.queue("archive", dict[str, Any])


@events.subscriber(retry=retry)
def everything(message: Message[dict[str, Any]]) -> None:
    note("everything", n=message.body["n"], attributes=message.attributes, id=message.id, attempt=message.attempt)


@events.subscriber(retry=retry)
def faulty(message: Message[dict[str, Any]]) -> None:
    note("faulty", n=message.body["n"], attempt=message.attempt)
    obey(message.body, message.attempt)


@events.subscriber(where={"region": any_of("eu", "us")})
def western(body: dict[str, Any]) -> None:
    note("western", n=body["n"])


@events.subscriber(where={"region": none_of("eu", "us")})
def elsewhere(body: dict[str, Any]) -> None:
    note("elsewhere", n=body["n"])


@events.subscriber(where={"region": prefix("e")})
def beginning(body: dict[str, Any]) -> None:
    note("beginning", n=body["n"])


@events.subscriber(where={"urgent": exists()})
def urgent(body: dict[str, Any]) -> None:
    note("urgent", n=body["n"])


@events.subscriber(where={"region": "eu", "size": any_of("10", "20")})
def both(body: dict[str, Any]) -> None:
    note("both", n=body["n"])


@events.subscriber(once_by="n")
def once(body: dict[str, Any]) -> None:
    note("once", n=body["n"])


events.forward(archive, where={"region": any_of("eu")})


@archive.consumer
def file_away(message: Message[dict[str, Any]]) -> None:
    note("file_away", n=message.body["n"], attributes=message.attributes)
