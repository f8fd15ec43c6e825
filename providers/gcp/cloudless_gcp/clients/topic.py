"""The topic driver over Pub/Sub. Subscriptions are infrastructure."""

from __future__ import annotations

from cloudless.driver.queue import Unsent
from cloudless.errors import PermissionDenied
from cloudless_gcp.clients.denied import Grant, address_of, denied
from cloudless_gcp.clients.sending import publish_all, told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from cloudless.message import Envelope
    from cloudless_gcp.clients.queue import Pubsub


class PubsubTopics:
    """See `cloudless.driver.topic.TopicDriver`. Safe from several threads. addresses: full name by logical name."""

    __slots__ = ("_addresses", "_pubsub")

    def __init__(self, addresses: Mapping[str, str], pubsub: Pubsub) -> None:
        self._addresses = addresses
        self._pubsub = pubsub

    def publish(self, topic: str, messages: Sequence[Envelope]) -> Sequence[Unsent]:
        name, what = self._name(topic, "publish"), f"publishing to topic {topic!r}"
        unsent = publish_all(list(enumerate(messages)), lambda some: self._pubsub.publish(name, some, what))
        grant = Grant("publish", "topic", topic, "pubsub.topics.publish", name)
        said = [
            Unsent(one.index, denied(grant, one.error) if isinstance(one.error, PermissionDenied) else one.error)
            for one in unsent
        ]
        return told(said, len(messages))

    def native(self, topic: str) -> Any:
        """(`google.cloud.pubsub_v1.PublisherClient`, full name of the topic)."""
        return self._pubsub.publisher, self._name(topic, "native")

    def close(self) -> None:
        """Nothing: the connections are the cloud's."""

    def _name(self, topic: str, verb: str) -> str:
        return address_of(self._addresses, verb, "topic", topic)
