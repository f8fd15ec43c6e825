"""The application of test_spine: handlers that do as the message says, and keep a journal."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from cloudless import App, Context, Message, Reject, Retry, RetryAfter

app = App("shop")
retry = Retry(attempts=3, delay=timedelta(seconds=2))

orders = app.queue("orders", dict[str, Any], retry=retry)
followups = app.queue("followups", dict[str, Any])
charges = app.queue("charges", dict[str, Any], retry=retry)
parcels = app.ordered_queue("parcels", dict[str, Any], retry=retry)
mails = app.queue("mails", dict[str, Any], retry=retry)


def note(handler: str, **facts: object) -> None:
    with Path(os.environ["JOURNAL"]).open("a") as journal:
        journal.write(json.dumps({"handler": handler, **facts}) + "\n")


def obey(body: dict[str, Any], attempt: int) -> None:
    """Do what the message says for this attempt; the last one counts for all that follow."""
    script: list[str] = body.get("do", ["return"])
    what = script[min(attempt, len(script)) - 1]
    if what == "raise":
        raise ConnectionError(body.get("text", "no answer"))
    if what == "crash":
        os._exit(9)
    if what == "reject":
        raise Reject("never")
    if what == "later":
        raise RetryAfter(timedelta(seconds=30))


@orders.consumer
async def take(order: Message[dict[str, Any]], context: Context) -> None:
    note("take", id=order.id, body=order.body, attempt=order.attempt, attributes=order.attributes)
    obey(order.body, order.attempt)
    if "then" in order.body:
        await followups.send_async(order.body["then"])


@followups.consumer
def follow(body: dict[str, Any], context: Context) -> None:
    note("follow", body=body, correlation=context.correlation_id)


@charges.consumer(once_by="id")
def charge(message: Message[dict[str, Any]]) -> None:
    note("charge", id=message.body["id"], attempt=message.attempt)
    obey(message.body, message.attempt)


@parcels.consumer
def ship(message: Message[dict[str, Any]]) -> None:
    note("ship", number=message.body["number"], group=message.group)
    obey(message.body, message.attempt)


@mails.consumer(batch_size=10)
def mail(bodies: list[dict[str, Any]]) -> None:
    note("mail", bodies=bodies)
    obey(bodies[0], 1)


@mails.dead_letters.consumer
def mourn(message: Message[Any]) -> None:
    note("mourn", body=message.body, error=message.error and message.error.type)
