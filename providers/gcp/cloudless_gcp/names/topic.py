"""Names in Pub/Sub: topics, of which every queue is one, and their subscriptions.

https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names
"""

from __future__ import annotations

from cloudless.driver.names import digest_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless.ir import Queue, Topic
    from cloudless_gcp.names.place import Place


def topic_id(place: Place, name: str) -> str:
    """What the topic of a queue, of a topic or of a subscription's retries is called."""
    return f"{place.prefix}-{name}"


def topic_of(place: Place, one: Queue | Topic) -> str:
    """The full name of the topic; what `existing=` says, an id or a full name, where it is there already."""
    return place.of_project("topics", one.existing.get("gcp") or topic_id(place, one.name))


def subscription_id(place: Place, name: str, *fixed: str) -> str:
    """What the subscription of a queue or subscriber is called.

    fixed: what of it is for good, where there is something to say: the text of its filter, that it keeps an order,
    whose topic it is of. Another one is another subscription, which is there before the one of before goes.
    https://cloud.google.com/pubsub/docs/subscription-properties
    """
    said = " ".join(filter(None, fixed))
    return f"{place.prefix}-{name}-{digest_of(said)}" if said else f"{place.prefix}-{name}"


def retries_id(place: Place, name: str) -> str:
    """What the subscription is called by which a subscriber gets what comes again for it alone."""
    return f"{place.prefix}-{name}-retries"


def subscription_of(place: Place, id: str) -> str:
    """The full name of a subscription."""
    return place.of_project("subscriptions", id)
