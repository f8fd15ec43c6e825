"""Entries: what Lambda calls in the package, and what our runtime is told there. Units → files, two for each.

    cloudless_entry/on_take.py      handler(event, context): what Lambda calls as cloudless_entry.on_take.handler
    cloudless_entry/on_take.json    {"addresses": …, "facts": …}: only what that function uses

The texts stand in template.py; what facts mean, in cloudless_aws/runtime, a module a kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cloudless.compiler.facts import Facts, call_of, noun_of
from cloudless.compiler.pretty import pretty
from cloudless_aws.compile import template

if TYPE_CHECKING:
    from cloudless.compiler import Definitions
    from cloudless.compiler.unit import Unit
    from cloudless.ir import Application
    from cloudless_aws.names import Stage

ENTRIES = "cloudless_entry"
"""The package of entries; no module of the user's is called so."""

_MAKERS = {
    "queue": "consumer",
    "schedule": "schedule",
    "http": "endpoint",
    "function": "function",
    "worker": "worker",
    "broker": "handler_of",
}
"""What makes a handler, by module of the runtime."""


def entries(
    units: Iterable[Unit],
    application: Application,
    stage: Stage,
    definitions: Definitions,
    addresses: Mapping[str, Mapping[str, Any]],
) -> dict[str, bytes]:
    """All generated files of a package, by path.

    addresses: of each unit by its name, as in `AwsCloud`, as far as it uses them.
    """
    words = {"app": application.name, "stage": stage.name}
    files = {f"{ENTRIES}/__init__.py": template.PACKAGE.format(**words).encode()}
    facts = Facts(application, definitions)
    for unit in units:
        deployed = {"addresses": addresses.get(unit.name, {}), "facts": facts.of(unit)}
        files[f"{ENTRIES}/{unit.module}.py"] = _module(unit, stage, facts.what(unit)).encode()
        files[f"{ENTRIES}/{unit.module}.json"] = pretty(deployed)
    return files


def handler_of(unit: Unit) -> str:
    """What Lambda is told to call for a unit."""
    return f"{ENTRIES}.{unit.module}.handler"


def _module(unit: Unit, stage: Stage, what: str) -> str:
    """The text of a unit's module."""
    noun = noun_of(unit)
    return template.MODULE.format(
        what=what,
        function=unit.function,
        stage=stage.name,
        module=unit.module,
        noun=noun,
        maker=_MAKERS[noun],
        call=call_of(unit),
    )
