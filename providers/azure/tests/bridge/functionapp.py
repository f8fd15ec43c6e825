"""Function apps as Terraform makes them: plans, apps, and the packages that are deployed to them.

May import: the standard library.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from providers.azure.tests.bridge import roles
from tests.bridge.kind import Kind, block, known, must, words

if TYPE_CHECKING:
    from providers.azure.tests.bridge.azure import Azure
    from providers.azure.tests.bridge.directory import Principal

_NAME = re.compile(r"(?=.{2,60}$)[A-Za-z0-9]+(-+[A-Za-z0-9]+)*")
"""https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules#microsoftweb"""
MEMORY_MB = (512, 2_048, 4_096)
HOST_ID_MAX = 32
"""https://learn.microsoft.com/en-us/azure/azure-functions/storage-considerations#host-id-considerations"""
_JOBS = "AzureWebJobsStorage"
_HUB = "CLOUDLESS_HUB"


@dataclass(slots=True)
class App:
    """name, id: of the resource. settings: as written. identities: attached ones. package: the zip, once deployed.

    storage: account and container in which the platform keeps the package, and as whom.
    """

    name: str
    id: str
    settings: dict[str, str]
    identities: list[Principal]
    storage: tuple[str, str, Principal]
    always_ready: list[str]
    insights: str
    package: Path | None = None
    problems: list[str] = field(default_factory=list[str])

    @property
    def host(self) -> str:
        return f"{self.name}.azurewebsites.net"

    def identity(self, client: str) -> Principal | None:
        """The attached identity of a client id."""
        return next((one for one in self.identities if one.client == client), None)


def _plan(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    must(arguments["sku_name"] == "FC1" and arguments["os_type"] == "Linux", address, "no plan of Flex Consumption")
    return {"id": f"{azure.group(arguments)}/providers/Microsoft.Web/serverFarms/{arguments['name']}"}


def _app(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """https://learn.microsoft.com/en-us/azure/azure-functions/flex-consumption-plan."""
    name, plan = arguments["name"], arguments["service_plan_id"]
    must(_NAME.fullmatch(name), address, f"no name of a function app: {name!r}")
    must(plan not in azure.plans, address, f"a plan of Flex Consumption has one app: {plan}")
    must(arguments["runtime_name"] == "python", address, f"runtime {arguments['runtime_name']!r}")
    must(arguments["instance_memory_in_mb"] in MEMORY_MB, address, f"instances of none of {MEMORY_MB} MB")
    must(1 <= arguments["maximum_instance_count"] <= 1_000, address, "1 to 1,000 instances")
    known(address, block(address, arguments, "site_config"), _SITE)
    azure.plans.add(plan)
    app = App(
        name=name,
        id=f"{azure.group(arguments)}/providers/Microsoft.Web/sites/{name}",
        settings=_settings(address, arguments["app_settings"]),
        identities=_identities(azure, address, arguments),
        storage=_storage(azure, address, arguments),
        always_ready=[one["name"] for one in arguments.get("always_ready", [])],
        insights=block(address, arguments, "site_config").get("application_insights_connection_string", ""),
    )
    azure.add_app(app)
    return {"id": app.id, "default_hostname": app.host, "custom_domain_verification_id": "none"}


def _settings(address: str, settings: Mapping[str, Any]) -> dict[str, str]:
    """As Azure will have them: the provider adds a connection string without a key unless there is one of that name.

    https://github.com/hashicorp/terraform-provider-azurerm/issues/29693
    """
    for name, value in settings.items():
        must(isinstance(value, str), address, f"setting {name} is {value!r}, and no text")
    if not any(name.lower() == _JOBS.lower() for name in settings):
        return {**settings, _JOBS: "DefaultEndpointsProtocol=https;AccountName=code;AccountKey="}
    return dict(settings)


def _identities(azure: Azure, address: str, arguments: Mapping[str, Any]) -> list[Principal]:
    identity = block(address, arguments, "identity")
    known(address, identity, words("type identity_ids"))
    must(identity["type"] == "UserAssigned", address, f"identity of type {identity['type']!r}")
    return [azure.identity_of(address, id) for id in identity["identity_ids"]]


def _storage(azure: Azure, address: str, arguments: Mapping[str, Any]) -> tuple[str, str, Principal]:
    must(arguments["storage_container_type"] == "blobContainer", address, "packages lie in blobs")
    must(
        arguments["storage_authentication_type"] == "UserAssignedIdentity",
        address,
        "packages are read with an identity",
    )
    endpoint = arguments["storage_container_endpoint"]
    for account in azure.accounts.values():
        if endpoint.startswith(account.endpoint("blob")):
            container = endpoint.removeprefix(account.endpoint("blob"))
            must(container in account.containers, address, f"no container {container!r}")
            reader = azure.identity_of(address, arguments["storage_user_assigned_identity_id"])
            return account.id, container, reader
    must(False, address, f"no account has {endpoint}")
    raise AssertionError


def _deploy(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """https://learn.microsoft.com/en-us/azure/azure-functions/functions-infrastructure-as-code#deployment-package."""
    must(arguments["type"].startswith("Microsoft.Web/sites@"), address, f"an action of {arguments['type']}")
    must(arguments["action"] == "extensions/onedeploy", address, f"action {arguments['action']!r}")
    must(arguments["method"] == "PUT", address, f"method {arguments['method']!r}")
    body: Mapping[str, Any] = {**arguments.get("body", {}), **arguments.get("sensitive_body", {})}
    known(address, body, words("properties"))
    properties: Mapping[str, Any] = body["properties"]
    known(address, properties, words("packageUri remoteBuild type"))
    must(not properties.get("remoteBuild"), address, "it is built there")
    url, _, signature = properties["packageUri"].partition("?")
    packages = {blob: path for account in azure.accounts.values() for blob, path in account.blobs.items()}
    must(url in packages and "sp=r" in signature, address, f"nobody can read {url}")
    must(url.endswith("/released-package.zip"), address, f"a package is called released-package.zip: {url}")
    azure.app_of(arguments["resource_id"]).package = packages[url]
    return {"id": address, "output": {}}


def problems(azure: Azure, app: App) -> Iterator[str]:
    """What keeps the platform from running an app: rights and settings that it lacks."""
    yield from app.problems
    if app.package is None:
        yield "no package is deployed to it"
    account, container, reader = app.storage
    resource = f"{account}/blobServices/default/containers/{container}"
    # https://learn.microsoft.com/en-us/azure/azure-functions/flex-consumption-how-to#configure-deployment-settings
    if not azure.assignments.allows(reader.id, roles.WRITE_BLOBS, resource):
        yield f"identity {reader.name} may not write blobs of {resource}"
    yield from _connected(azure, app, _JOBS, _JOB_ACTIONS)
    if f"{_HUB}__accountName" in app.settings:
        yield from _connected(azure, app, _HUB, _HUB_ACTIONS)
    if len(app.settings.get("AzureFunctionsWebHost__hostid", "")) not in range(1, HOST_ID_MAX + 1):
        yield "AzureFunctionsWebHost__hostid is no text of 1 to 32 characters"
    yield from _telemetry(azure, app)


_JOB_ACTIONS = (roles.OWN_BLOBS,)
"""Storage Blob Data Owner.

https://learn.microsoft.com/en-us/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity
"""
_HUB_ACTIONS = (roles.WRITE_BLOBS, roles.PROCESS_MESSAGES, roles.ADD_ROWS)
"""Contributor of blobs, queues and tables.

https://learn.microsoft.com/en-us/azure/azure-functions/durable/durable-functions-configure-managed-identity
"""


def _connected(azure: Azure, app: App, name: str, actions: tuple[str, ...]) -> Iterator[str]:
    """A connection of the platform to an account, with an identity.

    https://learn.microsoft.com/en-us/azure/azure-functions/functions-reference#common-properties-for-identity-based-connections
    """
    plain = next((value for key, value in app.settings.items() if key.lower() == name.lower()), "")
    if plain:
        yield f"{name} is a connection string, which goes before the identity: {plain!r}"
    account = next(
        (one for one in azure.accounts.values() if one.name == app.settings.get(f"{name}__accountName")), None
    )
    identity = app.identity(app.settings.get(f"{name}__clientId", ""))
    if account is None or identity is None or app.settings.get(f"{name}__credential") != "managedidentity":
        yield f"{name}__accountName, __credential and __clientId name no account and attached identity"
        return
    for action in actions:
        if not azure.assignments.allows(identity.id, action, account.id):
            yield f"identity {identity.name} lacks {action} on {account.id}, for {name}"


def _telemetry(azure: Azure, app: App) -> Iterator[str]:
    """https://learn.microsoft.com/en-us/azure/azure-monitor/app/azure-ad-authentication."""
    if not app.insights:
        return
    told = app.settings.get("APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "")
    parts = dict(pair.split("=", 1) for pair in told.split(";") if pair)
    identity = app.identity(parts.get("ClientId", ""))
    if parts.get("Authorization") != "AAD" or identity is None:
        yield "APPLICATIONINSIGHTS_AUTHENTICATION_STRING names no attached identity, and keys are off"
    elif not azure.assignments.allows(identity.id, roles.WRITE_TELEMETRY, azure.insights[app.insights]):
        yield f"identity {identity.name} may not write telemetry"


_SITE = words("application_insights_connection_string http2_enabled minimum_tls_version scm_minimum_tls_version")

KINDS: Mapping[str, Kind[Azure]] = {
    "azurerm_service_plan": Kind(_plan, words("name resource_group_name sku_name os_type"), words("location tags")),
    "azurerm_function_app_flex_consumption": Kind(
        _app,
        words(
            "name resource_group_name service_plan_id storage_container_type storage_container_endpoint identity"
            " storage_authentication_type storage_user_assigned_identity_id runtime_name runtime_version always_ready"
            " instance_memory_in_mb maximum_instance_count site_config app_settings"
        ),
        words(
            "location http_concurrency https_only webdeploy_publish_basic_authentication_enabled tags"
            " public_network_access_enabled"
        ),
    ),
    "azapi_resource_action": Kind(
        _deploy, words("type resource_id action method body sensitive_body"), words("sensitive_body_version when")
    ),
}
