"""Microsoft's Service Bus client, one a process: opening a sender or receiver takes half a second, so each is kept.

Senders and receivers are not safe from several threads: each has a lock.
https://learn.microsoft.com/en-us/python/api/overview/azure/servicebus-readme#thread-safety
"""

from __future__ import annotations

from threading import Lock

from cloudless_azure.clients.connection import SERVICE_BUS, connection
from cloudless_azure.clients.identity import Identity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Generic, TypeVar

    from azure.servicebus import ServiceBusClient, ServiceBusReceiver, ServiceBusSender

    T = TypeVar("T")

    class _Generic(Generic[T]):
        pass
else:
    T = object

    class _Generic:
        __class_getitem__ = classmethod(lambda cls, _: cls)


RETRIES = 2
"""Repetitions of a request that failed for the moment: three tries together."""
BACKOFF_FACTOR = 0.4
BACKOFF_MAX_S = 5
TRY_TIMEOUT_S = 20.0
"""Of one try. A send takes milliseconds; the SDK's own 60 s may outlive the handler that waits."""


class Kept(_Generic[T]):
    """A sender or receiver, and the lock to hold while using it."""

    __slots__ = ("link", "lock")

    def __init__(self, link: T) -> None:
        self.link = link
        self.lock = Lock()


class Clients:
    """Sender and receiver by entity, each opened at first use. endpoint: the namespace where no setting says one.

    is_known: whether the SDK's batches are as sending.py knows them; None until it has asked.
    """

    def __init__(self, endpoint: str = "") -> None:
        self.is_known: bool | None = None
        self._endpoint = endpoint
        self._lock = Lock()
        self._client: ServiceBusClient | None = None
        self._senders: dict[str, Kept[ServiceBusSender]] = {}
        self._receivers: dict[str, Kept[ServiceBusReceiver]] = {}

    @property
    def client(self) -> ServiceBusClient:
        """`azure.servicebus.ServiceBusClient`."""
        if self._client is None:
            self._client = _connect(self._endpoint)
        return self._client

    @property
    def host(self) -> str:
        """Where the namespace is, for people."""
        return self.client.fully_qualified_namespace

    def sender(self, entity: str) -> Kept[ServiceBusSender]:
        """Of a queue or topic."""
        return self._kept(self._senders, entity, lambda: self.client.get_queue_sender(entity))

    def receiver(self, entity: str) -> Kept[ServiceBusReceiver]:
        """Of a queue without sessions, in peek-lock mode."""
        return self._kept(self._receivers, entity, lambda: self.client.get_queue_receiver(entity))

    def close(self) -> None:
        """Close all that was opened, at the same time: each takes half a second. What is used again is opened again."""
        from threading import Thread

        with self._lock:
            links: list[Any] = [kept.link for kept in self._senders.values()]
            links += [kept.link for kept in self._receivers.values()]
            self._senders, self._receivers, client, self._client = {}, {}, self._client, None
        threads = [Thread(target=link.close) for link in links]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if client is not None:
            client.close()

    def _kept(self, where: dict[str, Kept[T]], entity: str, make: Callable[[], T]) -> Kept[T]:
        with self._lock:
            if entity not in where:
                where[entity] = Kept(make())
            return where[entity]


def _connect(endpoint: str) -> ServiceBusClient:
    from azure.servicebus import ServiceBusClient

    found = connection(SERVICE_BUS, endpoint)
    options: dict[str, Any] = {
        "retry_total": RETRIES,
        "retry_backoff_factor": BACKOFF_FACTOR,
        "retry_backoff_max": BACKOFF_MAX_S,
        "try_timeout": TRY_TIMEOUT_S,
    }
    if found.string:
        return ServiceBusClient.from_connection_string(found.string, **options)
    identity: Any = Identity()
    return ServiceBusClient(found.endpoint, identity, **options)
