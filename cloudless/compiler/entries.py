"""Entries: two files a unit, what the cloud calls and what our runtime is told there. Units → files.

    cloudless_entry/on_take.py      a module that names its adapter outright, by a text of the provider's
    cloudless_entry/on_take.json    {"addresses": …, "facts": …}: only what that function uses

For clouds where every handler has a function of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cloudless.compiler.facts import call_of, noun_of
from cloudless.compiler.pretty import pretty

if TYPE_CHECKING:
    from cloudless.compiler.facts import Facts
    from cloudless.compiler.unit import Unit

ENTRIES = "cloudless_entry"
"""The package of entries; no module of the user's is called so."""
_MAKERS = {
    "queue": "consumer",
    "schedule": "schedule",
    "http": "endpoint",
    "function": "function",
    "worker": "worker",
    "broker": "broker",
}
"""What makes a handler, by module of a provider's runtime."""


def entries(
    units: Iterable[Unit],
    facts: Facts,
    addresses: Mapping[str, Mapping[str, Any]],
    *,
    stage: str,
    text: Callable[[Unit], str],
    more: Mapping[str, Mapping[str, Any]],
) -> dict[str, bytes]:
    """The files of all units, by path.

    addresses: of each unit by its name, as far as it uses them. text: of a unit's module, with {what}, {function},
    {stage}, {module}, {noun}, {maker} and {call}. more: facts of units by their name, beside those of any cloud.
    """
    files: dict[str, bytes] = {}
    for unit in units:
        noun, known = noun_of(unit), {**facts.of(unit), **more.get(unit.name, {})}
        module = text(unit).format(
            what=facts.what(unit),
            function=unit.function,
            stage=stage,
            module=unit.module,
            noun=noun,
            maker=_MAKERS[noun],
            call=call_of(unit),
        )
        files[f"{ENTRIES}/{unit.module}.py"] = module.encode()
        files[f"{ENTRIES}/{unit.module}.json"] = pretty({"addresses": addresses.get(unit.name, {}), "facts": known})
    return files
