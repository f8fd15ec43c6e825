"""The files of an application as a build generates them, but for what the bundle adds."""

from __future__ import annotations

import json
from importlib import import_module

from cloudless.compiler.definitions import definitions_of
from cloudless.config.stage import Stage
from cloudless.frontend import compile as to_ir
from cloudless.ir import Application
from cloudless_azure.compile.entry import entries
from cloudless_azure.compile.group import Group, groups
from cloudless_azure.compile.host import Hosting
from cloudless_azure.names import LEDGER, entities_of

STAGE = Stage.model_validate(
    {
        "name": "prod",
        "provider": "azure",
        "region": "westeurope",
        "subscription": "00000000-0000-0000-0000-000000000000",
    }
)


def application(entry: str) -> Application:
    """The IR of an application, "module:name"."""
    module, _, name = entry.partition(":")
    return to_ir(getattr(import_module(module), name), entry=entry, deployable=True)


def files_of(app: Application, found: tuple[Group, ...] | None = None) -> dict[str, bytes]:
    """All that is generated for it, every group with all addresses."""
    found = groups(app) if found is None else found
    addresses = {group.name: {**entities_of(app), "ledger": LEDGER, "config": {}} for group in found}
    files = entries(found, app, STAGE, definitions_of(app, {}), addresses)
    return {**files, "host.json": Hosting(app).json(found, STAGE)}


def settings(app: Application) -> dict[str, dict[str, str]]:
    """The settings of each group's app."""
    return {group.name: Hosting(app).settings(group) for group in groups(app)}


def settings_json(app: Application) -> bytes:
    """The settings as people read them."""
    return (json.dumps(settings(app), indent=2) + "\n").encode()
