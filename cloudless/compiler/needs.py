"""Needs: what a definition of an orchestration needs of the program, and whether a later program still offers it.

A step calls a function or pure function, a send needs its queue or topic, a wait its event. Of types, what they look
like as JSON is compared, whatever their classes are called; their names only where no schema is known.

    what a step takes, and what is sent      may be read from what the definition writes: a field may be added that has
                                             a default; none may go, be needed, or take less than it did
    what a step returns, and an event        has all that it had when the definition was built; fields may be added
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cloudless.codec import is_list, is_object
from cloudless.compiler.shape import Schema, misfit
from cloudless.ir import Application, Span
from cloudless.ir.orchestration import ORCHESTRATION
from cloudless.ir.serial import TAG
from cloudless.node import field, node

if TYPE_CHECKING:
    from cloudless.frontend.shape import Shape

Shapes = Mapping[str, "Shape"]
"""By title; of the program that is built."""

Signature = Mapping[str, Any]
"""{"parameters": {name: {"type", "required"}}, "result": type} of what is called, {"body": type} of what carries.

Beside each type stands the JSON schema of what is written of it, "schema", in what a build makes.
"""

Needs = Mapping[str, Signature]
"""By title, e.g. "function charge"."""

_ANYTHING = frozenset({"JSON", "Any", "object"})
_MODULES = re.compile(r"\b(?:\w+\.)+(?=\w)")
_OPTIONAL = re.compile(r"Optional\[([^\[\]]*(?:\[[^\[\]]*\])?[^\[\]]*)\]")


@node()
class Offer:
    """Something of a program that orchestrations may need. span: where it is declared.

    read: the JSON schemas of what it reads, by parameter; of a body under "".
    """

    signature: Signature = field(default_factory=dict[str, Any])
    span: Span = Span("", 0)
    read: Mapping[str, Schema] = field(default_factory=dict[str, Any])


def offers(application: Application, shapes: Shapes | None = None) -> dict[str, Offer]:
    """All that a program offers, by title. shapes: of its types (`cloudless.frontend.shape`), where they are known."""
    found = _named_offers(application)
    return {title: _shaped(one, (shapes or {}).get(title)) for title, one in found.items()}


def _shaped(offer: Offer, shape: Shape | None) -> Offer:
    """With the schemas of its types."""
    if shape is None:
        return offer
    signature = {**offer.signature, "schema": shape.written[""]}
    if "parameters" in signature:
        signature["parameters"] = {
            name: {**one, "schema": shape.written[name]} for name, one in signature["parameters"].items()
        }
    return Offer(signature, offer.span, shape.read)


def _named_offers(application: Application) -> dict[str, Offer]:
    handlers = {one.name: one for one in application.handlers}
    found: dict[str, Offer] = {}
    for function in application.functions:
        parameters = {
            one.name: _parameter(one.type.name, required=one.required)
            for one in handlers[function.handler].parameters
            if one.type is not None
        }
        signature = {"parameters": parameters, "result": named(function.result.name)}
        found[f"function {function.name}"] = Offer(signature, function.span)
    for pure in application.pures:
        parameters = {one.name: _parameter(str(one.type), required=one.required) for one in pure.parameters}
        found[f"pure {pure.name}"] = Offer({"parameters": parameters, "result": named(str(pure.result))}, pure.span)
    for noun, carriers in (("queue", application.queues), ("topic", application.topics), ("event", application.events)):
        found |= {f"{noun} {one.name}": Offer({"body": named(one.body.name)}, one.span) for one in carriers}
    return found | {f"orchestration {one.name}": Offer({}, one.span) for one in application.orchestrations}


def needs(text: bytes, offered: Mapping[str, Offer]) -> dict[str, Signature]:
    """What a definition needs, with the signatures that the program has now."""
    titles = sorted(set(_titles(json.loads(text))))
    return {title: offered[title].signature for title in titles if title in offered}


class Need:
    """One need of a definition. signature: of when it was built. definition: as JSON."""

    def __init__(self, title: str, signature: Signature, definition: Any) -> None:
        self._signature = signature
        self._is_event = title.startswith("event ")
        self._calls = [one for one in _nodes(definition, "Call") if f" {one['callee']}" == title[title.index(" ") :]]

    def complaints(self, offer: Offer) -> Iterator[str]:
        """Why what the program offers now does not fit."""
        before, now = self._signature, offer.signature
        if "body" in before:
            named = before["body"], now["body"]
            unlike = _given(named, before, now) if self._is_event else _taken(named, before, offer.read.get(""))
            yield from _complaint("holds", named, "", unlike)
            return
        yield from self._arguments(before["parameters"], now["parameters"], offer.read)
        if any(call["target"] for call in self._calls):
            named = before["result"], now["result"]
            yield from _complaint("returns", named, "", _given(named, before, now))

    def _arguments(
        self, before: Mapping[str, Any], now: Mapping[str, Any], read: Mapping[str, Schema]
    ) -> Iterator[str]:
        given = [{entry["key"] for entry in call["arguments"]} for call in self._calls]
        for name in sorted(set[str]().union(*given)):
            if name not in now:
                yield f"no longer takes {name!r}"
            elif name in before:
                named = before[name]["type"], now[name]["type"]
                yield from _complaint("takes", named, f" as {name!r}", _taken(named, before[name], read.get(name)))
        for name, one in now.items():
            if one["required"] and not all(name in names for names in given):
                yield f"cannot do without {name!r} now"


def _taken(named: tuple[str, str], before: Mapping[str, Any], read: Schema | None) -> str | None:
    """Why the code of now does not read what a definition writes; None where it does. named: before, and now."""
    if read is None or "schema" not in before:
        return None if fits(*named) else ""
    return misfit(before["schema"], read, closed=True) or None


def _given(named: tuple[str, str], before: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    """Why a definition does not read what is written now; None where it does."""
    if "schema" not in before or "schema" not in now:
        return None if fits(named[1], named[0]) else ""
    return misfit(now["schema"], before["schema"], closed=False) or None


def _complaint(verb: str, named: tuple[str, str], what: str, unlike: str | None) -> Iterator[str]:
    before, now = named
    if unlike is not None:
        yield f"{verb} {now}{what} now, not {before}" if now != before else f"{verb} another {now}{what} now ({unlike})"


def fits(one: str, other: str) -> bool:
    """Whether every value of a type is one of another, as far as their names tell."""
    if one == other or other in _ANYTHING:
        return True
    parts, others = _parts(one), _parts(other)
    if len(parts) > 1 or len(others) > 1:
        return all(any(fits(part, whole) for whole in others) for part in parts)
    if one == "int" and other == "float":
        return True
    inner, outer = (re.fullmatch(r"(list|dict)\[(?:str, )?(.+)\]", text) for text in (one, other))
    if inner is None or outer is None:
        return other in {"list", "dict"} and inner is not None and inner[1] == other
    return inner[1] == outer[1] and fits(inner[2], outer[2])


def named(type: str) -> str:
    """The name of a type without the modules of classes, which may move: "list[Order]", "Order | None"."""
    text = _MODULES.sub("", type).replace("NoneType", "None")
    return _OPTIONAL.sub(r"\1 | None", text)


def _parameter(type: str, *, required: bool) -> dict[str, Any]:
    return {"type": named(type), "required": required}


def _parts(type: str) -> list[str]:
    """The members of a union."""
    parts, depth = [""], 0
    for piece in re.split(r"( \| |[\[\]])", type):
        depth += (piece == "[") - (piece == "]")
        if piece == " | " and not depth:
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _titles(definition: Any) -> Iterator[str]:
    """Titles of what a definition calls, sends to and waits for; orchestrations that it calls are part of it."""
    for program in definition["orchestrations"].values():
        yield from (f"{one['kind']} {one['name']}" for one in program["calls"] if one["kind"] != ORCHESTRATION)
    yield from (f"{one['noun']} {one['resource']}" for one in _nodes(definition, "Send"))
    yield from (f"event {one['event']}" for one in _nodes(definition, "Wait"))


def _nodes(plain: Any, tag: str) -> Iterator[dict[str, Any]]:
    """The statements of a kind; not what looks like one in the user's data."""
    if is_object(plain):
        if plain.get(TAG) == "Const":
            return
        if plain.get(TAG) == tag:
            yield plain
        for part in plain.values():
            yield from _nodes(part, tag)
    elif is_list(plain):
        for part in plain:
            yield from _nodes(part, tag)
