"""Requests that a function does not take: what they are, and how they could come. Imported when one is refused.

https://cloud.google.com/pubsub/docs/push
"""

from __future__ import annotations

import json

from cloudless.codec import is_object
from cloudless.errors import InvalidArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

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
    origin, remedy = _told(_read(content))
    return InvalidArgument(f"the function of {handler} takes {takes}, and was called with {origin}: {remedy}")


def _read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return content


def _told(event: Any) -> tuple[str, str]:
    usual = "give it what its caller in the stage gives it"
    if isinstance(event, bytes):
        return (f"{len(event)} bytes that are no JSON" if event else "nothing"), usual
    if not is_object(event):
        return f"JSON that is no object ({type(event).__name__})", usual
    return next(((origin, remedy) for keys, origin, remedy in _SHAPES if keys <= event.keys()), _unknown(event, usual))


def _unknown(event: Mapping[str, Any], usual: str) -> tuple[str, str]:
    shown = ", ".join(sorted(map(str, event))[:8]) or "none"
    return f"an object of nobody that is known (its keys: {shown})", usual
