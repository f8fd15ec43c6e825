"""The Key Vault of a stage, with the secrets of the program and the keys of calls (key.py).

Terraform makes a secret, and never knows its value: it writes "unset" once, and what somebody sets then is in no plan
and no state. An argument `value` that is ignored would not do: the provider reads the real value into the state at each
refresh, unless `value_wo_version` is set. Who may read is told for each secret (permission.py).
https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/key_vault_secret
https://learn.microsoft.com/en-us/azure/key-vault/general/rbac-guide
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_azure.compile.caller import deployer
from cloudless_azure.compile.group import STEPS
from cloudless_azure.compile.key import keys
from cloudless_azure.compile.scope import STAGE
from cloudless_azure.compile.scope import VAULT as TYPE
from cloudless_azure.names import vault_of

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_azure.compile.ground import Ground

UNSET = "cloudless/unset"
"""Content type of a secret that has no value yet."""

OFFICER = "Key Vault Secrets Officer"
_RETENTION_DAYS = 7
"""The least: https://learn.microsoft.com/en-us/azure/key-vault/general/soft-delete-overview."""


def vault(ground: Ground) -> Address | None:
    """The vault, where there are secrets that it holds, or calls."""
    if not ground.has_vault:
        return None
    made = ground.document.resource(
        TYPE,
        STAGE,
        {
            **ground.place(vault_of(*ground.parts)),
            "tenant_id": ground.client["tenant_id"],
            "sku_name": "standard",
            "rbac_authorization_enabled": True,
            "soft_delete_retention_days": _RETENTION_DAYS,
        },
    )
    ready = [deployer(ground, OFFICER, made["id"], "secrets")]
    _secrets(ground, made["id"], ready)
    steps = next((group for group in ground.groups if group.kind == STEPS), None)
    if steps is not None:
        keys(ground, steps.orchestrations, made["id"], ready)
    return made


def _secrets(ground: Ground, vault_id: str, ready: list[str]) -> None:
    for secret in ground.application.secrets:
        if secret.existing.get("azure"):
            continue
        ground.document.resource(
            "azurerm_key_vault_secret",
            secret.name,
            {
                "name": secret.name,
                "key_vault_id": vault_id,
                "value_wo": "unset",
                "value_wo_version": 1,
                "content_type": UNSET,
                "lifecycle": {"ignore_changes": ["content_type", "expiration_date", "not_before_date", "tags"]},
                "depends_on": ready,
            },
            comment=f"az keyvault secret set --vault-name {vault_of(*ground.parts)} --name {secret.name} --file …",
        )
