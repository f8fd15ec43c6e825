"""Addresses inside a function: what a unit's entry is told of where things are, and nothing that it does not use.

Whoever starts or controls executions asks the broker, which may: roles of Workflows reach to the project.
See `cloudless_gcp.clients.cloud.GoogleCloud` for the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cloudless.compiler.unit import BROKER, Unit
from cloudless.compiler.used import Used, picked
from cloudless_gcp import names

if TYPE_CHECKING:
    from cloudless_gcp.compile.ground import Ground

_PARTS = (
    "project", "region", "queues", "subscriptions", "topics", "functions", "orchestrations", "executions", "events",
    "broker", "secrets", "ledger", "records", "delays", "config",
)  # fmt: skip
"""In the order in which entries list them."""


def addresses(ground: Ground) -> dict[str, dict[str, Any]]:
    """The addresses of each unit, by its name."""
    every = names.addresses_of(ground.application, ground.stage)
    used = Used(ground.application, ground.plans, ground.programs)
    return {unit.name: _of(ground, every, used, unit) for unit in ground.units}


def _of(ground: Ground, every: Mapping[str, Any], used: Used, unit: Unit) -> dict[str, Any]:
    found = {
        "project": ground.project,
        "region": ground.region,
        "subscriptions": picked(every, "subscriptions", used.queues(unit)),
        **used.addresses(every, unit),
        **(_of_broker(ground) if unit.kind == BROKER else _of_others(every, used, unit)),
    }
    return {part: found[part] for part in _PARTS if found.get(part)}


def _of_broker(ground: Ground) -> dict[str, Any]:
    """Every workflow, those that may still run included, and a database of its own in place of the ledger."""
    workflows = {one.name: names.workflow_of(ground.place, one.name) for one in ground.programs.all}
    return {"orchestrations": workflows, "records": names.executions_of(ground.place), "ledger": ""}


def _of_others(every: Mapping[str, Any], used: Used, unit: Unit) -> dict[str, Any]:
    """Who starts or controls executions is told where the broker is, and to have it do so."""
    runs = used.named(unit, "orchestration")
    return {"executions": "broker", "broker": every.get("broker", "")} if runs else {}
