"""Addresses inside an app: what a group's entry is told of where things are, and nothing that it does not use.

URLs are settings (setting.py). See `cloudless_azure.clients.cloud.AzureCloud` for the form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless.compiler.used import picked
from cloudless_azure.compile.group import LEDGER, Group
from cloudless_azure.compile.need import QUEUE, SECRET, TOPIC
from cloudless_azure.names import LEDGER as TABLE
from cloudless_azure.names import vault_secret_of

if TYPE_CHECKING:
    from cloudless_azure.compile.ground import Ground


def addresses(ground: Ground) -> dict[str, dict[str, Any]]:
    """The addresses of each group, by its name."""
    return {group.name: _of(ground, group) for group in ground.groups}


def _of(ground: Ground, group: Group) -> dict[str, Any]:
    entities = ground.entities
    needs = ground.needed.of(group)
    queues = sorted({one.name for one in needs if one.on == QUEUE})
    topics = sorted({one.name for one in needs if one.on == TOPIC})
    secrets = sorted({one.name for one in needs if one.on == SECRET})
    found: dict[str, Any] = {
        "queues": picked(entities, "queues", queues),
        "topics": picked(entities, "topics", topics),
        "secrets": {name: vault_secret_of(ground.secrets[name]) for name in secrets},
        "ledger": TABLE if LEDGER in group.needs else "",
        "config": dict(ground.stage.config),
    }
    return {part: value for part, value in found.items() if value}
