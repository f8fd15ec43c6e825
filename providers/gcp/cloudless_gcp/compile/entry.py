"""Entries: what functions-framework calls in the package, and what our runtime is told there. Units → files.

    cloudless_main.py               what functions-framework runs: GOOGLE_FUNCTION_SOURCE says so to Google's build
    requirements.txt                framework.py, which Google's build installs; all else is in the package
    cloudless_entry/on_take.py      handler(request): the function whose entry point is on_take
    cloudless_entry/on_take.json    {"addresses": …, "facts": …}: only what that function uses

The texts stand in template.py; what facts mean, in cloudless_gcp/runtime, a module a kind.
https://cloud.google.com/docs/buildpacks/python#entrypoint
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cloudless.compiler.facts import Facts, call_of, noun_of
from cloudless.compiler.pretty import pretty
from cloudless.compiler.ticks import DAYS, HOURS, MINUTES, MONTHS, WEEKDAYS, ticks_of
from cloudless.compiler.unit import HTTP
from cloudless_gcp.compile import template
from cloudless_gcp.compile.framework import REQUIREMENTS

if TYPE_CHECKING:
    from cloudless.compiler import Definitions
    from cloudless.compiler.ticks import Ticks
    from cloudless.compiler.unit import Unit
    from cloudless.ir import Application
    from cloudless_gcp.names import Stage

SOURCE = "cloudless_main.py"
"""The file whose functions Google runs, for GOOGLE_FUNCTION_SOURCE of the build."""
SITE = "packages"
"""The folder of the package for wheels."""
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
"""What makes a handler, by module of the runtime."""


def entries(
    units: Iterable[Unit],
    application: Application,
    stage: Stage,
    definitions: Definitions,
    addresses: Mapping[str, Mapping[str, Any]],
    *,
    more: Mapping[str, Mapping[str, Any]],
) -> dict[str, bytes]:
    """All generated files of a package, by path.

    addresses: of each unit by its name, as in `GoogleCloud`, as far as it uses them. more: facts of units by their
    name, beside those that functions have on any cloud: the subscriptions of a subscriber (runtime/queue.py), and who
    may ask the broker what (runtime/broker.py).
    """
    words = {"app": application.name, "stage": stage.name}
    files = {
        SOURCE: template.MAIN.format(site=SITE, **words).encode(),
        "requirements.txt": REQUIREMENTS.encode(),
        f"{ENTRIES}/__init__.py": template.PACKAGE.format(**words).encode(),
    }
    facts = Facts(application, definitions)
    ticks = {one.name: {"ticks": _values(ticks_of(one))} for one in application.schedules}
    for unit in units:
        known = {**facts.of(unit), **ticks.get(unit.schedule, {}), **more.get(unit.name, {})}
        files[f"{ENTRIES}/{unit.module}.py"] = _module(unit, stage, facts.what(unit)).encode()
        files[f"{ENTRIES}/{unit.module}.json"] = pretty({"addresses": addresses.get(unit.name, {}), "facts": known})
    return files


def smoke(units: Iterable[Unit], application: Application) -> str:
    """A program that imports the application, every module with a handler, and every entry as the framework does."""
    modules = [application.entry.partition(":")[0], *application.include]
    modules += sorted({handler.module for handler in application.handlers})
    head = template.SMOKE.format(main=SOURCE.removesuffix(".py"), source=SOURCE)
    imports = "".join(f"import {module}\n" for module in dict.fromkeys(modules))
    handlers = "".join(f'handler("{unit.module}")\n' for unit in units)
    return f"{head}{imports}{handlers}"


def _module(unit: Unit, stage: Stage, what: str) -> str:
    """The text of a unit's module."""
    noun = noun_of(unit)
    return (template.ENDPOINT if unit.kind == HTTP else template.MODULE).format(
        what=what,
        function=unit.function,
        stage=stage.name,
        module=unit.module,
        noun=noun,
        maker=_MAKERS[noun],
        call=call_of(unit),
    )


def _values(ticks: Ticks) -> dict[str, list[int]]:
    """The fields that are restricted."""
    fields = {
        "minutes": (ticks.minutes, MINUTES),
        "hours": (ticks.hours, HOURS),
        "days": (ticks.days, DAYS),
        "months": (ticks.months, MONTHS),
        "weekdays": (ticks.weekdays, WEEKDAYS),
    }
    return {name: list(values) for name, (values, every) in fields.items() if len(values) < len(every)}
