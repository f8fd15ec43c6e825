"""Settings of function apps: where services are, and as whom an app calls them. No key is among them.

https://learn.microsoft.com/en-us/azure/azure-functions/functions-reference#connections
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless.compiler import literal
from cloudless_azure.compile.group import BUS, CALLS, HUB, LEDGER, STEPS, VAULT, Group
from cloudless_azure.compile.scope import ACCOUNT, NAMESPACE, STAGE
from cloudless_azure.compile.scope import VAULT as VAULTS
from cloudless_azure.names import host_id_of, host_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cloudless.compiler import Address
    from cloudless_azure.compile.ground import Ground


def settings(ground: Ground, group: Group, identity: Address) -> dict[str, str]:
    """All settings of a group's app."""
    own = {name: literal(value) for name, value in ground.hosting.settings(group).items()}
    return {**own, **dict(_host(ground, group, identity)), **dict(_services(ground, group, identity))}


def _host(ground: Ground, group: Group, identity: Address) -> Iterator[tuple[str, str]]:
    """What the Functions host itself needs.

    The provider always writes AzureWebJobsStorage, as a connection string without a key, which would win over the
    identity. Ours, whose name it compares without regard to case, takes its place, and is empty: none. Spelled as
    theirs it would be dropped from the state, and be a change in every plan.
    https://github.com/hashicorp/terraform-provider-azurerm/issues/29693
    """
    yield "azurewebjobsstorage", ""
    yield from _connection("AzureWebJobsStorage", ground.document.address(ACCOUNT, group.name), identity)
    app, stage, subscription = ground.parts
    yield "AzureFunctionsWebHost__hostid", host_id_of(app, stage, group.name, subscription)
    client = identity["client_id"]
    yield "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", f"ClientId={client};Authorization=AAD"
    yield "AZURE_CLIENT_ID", client


def _services(ground: Ground, group: Group, identity: Address) -> Iterator[tuple[str, str]]:
    document = ground.document
    if BUS in group.needs:
        name = document.address(NAMESPACE, STAGE)["name"]
        yield "CLOUDLESS_SERVICE_BUS__fullyQualifiedNamespace", f"{name}.servicebus.windows.net"
        yield from _identity("CLOUDLESS_SERVICE_BUS", identity)
    if LEDGER in group.needs:
        yield "CLOUDLESS_STORAGE__tableServiceUri", document.address(ACCOUNT, "ledger")["primary_table_endpoint"]
    if VAULT in group.needs and ground.has_vault:
        yield "CLOUDLESS_VAULT", document.address(VAULTS, STAGE)["vault_uri"]
    if CALLS in group.needs:
        yield "CLOUDLESS_STEPS", _steps(ground, group)
    if HUB in group.needs:
        yield from _connection("CLOUDLESS_HUB", document.address(ACCOUNT, "hub"), identity)


def _steps(ground: Ground, group: Group) -> str:
    """The app that is called. A resource cannot refer to itself: there its name says where it is."""
    if group.kind == STEPS:
        app, stage, subscription = ground.parts
        return f"https://{host_of(app, stage, STEPS, subscription)}"
    return f"https://{ground.document.address('azurerm_function_app_flex_consumption', STEPS)['default_hostname']}"


def _connection(name: str, account: Address, identity: Address) -> Iterator[tuple[str, str]]:
    """https://learn.microsoft.com/en-us/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity."""
    yield f"{name}__accountName", account["name"]
    yield from _identity(name, identity)


def _identity(name: str, identity: Address) -> Iterator[tuple[str, str]]:
    yield f"{name}__credential", "managedidentity"
    yield f"{name}__clientId", identity["client_id"]
