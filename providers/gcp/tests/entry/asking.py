"""Functions of generated entries in this process: requests in, answers out, around a cloud that keeps what it gets."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from itertools import count
from typing import Any

from cloudless.message import Envelope
from cloudless_gcp.wire import attributes_of
from providers.gcp.tests.entry.generated import application, files_of
from tests.unit.fake_cloud import FakeCloud, FakeTopics

TRIALS = "tests.hosting.trials:app"
CALLS = "tests.hosting.calls:app"
PUBLISHED = "2026-01-02T12:00:00.250Z"
PUBLISHED_S = 1_767_355_200.25
_IDS = count(1)


class FakeGoogle(FakeCloud):
    """As far as entries use it."""

    def __init__(self) -> None:
        super().__init__()
        self.topics = FakeTopics(self.queues)


class Asked:
    """A request as functions-framework hands it over. environ: as gunicorn makes it."""

    def __init__(self, content: bytes, environ: Mapping[str, Any] | None = None) -> None:
        self.content = content
        self.environ = {"REQUEST_METHOD": "POST", "RAW_URI": "/", "CONTENT_TYPE": "application/json", **(environ or {})}

    def get_data(self) -> bytes:
        return self.content


@cache
def _files(entry: str) -> dict[str, bytes]:
    return files_of(application(entry))


def facts_of(module: str, entry: str = TRIALS) -> dict[str, Any]:
    """The facts of a generated entry, e.g. of "on_work"."""
    facts: dict[str, Any] = json.loads(_files(entry)[f"cloudless_entry/{module}.json"])["facts"]
    return facts


def made(
    maker: Callable[..., Any], module: str, cloud: FakeGoogle, *, entry: str = TRIALS, **more: Any
) -> Callable[..., Any]:
    """The function of a generated entry, which takes JSON or a whole request. more: facts besides."""
    handle = maker({**facts_of(module, entry), **more}, cloud)

    def call(event: Any, environ: Mapping[str, Any] | None = None) -> Any:
        content = event if isinstance(event, bytes) else json.dumps(event).encode()
        return handle(Asked(content, environ))

    return call


def push(body: Any = None, *, attempt: int | None = None, subscription: str = "s", **facts: Any) -> dict[str, Any]:
    """A message as Pub/Sub pushes it. body: JSON, or bytes. facts: parts of the message that are otherwise.

    https://cloud.google.com/pubsub/docs/push#receive_push
    """
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    message = {
        "data": b64encode(data).decode(),
        "messageId": f"m{next(_IDS)}",
        "publishTime": PUBLISHED,
        **facts,
    }
    counted = {"deliveryAttempt": attempt} if attempt else {}
    return {"message": message, "subscription": subscription, **counted}


def sent(envelope: Envelope, *, attempt: int | None = None, **facts: Any) -> dict[str, Any]:
    """The push of a message of ours."""
    return push(envelope.body.encode(), attempt=attempt, attributes=attributes_of(envelope), **facts)
