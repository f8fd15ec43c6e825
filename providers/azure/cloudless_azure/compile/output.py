"""Outputs: where what was deployed is. No secret is among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_azure.compile.function_app import TYPE
from cloudless_azure.compile.group import HTTP, STEPS
from cloudless_azure.compile.scope import ACCOUNT, NAMESPACE, STAGE, VAULT

if TYPE_CHECKING:
    from cloudless_azure.compile.ground import Ground


def outputs(ground: Ground) -> None:
    """As far as the stage has it."""
    document, kinds = ground.document, {group.kind for group in ground.groups}
    document.output("resource_group", ground.resource_group["name"], description="Where everything is.")
    if HTTP in kinds:
        host = document.address(TYPE, HTTP)["default_hostname"]
        document.output("http_url", f"https://{host}", description="What the paths of endpoints follow.")
    if STEPS in kinds:
        host = document.address(TYPE, STEPS)["default_hostname"]
        document.output("steps_url", f"https://{host}", description="Where functions and executions are called.")
    if ground.uses_bus:
        name = document.address(NAMESPACE, STAGE)["name"]
        document.output("service_bus", f"{name}.servicebus.windows.net", description="Queues and topics.")
    if ground.has_vault:
        document.output("vault", document.address(VAULT, STAGE)["vault_uri"], description="Secrets, and keys of calls.")
    if ground.has_ledger:
        table = document.address(ACCOUNT, "ledger")["primary_table_endpoint"]
        document.output("ledger", table, description="Leases, and ids of executions.")
