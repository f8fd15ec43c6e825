"""Who is not an app: the principal that deploys, and callers outside, who use the stage with `cloudless.connect`.

The variable `callers` takes object ids of people, groups and service principals; by default it is who deploys. They may
do everything that the application's own code may; an endpoint has its own rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cloudless_azure.compile import need
from cloudless_azure.compile.ground import ROLES_TAKE
from cloudless_azure.compile.scope import NAMESPACE, STAGE, VAULT, scope_of

if TYPE_CHECKING:
    from cloudless_azure.compile.ground import Ground

BUS_OWNER = "Azure Service Bus Data Owner"
_DEFAULT = "length(var.callers) > 0 ? distinct(var.callers) : [{}]"


def deployer(ground: Ground, role: str, scope: str, what: str) -> str:
    """Give who deploys a role that the deployment itself needs; what needs it depends on what this returns.

    what: in a word, for labels: "secrets".
    """
    made = ground.document.resource(
        "azurerm_role_assignment",
        f"deployer_{what}",
        {"scope": scope, "role_definition_name": role, "principal_id": ground.client["object_id"]},
        comment=f"who deploys writes {what}",
    )
    waited = ground.document.resource(
        "time_sleep", f"deployer_{what}", {"create_duration": ROLES_TAKE, "depends_on": [str(made)]}
    )
    return str(waited)


def callers(ground: Ground) -> None:
    """What callers outside may do, as far as the stage has it."""
    document = ground.document
    description = "Object ids of those who may use the stage from outside; none: who deploys."
    document.variable("callers", "list(string)", default=[], nullable=False, description=description)
    found = document.local("callers", f"${{{_DEFAULT.format(ground.client.expression('object_id'))}}}")
    for label, role, scope in _roles(ground):
        document.resource(
            "azurerm_role_assignment",
            f"callers_{label}",
            {
                "count": f"${{length({_expression(found)})}}",
                "scope": scope,
                "role_definition_name": role,
                "principal_id": f"${{{_expression(found)}[count.index]}}",
            },
            comment="callers outside: cloudless.connect, cloudless invoke, cloudless dlq",
        )


def _roles(ground: Ground) -> Iterator[tuple[str, str, Any]]:
    if ground.uses_bus:
        yield "messages", BUS_OWNER, ground.document.address(NAMESPACE, STAGE)["id"]
    if ground.has_vault:
        yield "secrets", need.SECRETS_USER, ground.document.address(VAULT, STAGE)["id"]
    if ground.has_ledger:
        yield "ledger", need.TABLE_CONTRIBUTOR, scope_of(ground, need.TABLE, "", "")


def _expression(reference: str) -> str:
    return reference.removeprefix("${").removesuffix("}")
