"""Identities: a user-assigned one for each function app, which outlives it and is granted before the app is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_azure.compile.permission import assign

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_azure.compile.ground import Ground
    from cloudless_azure.compile.group import Group


def identity(ground: Ground, group: Group) -> tuple[Address, list[Address]]:
    """The identity of a group, and its role assignments."""
    made = ground.document.resource(
        "azurerm_user_assigned_identity", group.name, ground.place(f"{ground.head}-{group.name}")
    )
    return made, assign(ground, group, made["principal_id"], ground.needed.of(group))
