"""World: how everything around one execution behaves, as plain data: the same on every platform.

    {"input": {"order": 7},
     "replies": {"pay": [{"error": {"type": "Declined", "mro": ["Declined", "Exception"], "message": "", "data": {}}},
                         {"value": 3, "takes_s": 2}]},
     "events": [{"at_s": 5, "name": "approval", "payload": true}]}

The first attempt of a step is answered by its function's first reply, the second by the second, the last one stands for
all that follow. A reply with `when` counts only for calls with these arguments; those without are asked last. In a
world that is `spread`, calls with other arguments begin with another reply of the list: so a table that knows nothing
of a program still answers its calls differently.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from zlib import crc32

from cloudless.codec import is_list, is_object

_written = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Reply(NamedTuple):
    """What one attempt comes to. error: {type, mro, message, data}. takes_s: until then. when: see the module."""

    value: Any = None
    error: Mapping[str, Any] | None = None
    takes_s: float = 0
    when: Mapping[str, Any] | None = None

    @property
    def body(self) -> dict[str, Any]:
        """As a function's adapter answers."""
        return {"v": self.value} if self.error is None else {"err": dict(self.error)}


class Sent(NamedTuple):
    """An event that is sent so long after the start. id: of two with the same one, the later is dropped."""

    at_s: float
    name: str
    payload: Any = None
    id: str = ""


NOTHING = Reply()
EXACT = 2**53


class World(NamedTuple):
    """input: the arguments of the execution, by name. replies: by function. spread: see the module."""

    input: Mapping[str, Any]
    replies: Mapping[str, tuple[Reply, ...]]
    events: tuple[Sent, ...] = ()
    spread: bool = False

    def reply(self, function: str, arguments: Mapping[str, Any], attempt: int) -> Reply:
        """What an attempt of a step comes to, counted from 1 for each step."""
        replies = self.replies.get(function, ())
        said = canonical(arguments)
        exact = [one for one in replies if one.when is not None and canonical(one.when) == said]
        found = exact or [one for one in replies if one.when is None] or [NOTHING]
        if not self.spread:
            return found[min(attempt, len(found)) - 1]
        return found[(crc32(said.encode()) + attempt - 1) % len(found)]


def world_of(plain: Mapping[str, Any]) -> World:
    """A world from its JSON."""
    replies = {name: tuple(Reply(**one) for one in several) for name, several in plain.get("replies", {}).items()}
    events = tuple(Sent(**one) for one in plain.get("events", ()))
    return World(plain.get("input", {}), replies, events, plain.get("spread", False))


def plain_of(world: World) -> dict[str, Any]:
    """A world as JSON, defaults left out."""
    return {
        "input": dict(world.input),
        "replies": {name: [_said(one, Reply()) for one in several] for name, several in world.replies.items()},
        "events": [{"name": one.name, **_said(one, Sent(-1, ""))} for one in world.events],
        "spread": world.spread,
    }


def _said(one: Reply | Sent, silent: Reply | Sent) -> dict[str, Any]:
    defaults = silent._asdict()
    return {key: value for key, value in one._asdict().items() if value != defaults[key]}


def canonical(value: Any) -> str:
    """JSON text that is equal for equal values: 1.0 is 1, keys are in order, times and UUIDs are one like another."""
    return _written(plain(value))


def plain(value: Any) -> Any:
    """A JSON value as `canonical` writes it."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < EXACT else value
    if is_object(value):
        return {key: plain(part) for key, part in value.items()}
    if is_list(value):
        return [plain(part) for part in value]
    return value


def _text(value: str) -> str:
    if len(value) < 20:
        return value
    if _MOMENT.fullmatch(value):
        return "<a time>"
    return "<a UUID>" if _UUID.fullmatch(value) else value
