"""The topic driver over Service Bus. Subscriptions are infrastructure: each forwards to a queue of its own."""

from __future__ import annotations

from cloudless_azure.clients.denied import address_of
from cloudless_azure.clients.sending import Outlet, send

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from cloudless.driver.queue import Unsent
    from cloudless.message import Envelope
    from cloudless_azure.clients.servicebus import Clients


class ServiceBusTopics:
    """See `cloudless.driver.topic.TopicDriver`. Safe from several threads. addresses: entity by logical name."""

    __slots__ = ("_addresses", "_clients", "_now_s")

    def __init__(self, addresses: Mapping[str, str], now_s: Callable[[], float], clients: Clients) -> None:
        self._addresses = addresses
        self._now_s = now_s
        self._clients = clients

    def publish(self, topic: str, messages: Sequence[Envelope]) -> Sequence[Unsent]:
        return send(self._clients, Outlet("topic", topic, self._entity(topic, "publish")), messages, self._now_s)

    def native(self, topic: str) -> Any:
        """(`azure.servicebus.ServiceBusClient`, name of the entity)."""
        return self._clients.client, self._entity(topic, "native")

    def close(self) -> None:
        """Close the connections; the driver is not used after that."""
        self._clients.close()

    def _entity(self, topic: str, verb: str) -> str:
        return address_of(self._addresses, verb, "topic", topic)
