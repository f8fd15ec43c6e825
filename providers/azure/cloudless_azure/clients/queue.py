"""The queue driver over Service Bus."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice

from cloudless.driver.queue import Delivered
from cloudless_azure.clients.denied import RECEIVER, Grant, address_of, needing
from cloudless_azure.clients.errors import translated
from cloudless_azure.clients.sending import Outlet, send
from cloudless_azure.clients.servicebus import Clients
from cloudless_azure.wire import envelope_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
    from typing import Any

    from azure.servicebus import ServiceBusReceivedMessage
    from azure.servicebus import ServiceBusReceiver as Receiver

    from cloudless.driver.queue import Unsent
    from cloudless.message import Envelope

RECEIVE_WAIT_S = 2.0
"""How long `receive` waits for messages that a peek showed; others may have locked them in the meantime."""
PAGE = 250
"""Messages of one look into a queue."""
COUNTED_MOST = 10_000
"""Messages that `count` looks at; that takes about a second."""
_DATA = "data"
_ACTIVE = 0
"""https://learn.microsoft.com/en-us/python/api/azure-servicebus/azure.servicebus.servicebusmessagestate"""


class ServiceBusQueues:
    """See `cloudless.driver.queue.QueueDriver`, `Browsing` and `Counting`. Safe from several threads.

    addresses: entity by logical name. now_s: the clock that delays are added to. The receipts are the SDK's received
    messages. How long `receive` locks is the lock duration of the queue; it takes no queues with sessions.
    """

    __slots__ = ("_addresses", "_clients", "_now_s")

    def __init__(self, addresses: Mapping[str, str], now_s: Callable[[], float], clients: Clients) -> None:
        self._addresses = addresses
        self._now_s = now_s
        self._clients = clients

    def send(self, queue: str, messages: Sequence[Envelope]) -> Sequence[Unsent]:
        return send(self._clients, Outlet("queue", queue, self._entity(queue, "send")), messages, self._now_s)

    def receive(self, queue: str, limit: int) -> Sequence[Delivered]:
        kept = self._clients.receiver(self._entity(queue))
        found: list[ServiceBusReceivedMessage] = []
        with kept.lock, self._translated(queue):
            # a peek answers at once; a receive waits for messages that may not be there
            wanted = sum(map(_is_active, kept.link.peek_messages(limit, sequence_number=1)))
            while len(found) < wanted:
                more = kept.link.receive_messages(wanted - len(found), max_wait_time=RECEIVE_WAIT_S)
                if not more:
                    break
                found += more
        return [delivered(one) for one in found]

    def acknowledge(self, queue: str, receipts: Sequence[Any]) -> None:
        self._settle(queue, receipts, lambda receiver, receipt: receiver.complete_message(receipt))

    def release(self, queue: str, receipts: Sequence[Any]) -> None:
        self._settle(queue, receipts, lambda receiver, receipt: receiver.abandon_message(receipt))

    def peek(self, queue: str, limit: int) -> Sequence[Envelope]:
        with self._browsing(queue) as browsed:
            return [delivered(one).envelope for one in islice(filter(_is_active, browsed), limit)]

    def count(self, queue: str) -> int:
        with self._browsing(queue) as browsed:
            return sum(map(_is_active, islice(browsed, COUNTED_MOST)))

    def native(self, queue: str) -> Any:
        """(`azure.servicebus.ServiceBusClient`, name of the entity)."""
        return self._clients.client, self._entity(queue, "native")

    def close(self) -> None:
        """Close the connections; the driver is not used after that."""
        self._clients.close()

    def _settle(self, queue: str, receipts: Sequence[Any], settle: Callable[[Receiver, Any], None]) -> None:
        from azure.servicebus.exceptions import MessageAlreadySettled, MessageLockLostError

        kept = self._clients.receiver(self._entity(queue))
        with kept.lock, self._translated(queue):
            for receipt in receipts:
                try:
                    settle(kept.link, receipt)
                except (MessageAlreadySettled, MessageLockLostError):
                    continue  # as the contract says: its time was up

    @contextmanager
    def _browsing(self, queue: str) -> Generator[Iterator[ServiceBusReceivedMessage]]:
        """All messages of a queue, in order, in any state. They are not locked, and nothing is counted."""
        kept = self._clients.receiver(self._entity(queue))
        with kept.lock, self._translated(queue):
            yield _browsed(kept.link)

    @contextmanager
    def _translated(self, queue: str) -> Generator[None]:
        grant = Grant("receive", "queue", queue, RECEIVER, f"the queue {self._entity(queue)}")
        with needing(grant), translated(f"receiving from queue {queue!r} of {self._clients.host}"):
            yield

    def _entity(self, queue: str, verb: str = "receive") -> str:
        return address_of(self._addresses, verb, "queue", queue)


def _browsed(receiver: Receiver) -> Iterator[ServiceBusReceivedMessage]:
    """From number 1: 0 means "after the last one received" to the SDK."""
    number = 1
    while found := receiver.peek_messages(PAGE, sequence_number=number):
        yield from found
        number = (found[-1].sequence_number or 0) + 1


def _is_active(message: ServiceBusReceivedMessage) -> bool:
    """Whether it is there to be received, if nobody has locked it: neither scheduled nor deferred."""
    return message.state.value == _ACTIVE


def delivered(message: ServiceBusReceivedMessage) -> Delivered:
    """One received message. The SDK counts deliveries from 0."""
    sent = message.enqueued_time_utc
    envelope = envelope_of(
        _body(message),
        message.application_properties or {},
        id=message.message_id or "",
        attempt=(message.delivery_count or 0) + 1,
        group=message.session_id or "",
        sent_s=lambda: sent.timestamp() if sent else 0,
    )
    return Delivered(envelope, message)


def _body(message: ServiceBusReceivedMessage) -> bytes:
    """The bytes of a message; the text of one whose sender wrote an AMQP value instead."""
    parts: Any = message.body
    return str(parts).encode() if message.body_type.value != _DATA else b"".join(parts)
