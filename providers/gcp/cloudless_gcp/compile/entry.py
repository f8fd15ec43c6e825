"""Entries: what functions-framework calls in the package, and what our runtime is told there. Units → files.

    cloudless_main.py               what functions-framework runs: GOOGLE_FUNCTION_SOURCE says so to Google's build
    requirements.txt                framework.py, which Google's build installs; all else is in the package
    cloudless_entry/on_take.py      handler(request): the function whose entry point is on_take
    cloudless_entry/on_take.json    {"addresses": …, "facts": …}: only what that function uses

The texts stand in template.py; what facts mean, in cloudless_gcp/runtime, a module a kind.
https://cloud.google.com/docs/buildpacks/python#entrypoint
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cloudless.compiler.entries import ENTRIES
from cloudless.compiler.entries import entries as each_unit
from cloudless.compiler.facts import Facts
from cloudless.compiler.package import imports_of
from cloudless.compiler.unit import HTTP
from cloudless_gcp.compile import template
from cloudless_gcp.compile.address import addresses
from cloudless_gcp.compile.framework import REQUIREMENTS

if TYPE_CHECKING:
    from cloudless.compiler.unit import Unit
    from cloudless_gcp.compile.ground import Ground

SOURCE = "cloudless_main.py"
"""The file whose functions Google runs, for GOOGLE_FUNCTION_SOURCE of the build."""
SITE = "packages"
"""The folder of the package for wheels."""


def entries(ground: Ground, *, more: Mapping[str, Mapping[str, Any]]) -> dict[str, bytes]:
    """All generated files of a package, by path.

    more: facts of units by their name, beside those that functions have on any cloud: the subscriptions of a subscriber
    (runtime/queue.py), and who may ask the broker what (runtime/broker.py).
    """
    stage = ground.stage.name
    words = {"app": ground.application.name, "stage": stage}
    files = {
        SOURCE: template.MAIN.format(site=SITE, **words).encode(),
        "requirements.txt": REQUIREMENTS.encode(),
        f"{ENTRIES}/__init__.py": template.PACKAGE.format(**words).encode(),
    }
    facts = Facts(ground.application, ground.definitions)
    return files | each_unit(ground.units, facts, addresses(ground), stage=stage, text=_text, more=more)


def smoke(ground: Ground) -> str:
    """A program that imports the application, every module with a handler, and every entry as the framework does."""
    head = template.SMOKE.format(main=SOURCE.removesuffix(".py"), source=SOURCE)
    handlers = "".join(f'handler("{unit.module}")\n' for unit in ground.units)
    return f"{head}{imports_of(ground.application)}{handlers}"


def _text(unit: Unit) -> str:
    """The text of a unit's module."""
    return template.ENDPOINT if unit.kind == HTTP else template.MODULE
