"""Resource groups, identities, role assignments and what else has no noun of its own, as Terraform makes them.

May import: the standard library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.bridge.kind import Kind, must, words

if TYPE_CHECKING:
    from providers.azure.tests.bridge.azure import Azure

_GROUP = re.compile(r"[\w().-]{0,89}[\w()-]")
_IDENTITY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,127}")
"""https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules#microsoftmanagedidentity"""


def _client(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Whoever deploys."""
    deployer = azure.deployer
    ids = {"client_id": deployer.client, "object_id": deployer.id, "tenant_id": azure.directory.tenant}
    return {**ids, "subscription_id": azure.subscription}


def _group(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name = arguments["name"]
    must(_GROUP.fullmatch(name), address, f"no name of a resource group: {name!r}")
    azure.groups[name] = f"/subscriptions/{azure.subscription}/resourceGroups/{name}"
    return {"id": azure.groups[name]}


def _existing_group(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {**_group(azure, address, arguments), "location": "westeurope"}


def _identity(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name = arguments["name"]
    must(_IDENTITY.fullmatch(name), address, f"no name of an identity: {name!r}")
    id = f"{azure.group(arguments)}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
    principal = azure.identities[id] = azure.directory.principal(name)
    tenant = azure.directory.tenant
    return {"id": id, "principal_id": principal.id, "client_id": principal.client, "tenant_id": tenant}


def _assignment(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    scope, role = arguments["scope"], arguments["role_definition_name"]
    must(scope.startswith(f"/subscriptions/{azure.subscription}/"), address, f"scope {scope!r} is no resource's id")
    azure.assignments.add(arguments["principal_id"], role, scope)
    return {"id": f"{scope}/providers/Microsoft.Authorization/roleAssignments/{address}"}


def _insights(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name = arguments["name"]
    must(arguments.get("local_authentication_enabled") is False, address, "keys are on: nobody of ours needs them")
    id = f"{azure.group(arguments)}/providers/Microsoft.Insights/components/{name}"
    connection = f"InstrumentationKey=00000000-0000-0000-0000-000000000000;ApplicationId={name}"
    azure.insights[connection] = id
    return {"id": id, "connection_string": connection, "app_id": name}


def _named(kind: str) -> Kind[Azure]:
    """Something with a name that these tests do nothing with; kind: as in ids."""

    def make(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": f"{azure.group(arguments)}/providers/{kind}/{arguments['name']}"}

    return Kind(make, words("name resource_group_name"), _OBSERVED)


_OBSERVED = words(
    "location sku retention_in_days local_authentication_enabled short_name email_receiver description scopes frequency"
    " window_size criteria action severity evaluation_frequency window_duration auto_mitigation_enabled enabled tags"
)
_SCHEDULED_QUERY = "azurerm_monitor_scheduled_query_rules_alert_v2"

KINDS: Mapping[str, Kind[Azure]] = {
    "data.azurerm_client_config": Kind(_client, frozenset()),
    "data.azurerm_resource_group": Kind(_existing_group, words("name")),
    "azurerm_resource_group": Kind(_group, words("name"), words("location tags")),
    "azurerm_user_assigned_identity": Kind(_identity, words("name resource_group_name"), words("location tags")),
    "azurerm_role_assignment": Kind(
        _assignment,
        words("scope role_definition_name principal_id"),
        words("principal_type skip_service_principal_aad_check description"),
    ),
    "azurerm_application_insights": Kind(
        _insights,
        words("name resource_group_name local_authentication_enabled"),
        words("location application_type workspace_id retention_in_days sampling_percentage tags"),
    ),
    "azurerm_log_analytics_workspace": _named("Microsoft.OperationalInsights/workspaces"),
    "azurerm_monitor_action_group": _named("Microsoft.Insights/actionGroups"),
    "azurerm_monitor_metric_alert": _named("Microsoft.Insights/metricAlerts"),
    _SCHEDULED_QUERY: _named("Microsoft.Insights/scheduledQueryRules"),
}
