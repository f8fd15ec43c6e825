"""Events that a function does not take: what they are, and the way that they could come. Imported when one is refused.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
"""

from __future__ import annotations

from cloudless.codec import is_list, is_object
from cloudless.runtime import stranger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cloudless.errors import InvalidArgument

_QUEUE = "have it sent to the function's queue"
_RECORDS = {
    "aws:sqs": ("SQS", "event source mappings call the functions of consumers"),
    "aws:sns": ("SNS", "subscribe the function's queue to the topic, with raw message delivery"),
    "aws:s3": ("S3", f"{_QUEUE}: a bucket notifies queues as well"),
    "aws:dynamodb": ("a DynamoDB stream", f"{_QUEUE} by EventBridge Pipes"),
    "aws:kinesis": ("a Kinesis stream", f"{_QUEUE} by EventBridge Pipes"),
}
"""By event source of the first record."""

_SHAPES = (
    ({"detail-type", "detail"}, "an event of EventBridge", "make the function's queue a target of the rule"),
    ({"requestContext", "rawPath"}, "an event of API Gateway", "a route calls the function of its endpoint"),
    (
        {"requestContext", "httpMethod"},
        "an event of API Gateway, of version 1.0",
        "the integration wants payload 2.0",
    ),
    ({"call"}, "a direct call", "call the function by its name"),
    ({"args", "ctx"}, "a step of an orchestration", "a step calls the function by its name"),
    ({"op", "ctx"}, "a step of an orchestration, to the worker", "the worker's name ends in --worker"),
)
"""By keys."""
SQS = "messages of SQS, by an event source mapping"
"""What consumers take; one that is asked whether it takes an event of SQS got one that it cannot read."""
_TORN = ("SQS that is not whole", "nobody but an event source mapping calls such a function")


def refused(event: object, handler: str, takes: str) -> InvalidArgument:
    """The error for an event. takes: what the function does take, as people read it."""
    return stranger.refused(handler, takes, *_told(event, takes))


def _told(event: Any, takes: str) -> tuple[str, str]:
    records = event.get("Records") if is_object(event) else None
    if is_list(records) and records and is_object(records[0]):
        said = records[0].get("eventSource") or records[0].get("EventSource")
        source = said if isinstance(said, str) else ""
        is_torn = source == "aws:sqs" and takes == SQS
        origin, remedy = _TORN if is_torn else _RECORDS.get(source, (f"the service {source!r:.80}", _QUEUE))
        return f"an event of {origin}", remedy
    return stranger.told(event, _SHAPES)
