"""Requests that a function does not take: what they are, and how they could come. Imported when one is refused.

https://cloud.google.com/pubsub/docs/push
"""

from __future__ import annotations

import json

from cloudless.runtime.stranger import USUAL, refused, told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless.errors import InvalidArgument

_SHAPES = (
    ({"message", "subscription"}, "a push of Pub/Sub", "let the subscription push to a function that consumes"),
    ({"specversion", "type"}, "a CloudEvent that is not whole", "send it as its specification says"),
    ({"call"}, "a direct call", "call the function by its name"),
    ({"args", "ctx"}, "a step of an orchestration", "a step calls the function by its name"),
    ({"op"}, "what is for the worker, or for the broker", "their names end in --worker and --broker"),
    ({"bucket", "name"}, "an object of Cloud Storage", "let the bucket notify the queue's topic"),
)
"""By keys."""


def stranger(content: bytes, handler: str, takes: str) -> InvalidArgument:
    """The error for a request. takes: what the function does take, as people read it."""
    return refused(handler, takes, *_told(content))


def _told(content: bytes) -> tuple[str, str]:
    try:
        return told(json.loads(content), _SHAPES)
    except (ValueError, RecursionError):
        return (f"{len(content)} bytes that are no JSON" if content else "nothing"), USUAL
