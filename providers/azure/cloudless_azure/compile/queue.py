"""Queues: those of the program, dead letters, and those behind subscriptions, schedules and `invoke_later`.

Settings: docs/mechanisms.md, failure, lock, order and delay. No duplicate detection: the copy of a message that failed
has its id, and the broker would drop it. Nothing expires, and nothing is deleted because nobody looks: a message that
somebody else gave a time to live becomes a dead letter when that is up.
https://learn.microsoft.com/en-us/azure/service-bus-messaging/message-expiration
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless.ir import DEAD_LETTERS, Queue, Subscription
from cloudless_azure.compile.group import takes_many
from cloudless_azure.compile.scope import NAMESPACE, STAGE
from cloudless_azure.names import entity_of

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless_azure.compile.ground import Ground

FOREVER = "P10675199DT2H48M5.4775807S"
"""The longest time that there is in .NET: what Azure itself writes for never."""

LOCK = "PT1M"
BATCH_LOCK = "PT5M"
"""The longest. The host renews the locks of single messages, and not those of a batch."""

RECEIVES_MIN = 5
RECEIVES_MAX = 2_000
"""Dead letters are not to leave their queue because they were looked at often."""

MEGABYTES = 5_120
"""The largest queue of Standard: https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-quotas."""

_FREE = ("max_size_in_megabytes", "status")


def queues(ground: Ground) -> None:
    """Every queue that the stage makes: not those that are there already."""
    for queue in ground.application.queues:
        if not queue.existing.get("azure"):
            owner = ground.owner(f"queue {queue.name!r}", queue)
            ground.document.resource(
                "azurerm_servicebus_queue", queue.name, _of_queue(ground, queue), owner=owner, free=_FREE
            )
    for one in ground.application.subscriptions:
        if one.handler:
            ground.document.resource(
                "azurerm_servicebus_queue",
                one.name,
                _of_subscription(ground, one),
                owner=ground.handler_owner(one.handler),
                free=_FREE,
            )


def name_of(ground: Ground, queue: str) -> str:
    """The name of a queue, as a reference where the stage makes it, so that it is made first."""
    known = ground.queues.get(queue)
    if known is not None and known.existing.get("azure"):
        return entity_of(known)
    return ground.document.address("azurerm_servicebus_queue", queue)["name"]


def _of_queue(ground: Ground, queue: Queue) -> dict[str, Any]:
    plan = ground.plans.get(queue.name)
    return _queue(
        ground,
        entity_of(queue),
        lock=BATCH_LOCK if plan is not None and takes_many(plan) else LOCK,
        deliveries=RECEIVES_MAX if queue.role == DEAD_LETTERS else _deliveries(queue.retry.attempts),
        ordered=queue.ordered,
        dead_letters=queue.dead_letters,
    )


def _of_subscription(ground: Ground, one: Subscription) -> dict[str, Any]:
    return _queue(
        ground,
        one.name,
        lock=BATCH_LOCK if takes_many(ground.plans[one.name]) else LOCK,
        deliveries=_deliveries(one.retry.attempts),
        ordered=False,
        dead_letters=one.dead_letters,
    )


def _deliveries(attempts: int) -> int:
    """Behind our own count: the broker gives up what our runtime never got to count."""
    return max(RECEIVES_MIN, attempts + 1)


def _queue(
    ground: Ground, name: str, *, lock: str, deliveries: int, ordered: bool, dead_letters: str
) -> dict[str, Any]:
    """Queues with sessions cannot forward: a function drains them (decision 0005)."""
    namespace: Address = ground.document.address(NAMESPACE, STAGE)
    arguments: dict[str, Any] = {
        "name": name,
        "namespace_id": namespace["id"],
        "lock_duration": lock,
        "max_delivery_count": deliveries,
        "default_message_ttl": FOREVER,
        "auto_delete_on_idle": FOREVER,
        "dead_lettering_on_message_expiration": True,
        "requires_duplicate_detection": False,
        "max_size_in_megabytes": MEGABYTES,
    }
    if ordered:
        return {**arguments, "requires_session": True}
    if dead_letters:
        return {**arguments, "forward_dead_lettered_messages_to": name_of(ground, dead_letters)}
    return arguments
