"""Names of queues, each of which is a topic of Pub/Sub (topic.py) with one subscription."""

from __future__ import annotations

from cloudless_gcp.names.topic import subscription_id, subscription_of, topic_id, topic_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless.ir import Application, Queue
    from cloudless_gcp.names.place import Place


def queues_of(place: Place, application: Application) -> dict[str, str]:
    """Every queue's topic, in full, by logical name; of a subscription with a handler, that of its retries."""
    found = {one.name: topic_of(place, one) for one in application.queues}
    retried = [one.name for one in application.subscriptions if one.handler]
    return {**found, **{name: place.of_project("topics", topic_id(place, name)) for name in retried}}


def queue_subscription_id(place: Place, queue: Queue) -> str:
    """What the subscription of a queue is called."""
    return subscription_id(place, queue.name, "ordered" if queue.ordered else "", queue.existing.get("gcp", ""))


def subscriptions_of(place: Place, application: Application) -> dict[str, str]:
    """The subscriptions that can be pulled from, in full, by queue: of queues of ours that nothing consumes."""
    consumed = {one.queue for one in application.consumers} | {one.queue for one in application.schedules}
    consumed |= {one.queue for one in application.functions}
    waiting = [one for one in application.queues if one.name not in consumed and not one.existing.get("gcp")]
    return {one.name: subscription_of(place, queue_subscription_id(place, one)) for one in waiting}
