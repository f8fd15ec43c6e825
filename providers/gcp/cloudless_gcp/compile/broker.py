"""The broker's facts: who may ask it for what, as cloudless_gcp/runtime/broker.py is told.

Roles of Workflows reach to the whole project, so the broker alone has them, and looks who asks.
https://cloud.google.com/iam/docs/conditions-resource-attributes
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cloudless_gcp import names
from cloudless_gcp.compile.account import name_of

if TYPE_CHECKING:
    from cloudless_gcp.compile.ground import Ground

_PARTS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("event", "send"): ("senders",),
    ("orchestration", "start"): ("starters",),
    ("orchestration", "control"): ("controllers",),
    ("orchestration", "native"): ("starters", "controllers"),
}
"""In which parts of the facts a grant stands, by its noun and verb."""


def allowed(ground: Ground) -> dict[str, dict[str, Any]]:
    """Who may ask for what, by the e-mails of their accounts. Callers outside may all that the program may.

    {"senders": {event: e-mails}, "starters", "controllers": {orchestration: e-mails}, "workflows": {orchestration: its
    own account's}}
    """
    workflows = {one.name: names.account_of(ground.place, one.name) for one in ground.programs.all}
    found: dict[str, dict[str, Any]] = {
        part: {name: sorted(who) for name, who in sorted(some.items())} for part, some in _granted(ground).items()
    }
    return {**found, "workflows": workflows}


def _granted(ground: Ground) -> dict[str, dict[str, set[str]]]:
    callers = names.account_of(ground.place, names.CALLERS)
    every = {one.name for one in ground.programs.all}
    nouns = {"senders": set(ground.programs.waiters), "starters": every, "controllers": every}
    found = {part: {name: {callers} for name in known} for part, known in nouns.items()}
    for unit in ground.units:
        email = names.account_of(ground.place, name_of(unit.name))
        for grant in unit.grants:
            for part in _PARTS.get((grant.noun, grant.verb), ()):
                found[part].setdefault(grant.name, set()).add(email)
    return found
