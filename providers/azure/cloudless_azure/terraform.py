"""What Terraform says of Azure, in the program's words: resources by name, errors with what to do, whose credentials.

May import: the standard library, cloudless.codec, cloudless.errors.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from cloudless.codec import is_object
from cloudless.errors import PermissionDenied

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LOGIN = "https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs#authenticating-to-azure"
_ROLES = "https://learn.microsoft.com/en-us/azure/role-based-access-control/built-in-roles/privileged"

_NEW_ROLE = (
    "a new role was not known yet where it is needed, which can take ten minutes: deploy again. Or somebody else"
    " deployed last: name all who deploy and plan, or a group of them, in the variable `deployers`"
)
HINTS: tuple[tuple[str, str], ...] = (
    (
        r"az login|building (AzureRM|azurerm|account)|no subscription found|could not configure AzureCli",
        f"sign in: az login, or set ARM_CLIENT_ID and ARM_TENANT_ID with a secret or OIDC in CI; {_LOGIN}",
    ),
    (
        r"AuthorizationFailed.*roleAssignments|roleAssignments/write",
        f"who deploys needs Role Based Access Control Administrator on the resource group, to assign roles; {_ROLES}",
    ),
    (r"AuthorizationFailed", f"who deploys needs Contributor on the resource group, or on the subscription; {_ROLES}"),
    (r"ForbiddenByRbac|AuthorizationPermissionMismatch", _NEW_ROLE),
    (r"MissingSubscriptionRegistration", "register the service once: az provider register --namespace <the one named>"),
    (r"RoleAssignmentExists", "the role is there already, and not in this state: import it, or delete it there"),
    (
        r"NameNotAvailable|AlreadyExists",
        "the name is taken: was it deployed with another state?",
    ),
)
"""See `cloudless.driver.provider.Deploys`."""

_NOUNS: Mapping[str, tuple[str, str]] = {
    "azurerm_servicebus_queue": ("queue", "its messages"),
    "azurerm_servicebus_topic": ("topic", ""),
    "azurerm_servicebus_subscription": ("subscription", "its backlog"),
    "azurerm_key_vault_secret": ("secret", "its value, for good after 7 days"),
}
_SINGLE: Mapping[tuple[str, str], tuple[str, str]] = {
    ("azurerm_servicebus_namespace", "stage"): ("", "the messages of all queues"),
    ("azurerm_key_vault", "stage"): ("", "all secrets, for good after 7 days"),
    ("azurerm_storage_table", "ledger"): ("ledger", "leases, and ids of executions (once_by, and 90 days of ids)"),
    ("azurerm_storage_account", "ledger"): ("ledger", "leases, and ids of executions (once_by, and 90 days of ids)"),
    ("azurerm_storage_account", "hub"): ("", "executions and their history"),
    ("azurerm_log_analytics_workspace", "stage"): ("", "logs"),
}
_OF_APPS = frozenset({
    "azapi_resource_action", "azurerm_function_app_flex_consumption", "azurerm_service_plan", "azurerm_storage_account",
    "azurerm_storage_container", "azurerm_user_assigned_identity",
})  # fmt: skip
"""What an app is made of, each with the label of its group."""
_KEY = "cloudless--"
_SHARED = frozenset({"http", "steps"})


_PROOFS = (
    "ARM_CLIENT_SECRET", "ARM_CLIENT_SECRET_FILE_PATH", "ARM_CLIENT_CERTIFICATE", "ARM_CLIENT_CERTIFICATE_PATH",
    "ARM_USE_OIDC", "ARM_USE_AKS_WORKLOAD_IDENTITY",
)  # fmt: skip
"""By which a service principal shows that it is one; without them azurerm leaves ARM_CLIENT_ID out of it.

https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs#argument-reference
"""


def resource(type: str, label: str, handlers: Iterable[str]) -> tuple[str, str]:
    """What a resource is, and what destroying it loses; see `cloudless.driver.provider.Deploys`."""
    if (type, label) in _SINGLE:
        return _SINGLE[type, label]
    if type in _OF_APPS:
        return _app(label, handlers), ""
    if type not in _NOUNS or label.startswith(_KEY):
        return "", ""
    noun, loss = _NOUNS[type]
    return f"{noun} {label}", loss


def _app(label: str, handlers: Iterable[str]) -> str:
    """By the label of its group; "" for what no group is called. What no handler has is told as it stands there."""
    from cloudless_azure.compile.group import group_name

    if label in _SHARED:
        return f"app {label}"
    handler = next((one for one in handlers if group_name(one) == label), label.removeprefix("on-"))
    return f"handler {handler}" if label.startswith("on-") else ""


def credentials(environment: Mapping[str, str] = os.environ) -> str:
    """With which credentials azurerm would go, by environment and files; PermissionDenied where there are none."""
    folder = environment.get("AZURE_CONFIG_DIR") or f"{environment.get('HOME', '')}/.azure"
    client = environment.get("ARM_CLIENT_ID")
    if client and any(environment.get(name) for name in _PROOFS):
        if not environment.get("ARM_TENANT_ID"):
            raise PermissionDenied(f"ARM_CLIENT_ID is set without its ARM_TENANT_ID: set both; {_LOGIN}")
        return f"service principal {client} of ARM_CLIENT_ID{_calling(environment, folder)}"
    if environment.get("ARM_USE_MSI", "").lower() == "true":
        return "managed identity of this machine (ARM_USE_MSI)"
    if _is_signed_in(folder):
        return "az login"
    what = "ARM_CLIENT_ID is set without a secret, a certificate or OIDC" if client else "no credentials for Azure"
    raise PermissionDenied(f"{what}: az login, or set ARM_CLIENT_ID, ARM_TENANT_ID and OIDC or a secret; {_LOGIN}")


def _calling(environment: Mapping[str, str], folder: str) -> str:
    """What to add to the principal that deploys: calls of a stage do not know the variables of azurerm."""
    if "AZURE_CLIENT_ID" in environment or _is_signed_in(folder):
        return ""
    from cloudless_azure.clients.errors import SIGN_IN

    return f", which deploys alone: to call the stage, {SIGN_IN}"


def _is_signed_in(folder: str) -> bool:
    """Whether `az login` was there, and no `az logout` after it, which leaves the file without subscriptions."""
    try:
        held = json.loads(Path(folder, "azureProfile.json").read_text("utf-8-sig"))
    except (OSError, ValueError):
        return False
    return is_object(held) and bool(held.get("subscriptions"))
