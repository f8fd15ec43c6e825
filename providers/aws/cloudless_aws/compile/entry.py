"""Entries: what Lambda calls in the package, and what our runtime is told there. Units → files, two for each.

    cloudless_entry/on_take.py      handler(event, context): what Lambda calls as cloudless_entry.on_take.handler
    cloudless_entry/on_take.json    {"addresses": …, "facts": …}: only what that function uses

The texts stand in template.py; what facts mean, in cloudless_aws/runtime, a module a kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from cloudless.compiler.entries import ENTRIES
from cloudless.compiler.entries import entries as each_unit
from cloudless.compiler.facts import Facts
from cloudless_aws.compile import template

if TYPE_CHECKING:
    from cloudless.compiler import Definitions
    from cloudless.compiler.unit import Unit
    from cloudless.ir import Application
    from cloudless_aws.names import Stage


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
    head = template.PACKAGE.format(app=application.name, stage=stage.name)
    facts = Facts(application, definitions)
    made = each_unit(units, facts, addresses, stage=stage.name, text=lambda unit: template.MODULE, more={})
    return {f"{ENTRIES}/__init__.py": head.encode(), **made}


def handler_of(unit: Unit) -> str:
    """What Lambda is told to call for a unit."""
    return f"{ENTRIES}.{unit.module}.handler"
