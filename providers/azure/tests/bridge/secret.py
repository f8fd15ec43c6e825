"""Key Vaults, their secrets and random passwords as Terraform makes them.

May import: the standard library.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.bridge.kind import Kind, must, words

if TYPE_CHECKING:
    from providers.azure.tests.bridge.azure import Azure

_VAULT = re.compile(r"(?=.{3,24}$)[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*")
_SECRET = re.compile(r"[A-Za-z0-9-]{1,127}")
"""https://learn.microsoft.com/en-us/azure/azure-resource-manager/management/resource-name-rules#microsoftkeyvault"""


def _vault(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name = arguments["name"]
    must(_VAULT.fullmatch(name), address, f"no name of a vault: {name!r}")
    must(arguments["rbac_authorization_enabled"] is True, address, "it goes by access policies, and not by roles")
    must(arguments["tenant_id"] == azure.directory.tenant, address, "another tenant's")
    id = f"{azure.group(arguments)}/providers/Microsoft.KeyVault/vaults/{name}"
    azure.add_vault(name, id)
    return {"id": id, "vault_uri": f"https://{name}.vault.azure.net/"}


def _secret(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Terraform writes it with the rights of whoever deploys."""
    name, vault_id = arguments["name"], arguments["key_vault_id"]
    must(_SECRET.fullmatch(name), address, f"no name of a secret: {name!r}")
    vault = vault_id.rpartition("/")[2]
    must(azure.may_set_secrets(vault_id), address, f"Forbidden: the one who deploys may not set secrets of {vault}")
    must(azure.vaults.get(vault, name) is None, address, f"a secret {name!r} is there already (case does not count)")
    azure.vaults.put(vault, name, _value(address, arguments), arguments.get("content_type") or "")
    url = f"https://{vault}.vault.azure.net/secrets/{name}"
    return {
        "id": f"{url}/0",
        "versionless_id": url,
        "resource_id": f"{vault_id}/secrets/{name}/versions/0",
        "resource_versionless_id": f"{vault_id}/secrets/{name}",
    }


def _value(address: str, arguments: Mapping[str, Any]) -> str:
    """The value, of which there is one: one that the state keeps, or one that is only written, and counted."""
    written = {"value_wo", "value_wo_version"} & arguments.keys()
    must(len(written) != 1, address, "value_wo and value_wo_version go together")
    must(bool(written) != ("value" in arguments), address, "it has either value or value_wo")
    value: str = arguments["value_wo" if written else "value"]
    return value


def _password(azure: Azure, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The same for one address, so that tests can be repeated."""
    length = arguments["length"]
    must(length >= 32, address, f"a password of {length} characters")
    text = "".join(hashlib.sha256(f"{address}{n}".encode()).hexdigest() for n in range(length // 64 + 1))
    return {"id": "none", "result": text[:length]}


KINDS: Mapping[str, Kind[Azure]] = {
    "azurerm_key_vault": Kind(
        _vault,
        words("name resource_group_name location tenant_id rbac_authorization_enabled"),
        words("sku_name soft_delete_retention_days purge_protection_enabled public_network_access_enabled tags"),
    ),
    "azurerm_key_vault_secret": Kind(
        _secret,
        words("name key_vault_id value value_wo value_wo_version content_type"),
        words("expiration_date not_before_date tags"),
    ),
    "random_password": Kind(
        _password, words("length"), words("special upper lower numeric min_lower min_upper keepers")
    ),
}
