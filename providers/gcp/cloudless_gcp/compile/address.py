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
from cloudless_gcp.compile.account import name_of

if TYPE_CHECKING:
    from cloudless_gcp.compile.ground import Ground


def addresses(ground: Ground) -> dict[str, dict[str, Any]]:
    """The addresses of each unit, by its name."""
    every = names.addresses_of(ground.application, ground.stage)
    used = Used(ground.application, ground.plans, ground.programs)
    return {unit.name: _of(ground, every, used, unit) for unit in ground.units}


def _of(ground: Ground, every: Mapping[str, Any], used: Used, unit: Unit) -> dict[str, Any]:
    queues = sorted(used.queues(unit))
    runs = sorted(used.named(unit, "orchestration"))
    events = sorted(used.named(unit, "event"))
    found: dict[str, Any] = {
        "project": ground.project,
        "region": ground.region,
        "queues": picked(every, "queues", queues),
        "subscriptions": picked(every, "subscriptions", queues),
        "topics": picked(every, "topics", used.named(unit, "topic")),
        "functions": picked(every, "functions", used.named(unit, "function")),
        "orchestrations": _all(ground) if unit.kind == BROKER else picked(every, "orchestrations", runs),
        "executions": "broker" if runs else "",
        "events": picked(every, "events", events),
        "broker": every.get("broker", "") if runs or events else "",
        "secrets": picked(every, "secrets", used.named(unit, "secret")),
        "ledger": every["ledger"] if used.ledger(unit) and unit.kind != BROKER else "",
        "records": names.executions_of(ground.place) if unit.kind == BROKER else "",
        "delays": picked(every, "delays", queues),
        "config": every.get("config", {}),
    }
    return {part: value for part, value in found.items() if value}


def _all(ground: Ground) -> dict[str, str]:
    """Every workflow, those that may still run included."""
    return {one.name: names.workflow_of(ground.place, one.name) for one in ground.programs.all}


def allowed(ground: Ground) -> dict[str, dict[str, Any]]:
    """Who may ask the broker for what, by the e-mails of their accounts: what cloudless_gcp/runtime/broker.py asks.

    senders: of events. starters, controllers: of orchestrations. workflows: each orchestration's own account.
    """
    granted: dict[str, dict[str, set[str]]] = {"senders": {}, "starters": {}, "controllers": {}}
    callers = {names.account_of(ground.place, names.CALLERS)}
    granted["senders"] = {one: set(callers) for one in ground.programs.waiters}
    for part in ("starters", "controllers"):
        granted[part] = {one.name: set(callers) for one in ground.programs.all}
    for unit in ground.units:
        email = names.account_of(ground.place, name_of(unit.name))
        for grant in unit.grants:
            for part in _PARTS.get((grant.noun, grant.verb), ()):
                granted[part].setdefault(grant.name, set()).add(email)
    found = {part: {name: sorted(emails) for name, emails in sorted(every.items())} for part, every in granted.items()}
    workflows = {one.name: names.account_of(ground.place, one.name) for one in ground.programs.all}
    return {**found, "workflows": workflows}


_PARTS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("event", "send"): ("senders",),
    ("orchestration", "start"): ("starters",),
    ("orchestration", "control"): ("controllers",),
    ("orchestration", "native"): ("starters", "controllers"),
}
