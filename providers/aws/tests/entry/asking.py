"""Functions of generated entries in this process: events in, answers out, around a cloud that keeps what it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from itertools import count
from typing import Any

from cloudless.message import Envelope
from cloudless_aws.wire import attributes_of
from providers.aws.tests.entry.generated import application, files_of
from tests.unit.fake_cloud import FakeCloud, FakeQueues, FakeTopics

TRIALS = "tests.hosting.trials:app"
ARN = "arn:aws:sqs:eu-central-1:123456789012:trials-prod-jobs"
SENT_MS = 1_767_355_200_250
PLENTY_S = 600.0
_IDS = count(1)


class HidingQueues(FakeQueues):
    """SQS as the runtime knows it. hidden: seconds by receipt."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: dict[Any, float] = {}

    def hide(self, queue: str, receipts: Mapping[Any, float]) -> None:
        if self.fail is not None:
            raise self.fail
        self.hidden |= receipts


class FakeAws(FakeCloud):
    """As far as entries use it."""

    queues: HidingQueues

    def __init__(self) -> None:
        super().__init__()
        self.queues = HidingQueues()
        self.topics = FakeTopics(self.queues)


class Context:
    """What Lambda says of an event. left_s: of its time, when the event comes in."""

    aws_request_id = "8f5ac2bc-0a1e-4d27-8a3c-1f8c9c2f0e11"
    invoked_function_arn = "arn:aws:lambda:eu-central-1:123456789012:function:trials-prod-work:live"

    def __init__(self, left_s: float = PLENTY_S) -> None:
        self._left_s = left_s

    def get_remaining_time_in_millis(self) -> int:
        return int(self._left_s * 1_000)


@cache
def _files(entry: str) -> dict[str, bytes]:
    return files_of(application(entry))


def facts_of(module: str, entry: str = TRIALS) -> dict[str, Any]:
    """The facts of a generated entry, e.g. of "on_work"."""
    facts: dict[str, Any] = json.loads(_files(entry)[f"cloudless_entry/{module}.json"])["facts"]
    return facts


def made(
    maker: Callable[..., Any], module: str, cloud: FakeAws, *, entry: str = TRIALS, **more: Any
) -> Callable[..., Any]:
    """The function of a generated entry. more: facts besides."""
    handle = maker({**facts_of(module, entry), **more}, cloud)

    def call(event: Any, left_s: float = PLENTY_S) -> Any:
        return handle(event, Context(left_s))

    return call


def record(body: Any = None, *, fifo: bool = False, receives: int = 1, **facts: Any) -> dict[str, Any]:
    """A message as Lambda hands it over. body: JSON. facts: parts of the record that are otherwise.

    https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
    """
    id = facts.pop("id", f"m{next(_IDS)}")
    native = {"ApproximateReceiveCount": str(receives), "SentTimestamp": str(SENT_MS), **facts.pop("native", {})}
    return {
        "messageId": id,
        "receiptHandle": f"receipt-{id}",
        "body": json.dumps(body),
        "attributes": native,
        "messageAttributes": {},
        "md5OfBody": "d41d8cd98f00b204e9800998ecf8427e",
        "eventSource": "aws:sqs",
        "eventSourceARN": f"{ARN}{'.fifo' if fifo else ''}",
        "awsRegion": "eu-central-1",
        **facts,
    }


def sent(envelope: Envelope, **facts: Any) -> dict[str, Any]:
    """The record of a message of ours."""
    return {**record(messageAttributes=texts(attributes_of(envelope)), **facts), "body": envelope.body}


def texts(attributes: Mapping[str, str]) -> dict[str, Any]:
    """Attributes as Lambda hands them over."""
    return {name: {"stringValue": value, "dataType": "String"} for name, value in attributes.items()}


def event_of(*records: Mapping[str, Any]) -> dict[str, Any]:
    return {"Records": list(records)}


def failed(reply: Mapping[str, Any]) -> list[str]:
    """The ids that a reply reports."""
    assert reply.keys() == {"batchItemFailures"}
    return [one["itemIdentifier"] for one in reply["batchItemFailures"]]
