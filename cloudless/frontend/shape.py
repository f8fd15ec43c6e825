"""Shapes: what the JSON of bodies, arguments and results looks like, of all that orchestrations may need.

    shapes(app)["function charge"].written["order"]     # {"$ref": "…/Order", "$defs": {"Order": {…}}}

A later program may call a class otherwise, or a field: `cloudless.compiler.needs` compares what is on the wire.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cloudless.app import App
from cloudless.codec import is_list, is_object
from cloudless.event import Event
from cloudless.frontend.functions import hints, original
from cloudless.frontend.openapi.schemas import INPUT, OUTPUT, Generator, Key, Mode, Schema, json_schemas
from cloudless.frontend.parameters import EMPTY, Signature
from cloudless.function import Function
from cloudless.handler import Routine
from cloudless.message import is_context
from cloudless.node import field, node
from cloudless.queue import OrderedQueue, Queue
from cloudless.topic import Topic

RESULT = BODY = ""
_NOISE = frozenset({"title", "description", "default", "examples", "deprecated"})


@node()
class Shape:
    """JSON schemas by parameter; of the result, or of a body, under "". Each has what it refers to in `$defs`.

    written: what values of the type are written as. read: what is taken for one.
    """

    written: Mapping[str, Schema] = field(default_factory=dict[str, Any])
    read: Mapping[str, Schema] = field(default_factory=dict[str, Any])


def shapes(app: App) -> dict[str, Shape]:
    """By title, e.g. "function charge", "queue orders", "event approval"."""
    types = {(title, name): kind for title, kinds in typed(app) for name, kind in kinds.items()}
    asked: dict[Key, tuple[Mode, Any]] = {
        _key(mode, key): (mode, kind) for key, kind in types.items() for mode in (OUTPUT, INPUT)
    }
    schemas, models = json_schemas(asked, generator=_Written)
    found: dict[str, Shape] = {}
    for title, name in types:
        one = found.setdefault(title, Shape({}, {}))
        written, read = (_closed(schemas[_key(mode, (title, name))], models) for mode in (OUTPUT, INPUT))
        found[title] = Shape({**one.written, name: written}, {**one.read, name: read})
    return found


class _Written(Generator):
    """Fields with a default are always written; pydantic calls them optional."""

    def field_is_required(self, field: Any, total: bool) -> bool:
        if self.mode == OUTPUT and field["type"] != "typed-dict-field":
            return not field.get("serialization_exclude", False)
        return super().field_is_required(field, total)


def typed(app: App) -> Iterator[tuple[str, dict[str, Any]]]:
    """Titles, each with types by parameter; a body and a result are under ""."""
    for one in app.declared:
        if isinstance(one, Queue | OrderedQueue | Topic | Event):
            noun = "event" if isinstance(one, Event) else "topic" if isinstance(one, Topic) else "queue"
            yield f"{noun} {one.name}", {BODY: one.type}
    for handler in app.registered:
        if isinstance(handler, Function):
            yield f"function {handler.name}", signature(handler)
    for pure in app.pures:
        yield f"pure {pure.name}", signature(pure)


def signature(routine: Routine[..., Any]) -> dict[str, Any]:
    """Types of a routine's parameters by name, and of its result under "". A Context is no parameter."""
    function, known = original(routine.function), hints(routine)
    parameters = Signature(function, known).parameters if function is not None else []
    taken = {name: Any if hint is EMPTY else hint for name, hint, _ in parameters if not is_context(hint)}
    return {**taken, RESULT: known.get("return")}


def _key(mode: str, key: Key) -> Key:
    return f"{mode} {key[0]}", key[1]


def _closed(schema: Schema, models: Mapping[str, Schema]) -> Schema:
    """With the models that it refers to, and without what is for people."""
    needed: dict[str, Schema] = {}
    waiting = [schema]
    while waiting:
        for name in _references(waiting.pop()):
            if name not in needed:
                needed[name] = _plain(models[name])
                waiting.append(models[name])
    return {**_plain(schema), **({"$defs": dict(sorted(needed.items()))} if needed else {})}


def _references(schema: Any) -> Iterator[str]:
    if is_object(schema):
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield reference.rpartition("/")[2]
    parts: Any = schema.values() if is_object(schema) else schema if is_list(schema) else ()
    for part in parts:
        yield from _references(part)


def _plain(schema: Any) -> Any:
    """Without texts; a field may be called as one of them."""
    if is_list(schema):
        return [_plain(part) for part in schema]
    if not is_object(schema):
        return schema
    found = {key: part for key, part in schema.items() if key not in _NOISE}
    return {
        key: {name: _plain(inner) for name, inner in part.items()} if key == "properties" else _plain(part)
        for key, part in found.items()
    }
