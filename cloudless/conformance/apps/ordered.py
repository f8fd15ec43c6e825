"""An ordered queue, and one with deduplication and batches."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cloudless import App, Message, Retry
from cloudless.conformance.apps import obey
from cloudless.conformance.journal import note

app = App("ordered")
retry = Retry(attempts=3, delay=timedelta(seconds=2))
parcels = app.ordered_queue("parcels", dict[str, Any], retry=retry)
crates = app.ordered_queue("crates", dict[str, Any], retry=retry)


@parcels.consumer
def ship(message: Message[dict[str, Any]]) -> None:
    note("ship", n=message.body["n"], group=message.group, attempt=message.attempt)
    obey(message.body, message.attempt)


@crates.consumer(batch_size=10)
def load(messages: list[Message[dict[str, Any]]]) -> None:
    note("load", numbers=[message.body["n"] for message in messages], groups=[one.group for one in messages])
    for message in messages:
        obey(message.body, message.attempt)
