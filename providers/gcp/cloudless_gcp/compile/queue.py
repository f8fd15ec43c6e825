"""Queues: those of the program, dead letters, those behind schedules and `invoke_later`: a topic and a subscription.

What a function consumes is pushed to it; what nothing consumes waits for who pulls it, dead letters above all.
https://cloud.google.com/pubsub/docs/subscriber
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_gcp import names
from cloudless_gcp.compile import scope
from cloudless_gcp.compile.key import ARGUMENTS
from cloudless_gcp.compile.push import FREE, KEPT, Pushes
from cloudless_gcp.compile.service import PUBSUB

if TYPE_CHECKING:
    from cloudless.compiler.native import Owner
    from cloudless.ir import Queue
    from cloudless_gcp.compile.ground import Ground

PEEK_S = 60
"""How long somebody may look at what waits, before it is there for others again."""
TOPIC_FREE = (*ARGUMENTS, "message_retention_duration")


def queues(ground: Ground, pushes: Pushes) -> None:
    """Every queue: the topic where the stage makes it, and who takes from it."""
    for queue in ground.application.queues:
        owner = ground.owner(f"queue {queue.name!r}", queue)
        if not queue.existing.get("gcp"):
            name = names.topic_id(ground.place, queue.name)
            arguments = {**ground.of(PUBSUB), "name": name, **ground.keys[queue.name]}
            ground.document.resource(scope.TOPIC, scope.of_queue(queue.name), arguments, owner=owner, free=TOPIC_FREE)
        _taken(ground, pushes, queue, owner)


def _taken(ground: Ground, pushes: Pushes, queue: Queue, owner: Owner | None) -> None:
    topic, unit = scope.queue_topic(ground, queue.name), ground.consumers.get(queue.name)
    id = names.queue_subscription_id(ground.place, queue)
    if unit is not None:
        owners = [owner, ground.handler_owner(unit.handler)]
        again = _again(ground, pushes, queue) if ground.plans[queue.name].endless else ""
        pushes.add(queue.name, id, topic, queue.name, owners=owners, again=again)
    elif not queue.existing.get("gcp"):
        ordering = {"enable_message_ordering": True} if queue.ordered else {}
        arguments = {"name": id, "topic": topic, "ack_deadline_seconds": PEEK_S, **KEPT, **ordering}
        ground.document.resource(
            scope.SUBSCRIPTION, queue.name, {**ground.of(PUBSUB), **arguments}, owner=owner, free=FREE
        )


def _again(ground: Ground, pushes: Pushes, queue: Queue) -> str:
    """Another topic for letters that are consumed, and its subscription: label of what it forwards to, and back."""
    label, id = scope.of_retries(queue.name), names.retries_id(ground.place, queue.name)
    comment = "letters that were not handled a hundred times, and begin again"
    arguments = {**ground.of(PUBSUB), "name": id, **ground.keys[queue.name]}
    made = ground.document.resource(scope.TOPIC, label, arguments, comment=comment)
    pushes.add(label, id, made["id"], queue.name, again=scope.of_queue(queue.name))
    return label
