"""Scopes: the resources that role assignments are on, as references."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_azure.compile import need as on
from cloudless_azure.names import entity_of, topic_of

if TYPE_CHECKING:
    from cloudless_azure.compile.ground import Ground

NAMESPACE, VAULT, ACCOUNT = "azurerm_servicebus_namespace", "azurerm_key_vault", "azurerm_storage_account"
STAGE = "stage"
"""Label of what a stage has one of."""


def scope_of(ground: Ground, kind: str, name: str, group: str) -> str:
    """The reference to what a need is on. group: whose it is, for what each group has of its own."""
    match kind:
        case on.QUEUE:
            return queue_id(ground, name)
        case on.TOPIC:
            return topic_id(ground, name)
        case on.SECRET:
            return secret_id(ground, name)
        case on.KEY:
            return ground.document.address("azurerm_key_vault_secret", name)["resource_versionless_id"]
        case on.TABLE:
            table = ground.document.address("azurerm_storage_table", "ledger")
            return f"{ground.document.address(ACCOUNT, 'ledger')['id']}/tableServices/default/tables/{table['name']}"
        case on.HOST:
            return ground.document.address(ACCOUNT, group)["id"]
        case on.INSIGHTS:
            return ground.document.address("azurerm_application_insights", STAGE)["id"]
        case _:
            return ground.document.address(ACCOUNT, kind)["id"]


def queue_id(ground: Ground, name: str) -> str:
    """A queue by its logical name, or that of a subscription; one that is there already by its place."""
    queue = ground.queues.get(name)
    if queue is not None and queue.existing.get("azure"):
        return f"{ground.document.address(NAMESPACE, STAGE)['id']}/queues/{entity_of(queue)}"
    return ground.document.address("azurerm_servicebus_queue", name)["id"]


def topic_id(ground: Ground, name: str) -> str:
    """A topic by its logical name."""
    topic = ground.topics[name]
    if topic.existing.get("azure"):
        return f"{ground.document.address(NAMESPACE, STAGE)['id']}/topics/{topic_of(topic)}"
    return ground.document.address("azurerm_servicebus_topic", name)["id"]


def secret_id(ground: Ground, name: str) -> str:
    """A secret of the user's: ours, one of the vault that somebody else makes, or one of another vault."""
    theirs = ground.secrets[name].existing.get("azure")
    if theirs:
        return theirs if theirs.startswith("/") else f"{ground.document.address(VAULT, STAGE)['id']}/secrets/{theirs}"
    return ground.document.address("azurerm_key_vault_secret", name)["resource_versionless_id"]
