"""Queues: those of the program, dead letters, those behind schedules and `invoke_later`: a topic and a subscription.

What a function consumes is pushed to it; what nothing consumes waits for who pulls it, dead letters above all.
https://cloud.google.com/pubsub/docs/subscriber
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cloudless_gcp import names
from cloudless_gcp.compile import scope
from cloudless_gcp.compile.push import FREE, KEPT, Pushes
from cloudless_gcp.compile.service import PUBSUB

if TYPE_CHECKING:
    from cloudless.compiler.native import Owner
    from cloudless.compiler.unit import Unit
    from cloudless.ir import Queue
    from cloudless_gcp.compile.ground import Ground

PEEK_S = 60
"""How long somebody may look at what waits, before it is there for others again."""
TOPIC_FREE = ("kms_key_name", "message_retention_duration", "message_storage_policy")
_KEYS = ("kms_key_name", "message_storage_policy")


def queues(ground: Ground, pushes: Pushes) -> None:
    """Every queue: the topic where the stage makes it, and who takes from it."""
    keys = _inherited(ground)
    for queue in ground.application.queues:
        owner = ground.owner(f"queue {queue.name!r}", queue)
        if not queue.existing.get("gcp"):
            kept = keys.get(queue.name, {})
            arguments = {**ground.of(PUBSUB), "name": names.topic_id(ground.prefix, queue.name), **kept}
            ground.document.resource(scope.TOPIC, scope.of_queue(queue.name), arguments, owner=owner, free=TOPIC_FREE)
        _taken(ground, pushes, queue, owner)


def keys_of(native: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """What `native=` says of where messages are kept, and with which key: so are copies of them, and letters."""
    said = native.get("gcp", {}).get(scope.TOPIC, {})
    return {key: said[key] for key in _KEYS if key in said}


def _inherited(ground: Ground) -> dict[str, dict[str, Any]]:
    """The keys of dead letters, which are those of what they were in before."""
    application = ground.application
    found = {one.dead_letters: keys_of(one.native) for one in application.queues}
    for one in application.subscriptions:
        if one.handler:
            native = ground.handlers[one.handler].native
            found[one.dead_letters] = {**keys_of(ground.topics[one.topic].native), **keys_of(native)}
    return found


def _taken(ground: Ground, pushes: Pushes, queue: Queue, owner: Owner | None) -> None:
    topic, unit = scope.queue_topic(ground, queue.name), ground.consumers.get(queue.name)
    id = names.subscription_id(ground.prefix, queue.name)
    if unit is not None:
        owners, plan = [owner, ground.handler_owner(unit.handler)], ground.plans[queue.name]
        again = _again(ground, pushes, queue, unit) if plan.endless else ""
        pushes.add(queue.name, id, topic, unit, plan, owners=owners, again=again)
    elif not queue.existing.get("gcp"):
        ordering = {"enable_message_ordering": True} if queue.ordered else {}
        arguments = {"name": id, "topic": topic, "ack_deadline_seconds": PEEK_S, **KEPT, **ordering}
        ground.document.resource(
            scope.SUBSCRIPTION, queue.name, {**ground.of(PUBSUB), **arguments}, owner=owner, free=FREE
        )


def _again(ground: Ground, pushes: Pushes, queue: Queue, unit: Unit) -> str:
    """Another topic for letters that are consumed, and its subscription: label of what it forwards to, and back."""
    label, id = scope.of_retries(queue.name), names.retries_id(ground.prefix, queue.name)
    comment = "letters that were not handled a hundred times, and begin again"
    made = ground.document.resource(scope.TOPIC, label, {**ground.of(PUBSUB), "name": id}, comment=comment)
    pushes.add(label, id, made["id"], unit, ground.plans[queue.name], again=scope.of_queue(queue.name))
    return label
