"""Built-in roles, and who has which on what: Azure's role-based access control, as far as our apps meet it.

A role is a list of data actions with `*` in them; an assignment gives it to a principal on a scope and on everything
below. Ours are the roles that builds may assign: another one is Unreadable until its actions stand here.
https://learn.microsoft.com/en-us/azure/role-based-access-control/role-definitions#control-and-data-actions
May import: the standard library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tests.bridge.expression import Unreadable

_PAGES = "https://learn.microsoft.com/en-us/azure/role-based-access-control/built-in-roles"
_BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
_MESSAGES = "Microsoft.Storage/storageAccounts/queueServices/queues/messages"
_ENTITIES = "Microsoft.Storage/storageAccounts/tableServices/tables/entities"
_SECRETS = "Microsoft.KeyVault/vaults/secrets"

SEND = "Microsoft.ServiceBus/namespaces/messages/send/action"
RECEIVE = "Microsoft.ServiceBus/namespaces/messages/receive/action"
MANAGE = "Microsoft.ServiceBus/namespaces/topics/subscriptions/rules/write"
GET_SECRET = f"{_SECRETS}/getSecret/action"
SET_SECRET = f"{_SECRETS}/setSecret/action"
OWN_BLOBS = f"{_BLOBS}/manageOwnership/action"
WRITE_BLOBS = f"{_BLOBS}/write"
PROCESS_MESSAGES = f"{_MESSAGES}/process/action"
READ_ROWS, ADD_ROWS = f"{_ENTITIES}/read", f"{_ENTITIES}/add/action"
UPDATE_ROWS, DELETE_ROWS = f"{_ENTITIES}/update/action", f"{_ENTITIES}/delete"
WRITE_TELEMETRY = "Microsoft.Insights/Telemetry/Write"


@dataclass(frozen=True, slots=True)
class Role:
    """link: Microsoft's page. data_actions: with `*` for any text, as there."""

    link: str
    data_actions: tuple[str, ...]

    def allows(self, action: str) -> bool:
        return any(
            re.fullmatch(re.escape(one).replace(r"\*", ".*"), action, re.IGNORECASE) for one in self.data_actions
        )


ROLES: Mapping[str, Role] = {
    "Azure Service Bus Data Owner": Role(
        f"{_PAGES}/integration#azure-service-bus-data-owner", ("Microsoft.ServiceBus/*",)
    ),
    "Azure Service Bus Data Receiver": Role(
        f"{_PAGES}/integration#azure-service-bus-data-receiver", ("Microsoft.ServiceBus/*/receive/action",)
    ),
    "Azure Service Bus Data Sender": Role(
        f"{_PAGES}/integration#azure-service-bus-data-sender", ("Microsoft.ServiceBus/*/send/action",)
    ),
    "Key Vault Secrets Officer": Role(f"{_PAGES}/security#key-vault-secrets-officer", (f"{_SECRETS}/*",)),
    "Key Vault Secrets User": Role(
        f"{_PAGES}/security#key-vault-secrets-user", (GET_SECRET, f"{_SECRETS}/readMetadata/action")
    ),
    "Monitoring Metrics Publisher": Role(
        f"{_PAGES}/monitor#monitoring-metrics-publisher", ("Microsoft.Insights/Metrics/Write", WRITE_TELEMETRY)
    ),
    "Storage Blob Data Contributor": Role(
        f"{_PAGES}/storage#storage-blob-data-contributor",
        tuple(f"{_BLOBS}/{verb}" for verb in ("delete", "read", "write", "move/action", "add/action")),
    ),
    "Storage Blob Data Owner": Role(f"{_PAGES}/storage#storage-blob-data-owner", (f"{_BLOBS}/*",)),
    "Storage Blob Data Reader": Role(f"{_PAGES}/storage#storage-blob-data-reader", (f"{_BLOBS}/read",)),
    "Storage Queue Data Contributor": Role(
        f"{_PAGES}/storage#storage-queue-data-contributor",
        tuple(f"{_MESSAGES}/{verb}" for verb in ("delete", "read", "write", "process/action")),
    ),
    "Storage Table Data Contributor": Role(
        f"{_PAGES}/storage#storage-table-data-contributor",
        tuple(f"{_ENTITIES}/{verb}" for verb in ("read", "write", "delete", "add/action", "update/action")),
    ),
}
"""By name, as in `role_definition_name`."""


class Assignments:
    """Who has which role where. Not safe while assignments are added."""

    def __init__(self) -> None:
        self._given: set[tuple[str, str, str]] = set()

    def add(self, principal: str, role: str, scope: str) -> None:
        """Give a role; raises Unreadable for a role that is not known, and for an assignment that is there already.

        https://learn.microsoft.com/en-us/azure/role-based-access-control/troubleshooting#symptom---unable-to-assign-a-role
        """
        if role not in ROLES:
            raise Unreadable(f"role {role!r} on {scope}: these tests know {sorted(ROLES)}")
        given = (principal.lower(), role, scope.lower())
        if given in self._given:
            raise Unreadable(f"RoleAssignmentExists: {role!r} of {principal} on {scope} is there already")
        self._given.add(given)

    def remove(self, principal: str, role: str, scope: str) -> None:
        """Take a role away, as somebody may behind our back."""
        self._given.remove((principal.lower(), role, scope.lower()))

    def allows(self, principal: str, action: str, resource: str) -> bool:
        """Whether a principal may do that. action: a data action. resource: its id, /subscriptions/…/queues/orders."""
        return any(
            holder == principal.lower() and is_below(resource, scope) and ROLES[role].allows(action)
            for holder, role, scope in self._given
        )

    def of(self, principal: str) -> list[tuple[str, str]]:
        """The roles of a principal, with their scopes, in order."""
        return sorted((role, scope) for holder, role, scope in self._given if holder == principal.lower())


def is_below(resource: str, scope: str) -> bool:
    """Whether a scope covers a resource: it is that, or above it. Ids are not case-sensitive."""
    inner, outer = resource.lower().rstrip("/"), scope.lower().rstrip("/")
    return inner == outer or inner.startswith(f"{outer}/")
