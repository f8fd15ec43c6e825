"""Addresses inside a function: what a unit's entry is told of where things are, and nothing that it does not use.

Region and account it knows from its environment. See `cloudless_aws.clients.cloud.AwsCloud` for the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cloudless.compiler.used import Used, picked
from cloudless_aws import names

if TYPE_CHECKING:
    from cloudless.compiler.unit import Unit
    from cloudless_aws.compile.ground import Ground


def addresses(ground: Ground) -> dict[str, dict[str, Any]]:
    """The addresses of each unit, by its name."""
    every = names.addresses_of(ground.application, ground.stage)
    used = Used(ground.application, ground.plans, ground.programs)
    return {unit.name: _of(every, used, unit) for unit in ground.units}


def _of(every: Mapping[str, Any], used: Used, unit: Unit) -> dict[str, Any]:
    queues = sorted(used.queues(unit))
    found: dict[str, Any] = {
        "queues": picked(every, "queues", queues),
        "topics": picked(every, "topics", used.named(unit, "topic")),
        "functions": picked(every, "functions", used.named(unit, "function")),
        "orchestrations": picked(every, "orchestrations", used.orchestrations(unit)),
        "events": picked(every, "events", used.named(unit, "event")),
        "broker": every.get("broker", "") if used.named(unit, "event") else "",
        "secrets": picked(every, "secrets", used.named(unit, "secret")),
        "ledger": every["ledger"] if used.ledger(unit) else "",
        "delays": picked(every, "delays", queues),
        "config": every.get("config", {}),
    }
    return {part: value for part, value in found.items() if value}
