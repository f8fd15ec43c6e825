"""Permissions: what groups need as role assignments, and what sharing an identity gives to handlers beyond their own.

Each assignment says why it is there, with the lines of the program that asked for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from cloudless.ir import Application, Grant
from cloudless.passes.plans import plans
from cloudless_azure.compile import need as of
from cloudless_azure.compile.group import Group, groups
from cloudless_azure.compile.need import Need, Needs
from cloudless_azure.compile.scope import scope_of

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_azure.compile.ground import Ground

_WORDS: Mapping[str, str] = {
    of.RECEIVER: "receives", of.SENDER: "sends", of.SECRETS_USER: "reads", of.TABLE_CONTRIBUTOR: "rows",
    of.QUEUE_CONTRIBUTOR: "messages", of.BLOB_CONTRIBUTOR: "blobs", of.BLOB_OWNER: "owns",
    of.METRICS_PUBLISHER: "reports",
}  # fmt: skip
"""Of a role, in the label of its assignment: on-take_sends_orders."""


def assign(ground: Ground, group: Group, principal: str, needs: Iterable[Need]) -> list[Address]:
    """The role assignments of a group. principal: reference to the object id of its identity."""
    return [
        ground.document.resource(
            "azurerm_role_assignment",
            label_of(group.name, need),
            {
                "scope": scope_of(ground, need.on, need.name, group.name),
                "role_definition_name": need.role,
                "principal_id": principal,
                "principal_type": "ServicePrincipal",
            },
            comment="; ".join(need.why),
        )
        for need in needs
    ]


def label_of(group: str, need: Need) -> str:
    """Label of an assignment: group, what it may, on what. No group has an underscore, so two never share one."""
    name = need.name or need.on
    return f"{group}_{_WORDS[need.role]}_{name}"


def widened(application: Application) -> dict[str, tuple[Grant, ...]]:
    """What each handler and orchestration may do beyond its own grants, because its group has one identity.

    With what our runtime needs of queues, tables and keys: whoever runs as that identity may use it.
    """
    found: dict[str, tuple[Grant, ...]] = {}
    own = {one.name: one.grants for one in application.handlers}
    own |= {one.name: one.grants for one in application.orchestrations}
    needs = Needs(application, plans(application))
    for group in groups(application):
        ours = [_granted(one) for one in needs.ours(group)]
        for name in (*group.handlers, *group.orchestrations):
            asked = {(one.noun, one.name, one.verb) for one in own.get(name, ())}
            more = {(one.noun, one.name, one.verb): one for one in (*group.grants, *ours)}
            found[name] = tuple(one for key, one in more.items() if key not in asked)
    return found


def _granted(need: Need) -> Grant:
    """What our runtime needs, as a grant: "receive queue orders", "read key cloudless--start-fulfil"."""
    verb = _WORDS[need.role].removesuffix("s") if need.on in {of.QUEUE, of.KEY} else _WORDS[need.role]
    return Grant(noun=need.on, name=need.name, verb=verb, spans=())
