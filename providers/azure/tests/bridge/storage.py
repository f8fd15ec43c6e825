"""Storage accounts, containers, blobs and tables as Terraform makes them.

May import: the standard library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from providers.azure.tests.bridge.roles import WRITE_BLOBS
from tests.bridge.kind import Kind, block, known, must, words

if TYPE_CHECKING:
    from providers.azure.tests.bridge.azure import Azure

_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
_CONTAINER = re.compile(r"(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*")
_TABLE = re.compile(r"[A-Za-z][A-Za-z0-9]{2,62}")
"""https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules#microsoftstorage"""
_SERVICES = ("blob", "dfs", "file", "queue", "table", "web")


@dataclass(slots=True)
class Account:
    """name, id: of the resource. has_keys: whether somebody may come with the account's key. blobs: files by URL.

    signed_s: how long signatures may count, infinite where there is no policy.
    """

    name: str
    id: str
    has_keys: bool
    signed_s: float = inf
    containers: set[str] = field(default_factory=set[str])
    blobs: dict[str, Path] = field(default_factory=dict[str, Path])

    def endpoint(self, service: str) -> str:
        return f"https://{self.name}.{service}.core.windows.net/"


def _account(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name = arguments["name"]
    must(_ACCOUNT.fullmatch(name), address, f"no name of an account: {name!r}")
    id = f"{azure.group(arguments)}/providers/Microsoft.Storage/storageAccounts/{name}"
    has_keys = arguments.get("shared_access_key_enabled", True) is not False
    account = Account(name, id, has_keys, _signed_s(address, block(address, arguments, "sas_policy")))
    azure.add_account(address, account)
    endpoints = {f"primary_{service}_endpoint": account.endpoint(service) for service in _SERVICES}
    hosts = {f"primary_{service}_host": account.endpoint(service)[8:-1] for service in _SERVICES}
    connection = f"DefaultEndpointsProtocol=https;AccountName={name};AccountKey=a2V5;EndpointSuffix=core.windows.net"
    return {"id": id, **endpoints, **hosts, "primary_connection_string": connection, "primary_access_key": "a2V5"}


def _signed_s(address: str, policy: Mapping[str, Any]) -> float:
    """https://learn.microsoft.com/en-us/azure/storage/common/sas-expiration-policy."""
    if not policy:
        return inf
    known(address, policy, words("expiration_period expiration_action"))
    found = re.fullmatch(r"(\d+)\.(\d\d):(\d\d):(\d\d)", policy["expiration_period"])
    must(found, address, f"expiration_period {policy['expiration_period']!r} is not DD.HH:MM:SS")
    assert found
    days, hours, minutes, seconds = map(int, found.groups())
    return days * 86_400 + hours * 3_600 + minutes * 60 + seconds


def _container(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name, account = arguments["name"], azure.account_of(arguments["storage_account_id"])
    must(_CONTAINER.fullmatch(name), address, f"no name of a container: {name!r}")
    must(arguments.get("container_access_type", "private") == "private", address, "it is public")
    account.containers.add(name)
    id = f"{account.id}/blobServices/default/containers/{name}"
    return {"id": id, "resource_manager_id": id, "url": f"{account.endpoint('blob')}{name}"}


def _blob(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A file of the build, e.g. the package; written with the rights of whoever deploys (`storage_use_azuread`)."""
    account_id, _, container = arguments["storage_container_id"].partition("/blobServices/default/containers/")
    account = azure.account_of(account_id)
    must(container in account.containers, address, f"no container {container!r}")
    allowed = azure.assignments.allows(azure.deployer.id, WRITE_BLOBS, arguments["storage_container_id"])
    must(allowed, address, "the one who deploys may not write blobs there")
    source = Path(arguments["source"])
    must(source.is_file(), address, f"source {source} is no file")
    url = f"{account.endpoint('blob')}{container}/{arguments['name']}"
    account.blobs[url] = source
    return {"id": url, "url": url}


def _table(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name, account = arguments["name"], azure.account_of(arguments["storage_account_id"])
    must(_TABLE.fullmatch(name), address, f"no name of a table: {name!r}")
    azure.tables.add(account.name, name)
    azure.made_tables.append((account.name, name))
    id = f"{account.id}/tableServices/default/tables/{name}"
    return {"id": f"{account.endpoint('table')}Tables('{name}')", "resource_manager_id": id}


def _signature(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A signature for a container, made with the account's key, which must be on for that."""
    parts = dict(pair.split("=", 1) for pair in arguments["connection_string"].split(";") if pair)
    account = azure.account_named(parts["AccountName"])
    must(account.has_keys, address, f"the keys of {account.name} are off: nothing can be signed with them")
    container = arguments["container_name"]
    start, expiry = (datetime.fromisoformat(arguments[name]) for name in ("start", "expiry"))
    must(start < datetime.now(UTC) < expiry, address, f"it counts from {start} to {expiry}")
    must((expiry - start).total_seconds() <= account.signed_s, address, "it counts for longer than the account allows")
    must(container in account.containers, address, f"no container {container!r}")
    rights: Mapping[str, bool] = arguments["permissions"]
    granted = "".join(name[0] for name in ("read", "add", "create", "write", "delete", "list") if rights.get(name))
    return {"sas": f"?sv=2026-02-06&sr=c&sp={granted}&sig=signed", "id": address}


KINDS: Mapping[str, Kind[Azure]] = {
    "azurerm_storage_account": Kind(
        _account,
        words("name resource_group_name shared_access_key_enabled sas_policy"),
        words(
            "location account_kind account_tier account_replication_type min_tls_version https_traffic_only_enabled"
            " allow_nested_items_to_be_public cross_tenant_replication_enabled default_to_oauth_authentication"
            " local_user_enabled infrastructure_encryption_enabled"
        ),
    ),
    "azurerm_storage_container": Kind(
        _container, words("name storage_account_id container_access_type"), words("metadata")
    ),
    "azurerm_storage_blob": Kind(
        _blob, words("name storage_container_id type source"), words("content_md5 content_type metadata cache_control")
    ),
    "azurerm_storage_table": Kind(_table, words("name storage_account_id")),
    "data.azurerm_storage_account_blob_container_sas": Kind(
        _signature, words("connection_string container_name permissions start expiry"), words("https_only")
    ),
}
