"""Definitions: the orchestrations of a stage as its engine reads them, and those that still run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from cloudless.ir import Application
from cloudless.ir.serial import load, to_plain
from cloudless.ir.statement import NOWHERE
from cloudless.node import field, node
from cloudless.passes.definition import canonical, definition


@node()
class Definitions:
    """current: orchestration → sha256 of its definition. texts: definition by sha256, as JSON, retained ones too.

    The sha256 is that of the text. A retained definition is one of an earlier build whose executions may still run
    (`cloudless.compiler.lock`).
    """

    current: Mapping[str, str] = field(default_factory=dict[str, Any])
    texts: Mapping[str, bytes] = field(default_factory=dict[str, Any])


def definitions_of(
    application: Application, settings: Mapping[str, Any], retained: Mapping[str, bytes] | None = None
) -> Definitions:
    """Those of an application in a stage. settings: the stage's values of configuration. retained: texts by sha256."""
    texts = {one.name: canonical(definition(application, one.name, settings)) for one in application.orchestrations}
    current = {name: sha256(text).hexdigest() for name, text in texts.items()}
    return Definitions(current, {**(retained or {}), **{current[name]: text for name, text in texts.items()}})


def gone(definitions: Definitions) -> Iterator[tuple[str, str, Application]]:
    """Retained definitions of orchestrations that the program no longer has: sha256, name, and as an application."""
    for sha in sorted(definitions.texts):
        found = json.loads(definitions.texts[sha])
        if found["main"] not in definitions.current:
            yield sha, found["main"], _loaded(found)


def _loaded(plain: dict[str, Any]) -> Application:
    """The programs of a definition, which does not say where they are written."""
    nowhere = {"module": "", "qualname": "", "span": to_plain(NOWHERE)}
    programs = [{**one, **nowhere} for one in plain["orchestrations"].values()]
    return load(json.dumps({**to_plain(Application(name="retained")), "orchestrations": programs}))
