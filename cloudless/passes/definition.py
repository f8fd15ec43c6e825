"""IR → definitions: what an engine needs to run one orchestration, as JSON, and what tells two of them apart."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from cloudless.codec import is_list, is_object
from cloudless.engine import VERSION
from cloudless.errors import InternalError
from cloudless.ir import Application, Orchestration
from cloudless.ir.expression import Const, Setting
from cloudless.ir.orchestration import ORCHESTRATION
from cloudless.ir.serial import TAG, to_plain

_UNSAID = frozenset({"span", "note", "grants", "module", "qualname"})
"""What an execution does not depend on; nor on the `source` of a variable, its name in the program."""


def definition(application: Application, name: str, settings: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The definition of an orchestration: itself, and all that it calls, by name.

    settings: values of configuration entries in the stage, as JSON; the application's defaults stand in for others.
    """
    defaults = {one.name: one.default for one in application.configs if one.has_default}
    values = {**defaults, **(settings or {})}
    plain = {one.name: to_plain(one) for one in called(application, name)}
    programs = _settled(plain, values) if application.configs else plain
    return {"version": VERSION, "main": name, "orchestrations": programs}


def canonical(definition: dict[str, Any]) -> bytes:
    """What a definition means, as JSON in UTF-8: two that differ only in where they are written have the same."""
    text = json.dumps(_meaning(definition), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode(errors="backslashreplace")  # a lone surrogate in a constant becomes its escape


def identity(definition: dict[str, Any]) -> str:
    """The sha256 of what a definition means: of its canonical text."""
    return sha256(canonical(definition)).hexdigest()


def called(application: Application, name: str) -> Iterator[Orchestration]:
    """An orchestration and all that it calls, each once, callees after their first caller."""
    known = {one.name: one for one in application.orchestrations}
    waiting, seen = [name], {name}
    while waiting:
        one = known[waiting.pop(0)]
        yield one
        found = [callee.name for callee in one.calls if callee.kind == ORCHESTRATION]
        waiting += [callee for callee in dict.fromkeys(found) if callee not in seen]
        seen.update(found)


def _settled(plain: Any, values: Mapping[str, Any]) -> Any:
    """The JSON with a constant in place of each setting."""
    if is_list(plain):
        return [_settled(part, values) for part in plain]
    if not is_object(plain) or plain.get(TAG) == Const.__name__:
        return plain
    if plain.get(TAG) == Setting.__name__:
        return {TAG: Const.__name__, "value": _value(plain["name"], values), "type": plain["type"]}
    return {key: _settled(part, values) for key, part in plain.items()}


def _value(name: str, values: Mapping[str, Any]) -> Any:
    if name not in values:
        raise InternalError(f"configuration {name!r} has no value in this stage, which should have been refused")
    return values[name]


def _meaning(plain: Any) -> Any:
    if is_list(plain):
        return [_meaning(part) for part in plain]
    if not is_object(plain) or plain.get(TAG) == Const.__name__:  # whose value is the user's data
        return plain
    return {key: _meaning(part) for key, part in plain.items() if key not in _UNSAID and not _is_title(key, part)}


def _is_title(key: str, part: Any) -> bool:
    """Whether it is the `source` of a variable; that of a loop, fan-out or comprehension is what it goes through."""
    return key == "source" and isinstance(part, str)
