"""What a function was called with that it does not take. Imported when an event is refused.

    raise refused("take", "messages of SQS", *told(event, SHAPES))

shapes: what events have keys of, what they are, and how they could come instead: each cloud knows its own.
"""

from __future__ import annotations

from cloudless.codec import is_object
from cloudless.errors import InvalidArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet
    from typing import Any

    Shape = tuple[AbstractSet[str], str, str]
    """Keys, what has them, and the way that it could come."""


def _word(key: str) -> str:
    """A key in an error, which goes to logs and callers: nothing in it ends a line, or cannot be encoded."""
    return key if key.isprintable() and len(key) <= _LONGEST else f"{key!r:.40}"


USUAL = "give it what its caller in the stage gives it"
_SHOWN = 8
_LONGEST = 40


def refused(handler: str, takes: str, origin: str, remedy: str) -> InvalidArgument:
    """The error for an event. takes: what the function does take, as people read it."""
    return InvalidArgument(f"the function of {handler} takes {takes}, and was called with {origin}: {remedy}")


def told(event: Any, shapes: Iterable[Shape]) -> tuple[str, str]:
    """What an event is, and the way that it could come; the first of the shapes whose keys it has."""
    if not is_object(event):
        return f"JSON that is no object ({type(event).__name__})", USUAL
    for keys, origin, remedy in shapes:
        if keys <= event.keys():
            return origin, remedy
    shown = ", ".join(map(_word, sorted(map(str, event))[:_SHOWN])) or "none"
    return f"an object of nobody that is known (its keys: {shown})", USUAL
