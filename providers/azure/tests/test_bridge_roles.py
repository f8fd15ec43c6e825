"""Role assignments as the bridge reads them: rules of Azure's access control, each with Microsoft's page."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from providers.azure.tests.bridge import roles
from providers.azure.tests.bridge.roles import ROLES, Assignments
from tests.bridge.expression import Unreadable

_DOCS = "https://learn.microsoft.com/en-us/azure"
SCOPES = f"{_DOCS}/role-based-access-control/scope-overview#scope-levels"
INHERITED = f"{_DOCS}/role-based-access-control/overview#scope"
ADDITIVE = f"{_DOCS}/role-based-access-control/overview#multiple-role-assignments"
DATA = f"{_DOCS}/role-based-access-control/role-definitions#control-and-data-actions"
BUS = f"{_DOCS}/service-bus-messaging/service-bus-managed-service-identity#choose-the-resource-scope"
VAULTS = f"{_DOCS}/key-vault/general/rbac-guide"

SUBSCRIPTION = "/subscriptions/s"
GROUP = f"{SUBSCRIPTION}/resourceGroups/shop"
NAMESPACE = f"{GROUP}/providers/Microsoft.ServiceBus/namespaces/shop"
ORDERS = f"{NAMESPACE}/queues/orders"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/shop"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/shop"
SENDER, RECEIVER, OWNER = (f"Azure Service Bus Data {name}" for name in ("Sender", "Receiver", "Owner"))
TOPIC, SECRET = f"{NAMESPACE}/topics/t", f"{VAULT}/secrets/a"
USER, OFFICER = "Key Vault Secrets User", "Key Vault Secrets Officer"
TABLES, BLOBS, BLOB_OWNER = "Storage Table Data Contributor", "Storage Blob Data Contributor", "Storage Blob Data Owner"


@dataclass(frozen=True, slots=True)
class Rule:
    """Whether a role on a scope allows an action on a resource. link: where Microsoft says so."""

    says: str
    link: str
    role: str
    scope: str
    action: str
    resource: str
    allowed: bool = True


RULES = [
    Rule("a role holds on its scope", SCOPES, SENDER, ORDERS, roles.SEND, ORDERS),
    Rule("and below it", INHERITED, SENDER, NAMESPACE, roles.SEND, ORDERS),
    Rule("from the resource group", INHERITED, SENDER, GROUP, roles.SEND, ORDERS),
    Rule("from the subscription", INHERITED, SENDER, SUBSCRIPTION, roles.SEND, ORDERS),
    Rule("not above it", SCOPES, SENDER, ORDERS, roles.SEND, NAMESPACE, allowed=False),
    Rule("not beside it", BUS, SENDER, ORDERS, roles.SEND, f"{NAMESPACE}/queues/orders-dead-letters", allowed=False),
    Rule("ids have no case", SCOPES, SENDER, ORDERS.upper(), roles.SEND, ORDERS),
    Rule("a sender does not receive", ROLES[SENDER].link, SENDER, ORDERS, roles.RECEIVE, ORDERS, allowed=False),
    Rule("a receiver does not send", ROLES[RECEIVER].link, RECEIVER, ORDERS, roles.SEND, ORDERS, allowed=False),
    Rule("a receiver receives", ROLES[RECEIVER].link, RECEIVER, ORDERS, roles.RECEIVE, ORDERS),
    Rule("an owner does both", ROLES[OWNER].link, OWNER, NAMESPACE, roles.RECEIVE, ORDERS),
    Rule("and makes rules", ROLES[OWNER].link, OWNER, NAMESPACE, roles.MANAGE, TOPIC),
    Rule("a sender does not", ROLES[SENDER].link, SENDER, NAMESPACE, roles.MANAGE, TOPIC, allowed=False),
    Rule("data roles are of one service", DATA, OWNER, GROUP, roles.GET_SECRET, SECRET, allowed=False),
    Rule("one secret", VAULTS, USER, SECRET, roles.GET_SECRET, SECRET),
    Rule("and no other", VAULTS, USER, SECRET, roles.GET_SECRET, f"{SECRET}b", allowed=False),
    Rule("users do not set", VAULTS, USER, VAULT, roles.SET_SECRET, SECRET, allowed=False),
    Rule("officers do", VAULTS, OFFICER, VAULT, roles.SET_SECRET, SECRET),
    Rule(
        "rows of an account", ROLES[TABLES].link, TABLES, ACCOUNT, roles.ADD_ROWS, f"{ACCOUNT}/tableServices/default/t"
    ),
    Rule("contributors do not own", ROLES[BLOBS].link, BLOBS, ACCOUNT, roles.OWN_BLOBS, ACCOUNT, allowed=False),
    Rule("owners do", ROLES[BLOB_OWNER].link, BLOB_OWNER, ACCOUNT, roles.OWN_BLOBS, ACCOUNT),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.says)
def test_access_is_as_microsoft_documents_it(rule: Rule) -> None:
    assignments = Assignments()
    assignments.add("me", rule.role, rule.scope)
    assert assignments.allows("me", rule.action, rule.resource) is rule.allowed
    assert not assignments.allows("somebody else", rule.action, rule.resource)


def test_roles_add_up() -> None:
    """See ADDITIVE."""
    assignments = Assignments()
    assignments.add("me", SENDER, ORDERS)
    assignments.add("me", RECEIVER, NAMESPACE)
    assert assignments.allows("me", roles.SEND, ORDERS) and assignments.allows("me", roles.RECEIVE, ORDERS)
    assignments.remove("ME", SENDER, ORDERS)
    assert not assignments.allows("me", roles.SEND, ORDERS)


def test_an_unknown_role_and_an_assignment_twice_are_refused() -> None:
    assignments = Assignments()
    with pytest.raises(Unreadable, match="role 'Contributor'"):
        assignments.add("me", "Contributor", GROUP)
    assignments.add("me", SENDER, ORDERS)
    with pytest.raises(Unreadable, match="RoleAssignmentExists"):
        assignments.add("Me", SENDER, ORDERS.lower())
