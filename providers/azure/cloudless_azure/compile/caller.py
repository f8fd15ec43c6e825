"""Who is not an app: those who deploy, and callers outside, who use the stage with `cloudless.connect`.

Both are variables that take object ids of people, groups and service principals. `deployers` is whoever runs Terraform
unless it is said, and then roles move from one to the next where several do: a plan by the next one is refused before
it can give them. `callers` is those who deploy unless it is said. They may do everything that the application's own
code may; an endpoint has its own rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cloudless.compiler.wait import wait
from cloudless_azure.compile import need
from cloudless_azure.compile.ground import ROLES_TAKE_S
from cloudless_azure.compile.scope import NAMESPACE, STAGE, VAULT, scope_of

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_azure.compile.ground import Ground

BUS_OWNER = "Azure Service Bus Data Owner"
_DEPLOYERS, _CALLERS = "local.deployers", "local.callers"


def deployer(ground: Ground, role: str, scope: str, what: str) -> str:
    """Give those who deploy a role that the deployment itself needs; what needs it depends on what this returns.

    what: in a word, for labels: "secrets". Whoever comes to it later is waited for as well.
    """
    why = f"who deploys writes {what}"
    made = _assign(ground, f"deployer_{what}", _DEPLOYERS, role=role, scope=scope, why=why)
    triggers = {"deployers": f'${{join(" ", {_DEPLOYERS})}}', "scope": scope}
    return str(wait(ground.document, f"deployer_{what}", triggers, made_s=ROLES_TAKE_S, after=[made]))


def callers(ground: Ground) -> None:
    """Who deploys, and what callers outside may do, as far as the stage has it."""
    current = f"[{ground.client.expression('object_id')}]"
    _people(ground, "deployers", "Object ids of those who deploy and plan; none: who does it now.", current)
    _people(ground, "callers", "Object ids of those who may use the stage from outside; none: who deploys.", _DEPLOYERS)
    for label, role, scope in _roles(ground):
        why = "callers outside: cloudless.connect, cloudless invoke, cloudless dlq"
        _assign(ground, f"callers_{label}", _CALLERS, role=role, scope=scope, why=why)


def _people(ground: Ground, name: str, description: str, default: str) -> None:
    """A variable of object ids, and the local value of what counts. default: an expression, where none are said."""
    ground.document.variable(name, "list(string)", default=[], nullable=False, description=description)
    ground.document.local(name, f"${{length(var.{name}) > 0 ? distinct(var.{name}) : {default}}}")


def _assign(ground: Ground, label: str, people: str, *, role: str, scope: str, why: str) -> Address:
    """A role for each of several, under their ids: one who comes or goes is nothing to the others."""
    return ground.document.resource(
        "azurerm_role_assignment",
        label,
        {
            "for_each": f"${{toset({people})}}",
            "scope": scope,
            "role_definition_name": role,
            "principal_id": "${each.value}",
        },
        comment=why,
    )


def _roles(ground: Ground) -> Iterator[tuple[str, str, Any]]:
    if ground.uses_bus:
        yield "messages", BUS_OWNER, ground.document.address(NAMESPACE, STAGE)["id"]
    if ground.has_vault:
        yield "secrets", need.SECRETS_USER, ground.document.address(VAULT, STAGE)["id"]
    if ground.has_ledger:
        yield "ledger", need.TABLE_CONTRIBUTOR, scope_of(ground, need.TABLE, "", "")
