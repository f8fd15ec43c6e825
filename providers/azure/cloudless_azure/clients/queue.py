"""The queue driver over Service Bus."""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil

from cloudless.driver.queue import Delivered, Unsent
from cloudless.errors import CloudlessError, InvalidArgument, NotFound
from cloudless_azure.clients.errors import translated
from cloudless_azure.clients.servicebus import Clients
from cloudless_azure.wire import envelope_of, properties_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from azure.servicebus import ServiceBusMessage, ServiceBusMessageBatch, ServiceBusReceivedMessage
    from azure.servicebus import ServiceBusReceiver as Receiver
    from azure.servicebus import ServiceBusSender as Sender

    from cloudless.message import Envelope

    Batch = tuple[list[int], ServiceBusMessageBatch]

RECEIVE_WAIT_S = 2.0
"""How long `receive` waits for messages that a peek showed; others may have locked them in the meantime."""
JSON = "application/json"
_DATA = "data"
_ACTIVE = 0
"""https://learn.microsoft.com/en-us/python/api/azure-servicebus/azure.servicebus.servicebusmessagestate"""


class ServiceBusQueues:
    """See `cloudless.driver.queue.QueueDriver`. Safe from several threads.

    addresses: entity by logical name. now_s: the clock that delays are added to. The receipts are the SDK's received
    messages. How long `receive` locks is the lock duration of the queue; it takes no queues with sessions.
    """

    __slots__ = ("_addresses", "_clients", "_now_s")

    def __init__(self, addresses: Mapping[str, str], now_s: Callable[[], float], clients: Clients) -> None:
        self._addresses = addresses
        self._now_s = now_s
        self._clients = clients

    def send(self, queue: str, messages: Sequence[Envelope]) -> Sequence[Unsent]:
        what, kept = f"sending to queue {queue!r}", self._clients.sender(self._entity(queue))
        with kept.lock:
            unsent = self._send(kept.link, [self._message(one) for one in messages], what)
        if len(unsent) == len(messages):
            raise unsent[0].error
        return unsent

    def receive(self, queue: str, limit: int) -> Sequence[Delivered]:
        kept = self._clients.receiver(self._entity(queue))
        found: list[ServiceBusReceivedMessage] = []
        with kept.lock, translated(f"receiving from queue {queue!r}"):
            wanted = _waiting(kept.link, limit)
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

    def native(self, queue: str) -> Any:
        """(`azure.servicebus.ServiceBusClient`, name of the entity)."""
        return self._clients.client, self._entity(queue)

    def close(self) -> None:
        """Close the connections; the driver is not used after that."""
        self._clients.close()

    def _send(self, sender: Sender, messages: list[ServiceBusMessage], what: str) -> list[Unsent]:
        """Send in order. What follows a failed request is not sent: it would overtake."""
        at = 0
        try:
            with translated(what):
                for indexes, batch in _batches(sender, messages):
                    at = indexes[0]
                    sender.send_messages(batch)
                    at = indexes[-1] + 1
        except CloudlessError as problem:
            return [Unsent(index, problem) for index in range(at, len(messages))]
        return []

    def _settle(self, queue: str, receipts: Sequence[Any], settle: Callable[[Receiver, Any], None]) -> None:
        from azure.servicebus.exceptions import MessageAlreadySettled, MessageLockLostError

        kept = self._clients.receiver(self._entity(queue))
        with kept.lock, translated(f"settling messages of queue {queue!r}"):
            for receipt in receipts:
                try:
                    settle(kept.link, receipt)
                except (MessageAlreadySettled, MessageLockLostError):
                    continue  # as the contract says: its time was up

    def _message(self, envelope: Envelope) -> ServiceBusMessage:
        from azure.servicebus import ServiceBusMessage

        due = _due(self._now_s() + envelope.delay_s) if envelope.delay_s > 0 else None
        properties: dict[Any, Any] = {**properties_of(envelope)}
        return ServiceBusMessage(
            envelope.body.encode(),
            message_id=envelope.id,
            session_id=envelope.group or None,
            content_type=JSON,
            application_properties=properties,
            scheduled_enqueue_time_utc=due,
        )

    def _entity(self, queue: str) -> str:
        try:
            return self._addresses[queue]
        except KeyError:
            raise NotFound(
                f"this function has no address of a queue {queue!r}; it has: {sorted(self._addresses)}"
            ) from None


def _due(at_s: float) -> datetime:
    """When a delayed message may come: not before `at_s`. AMQP counts milliseconds, and the SDK cuts what is below."""
    return datetime.fromtimestamp((ceil(at_s * 1_000) + 0.5) / 1_000, UTC)


def _batches(sender: Sender, messages: list[ServiceBusMessage]) -> Iterator[Batch]:
    """Cut a list into what one request takes; the SDK counts the bytes. Raises InvalidArgument for one too large."""
    batch, indexes = sender.create_message_batch(), list[int]()
    for index, message in enumerate(messages):
        if not _fits(batch, message):
            if indexes:
                yield indexes, batch
            batch, indexes = sender.create_message_batch(), []
            if not _fits(batch, message):
                raise InvalidArgument(f"message {index} of the list is larger than a request may be")
        indexes.append(index)
    yield indexes, batch


def _fits(batch: ServiceBusMessageBatch, message: ServiceBusMessage) -> bool:
    """Add a message to a batch, unless it is full."""
    from azure.servicebus.exceptions import MessageSizeExceededError

    try:
        batch.add_message(message)
    except MessageSizeExceededError:
        return False
    return True


def _waiting(receiver: Receiver, limit: int) -> int:
    """How many messages there may be to receive, by a peek, which answers at once; a receive would wait for some.

    From number 1: 0 means "after the last one received" to the SDK.
    """
    return sum(message.state.value == _ACTIVE for message in receiver.peek_messages(limit, sequence_number=1))


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
