"""Topics, and subscriptions: each pushes what matches to the function of its subscriber.

    topic order-placed ──filter──► subscription order-placed-mail ──push──► function of mail
    topic order-placed-mail ─────► subscription …-retries ──────────push──► the same: what comes again for it alone

A filter is for good: another one is another subscription, whose name ends in its digest. The new one is made first;
the old one goes two minutes after that, in which our runtime moves what it still holds to the topic of retries. A topic
that is forwarded to a queue pushes to the consumer of that queue: nothing in Pub/Sub carries from topic to topic.
https://cloud.google.com/pubsub/docs/subscription-message-filter
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless.compiler import literal
from cloudless.compiler.wait import wait
from cloudless_gcp import names
from cloudless_gcp.compile import scope
from cloudless_gcp.compile.filter import filter_of
from cloudless_gcp.compile.push import ANEW, KEPT, Pushes
from cloudless_gcp.compile.queue import PEEK_S, TOPIC_FREE
from cloudless_gcp.compile.service import PUBSUB

if TYPE_CHECKING:
    from cloudless.ir import Subscription
    from cloudless_gcp.compile.ground import Ground

DRAINED_S = 120
"""How long a subscription whose filter changed still pushes."""


def topics(ground: Ground, pushes: Pushes) -> None:
    """Every topic that the stage makes, and every subscription."""
    for one in ground.application.topics:
        if not one.existing.get("gcp"):
            owner = ground.owner(f"topic {one.name!r}", one)
            arguments = {**ground.of(PUBSUB), "name": names.topic_id(ground.place, one.name)}
            ground.document.resource(scope.TOPIC, one.name, arguments, owner=owner, free=TOPIC_FREE)
    for subscription in ground.application.subscriptions:
        _subscribed(ground, pushes, subscription)
        if subscription.handler:
            _retried(ground, pushes, subscription)


def subscription_id(ground: Ground, one: Subscription) -> str:
    """What the subscription is called now."""
    theirs = ground.topics[one.topic].existing.get("gcp", "")
    return names.subscription_id(ground.place, one.name, filter_of(one.where) or "", theirs)


def _subscribed(ground: Ground, pushes: Pushes, one: Subscription) -> None:
    label, topic, id = scope.of_subscriber(one.name), scope.topic(ground, one.topic), subscription_id(ground, one)
    where = filter_of(one.where)
    more = {"filter": literal(where)} if where else {}
    source = one.forward or one.name
    if source not in ground.consumers:
        waiting = {"name": id, "topic": topic, "ack_deadline_seconds": PEEK_S, **KEPT, **more, **ANEW}
        ground.document.resource(scope.SUBSCRIPTION, label, {**ground.of(PUBSUB), **waiting})
    else:
        owner = ground.handler_owner(one.handler) if one.handler else None
        pushes.add(label, id, topic, source, owners=[owner], **more)
    _drained(ground, label)


def _drained(ground: Ground, label: str) -> None:
    """What keeps the subscription of before for a while: it is destroyed before that, and takes its time."""
    triggers = {"subscription": ground.document.address(scope.SUBSCRIPTION, label)["name"]}
    comment = "in which a subscription that goes is drained"
    wait(ground.document, label, triggers, gone_s=DRAINED_S, overlaps=True, comment=comment)


def _retried(ground: Ground, pushes: Pushes, one: Subscription) -> None:
    label, owner = scope.of_retries(one.name), ground.handler_owner(one.handler)
    name = names.topic_id(ground.place, one.name)
    topic = ground.document.resource(
        scope.TOPIC,
        label,
        {**ground.of(PUBSUB), "name": name, **ground.keys[one.name]},
        owner=owner,
        free=TOPIC_FREE,
        comment="what comes again for this subscriber alone",
    )
    pushes.add(label, names.retries_id(ground.place, one.name), topic["id"], one.name, owners=[owner])
