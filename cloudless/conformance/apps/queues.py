"""Queues: plain, typed, batched, with once_by, with delays, with narrow retries, and a consumer of dead letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from typing_extensions import TypedDict

from cloudless import App, Context, Message, PartialFailure, Retry
from cloudless.conformance.apps import obey
from cloudless.conformance.journal import crash, note

app = App("queues")
retry = Retry(attempts=3, delay=timedelta(seconds=2))


class Colour(Enum):
    RED = "red"


class Model(BaseModel):
    name: str
    ratio: float | None = None


@dataclass
class Record:
    at: datetime
    price: Decimal
    id: UUID
    colour: Colour


class Entry(TypedDict):
    numbers: list[int]


jobs = app.queue("jobs", dict[str, Any], retry=retry)
followups = app.queue("followups", dict[str, Any])
steady = app.queue("steady", dict[str, Any], retry=Retry(attempts=4, delay=timedelta(seconds=3), factor=1))
single = app.queue("single", dict[str, Any], retry=Retry(attempts=1))
narrow = app.queue("narrow", dict[str, Any], retry=Retry(attempts=5, on=[ConnectionError]))
lossy = app.queue("lossy", dict[str, Any], retry=Retry(attempts=2, delay=timedelta(0)), dead_letters=False)
keyed = app.queue("keyed", dict[str, Any], retry=retry)
batches = app.queue("batches", dict[str, Any], retry=retry)
whole = app.queue("whole", dict[str, Any], retry=retry)
late = app.queue("late", dict[str, Any], max_delay=timedelta(days=30))
models = app.queue("models", Model, retry=retry)
records = app.queue("records", Record)
entries = app.queue("entries", Entry)
texts = app.queue("texts", str)
mourned = app.queue("mourned", dict[str, Any], retry=Retry(attempts=1))


@jobs.consumer
def work(message: Message[dict[str, Any]], context: Context) -> None:
    note(
        "work", id=message.id, body=message.body, attempt=message.attempt, attributes=message.attributes,
        correlation=context.correlation_id, trace=context.traceparent, sent=message.sent_at.timestamp(),
        remaining=context.remaining_s, counted=context.attempt,
    )  # fmt: skip
    obey(message.body, message.attempt)
    if "then" in message.body:
        followups.send(message.body["then"])


@followups.consumer
async def follow(body: dict[str, Any], context: Context) -> None:
    note("follow", body=body, correlation=context.correlation_id, trace=context.traceparent)


@steady.consumer
def try_steadily(message: Message[dict[str, Any]]) -> None:
    note("try_steadily", attempt=message.attempt)
    obey(message.body, message.attempt)


@single.consumer
def try_once(message: Message[dict[str, Any]]) -> None:
    note("try_once", attempt=message.attempt)
    obey(message.body, message.attempt)


@narrow.consumer
def try_narrowly(message: Message[dict[str, Any]]) -> None:
    note("try_narrowly", attempt=message.attempt)
    obey(message.body, message.attempt)


@lossy.consumer
def lose(message: Message[dict[str, Any]]) -> None:
    note("lose", attempt=message.attempt)
    obey(message.body, message.attempt)


@keyed.consumer(once_by="order.id")
def handle_once(message: Message[dict[str, Any]]) -> None:
    note("handle_once", key=message.body["order"]["id"], attempt=message.attempt)
    obey(message.body, message.attempt)


@batches.consumer(batch_size=10)
def take_batch(messages: list[Message[dict[str, Any]]]) -> None:
    note("take_batch", numbers=[message.body["n"] for message in messages], ids=[one.id for one in messages])
    if any(one.attempt <= one.body.get("crashes", 0) for one in messages):
        crash()
    failed = [one.id for one in messages if one.attempt <= one.body.get("fails", 0)]
    failed += ["a stranger" for one in messages if one.attempt == 1 and "stranger" in one.body][:1]
    if failed:
        raise PartialFailure(failed)


@whole.consumer(batch_size=5)
def take_whole(bodies: list[dict[str, Any]]) -> None:
    note("take_whole", numbers=[body["n"] for body in bodies])
    if any(body.get("fails") for body in bodies):
        raise ConnectionError("the batch")


@late.consumer
def take_late(body: dict[str, Any]) -> None:
    note("take_late", body=body)


@models.consumer
def take_model(model: Model) -> None:
    note("take_model", kind=type(model).__name__, body=model.model_dump())


@records.consumer
def take_record(record: Record) -> None:
    note(
        "take_record", kind=type(record).__name__, at=record.at.isoformat(), price=repr(record.price),
        id=repr(record.id), colour=repr(record.colour),
    )  # fmt: skip


@entries.consumer
def take_entry(entry: Entry) -> None:
    note("take_entry", numbers=entry["numbers"])


@texts.consumer
def take_text(text: str) -> None:
    note("take_text", text=text)


@mourned.consumer
def die(body: dict[str, Any]) -> None:
    raise ConnectionError("always")


@mourned.dead_letters.consumer
def mourn(message: Message[Any]) -> None:
    note("mourn", body=message.body, error=message.error.type if message.error else "", attempt=message.attempt)
    obey(message.body, message.attempt)
