"""The queue driver over Pub/Sub: a queue is a topic, with a subscription of the same name."""

from __future__ import annotations

from cloudless.driver.queue import Delivered, Unsent
from cloudless.errors import CloudlessError, NotFound
from cloudless_gcp.capabilities import GAPS
from cloudless_gcp.clients.errors import translated
from cloudless_gcp.clients.pubsub import Clients
from cloudless_gcp.limits import LIMITS
from cloudless_gcp.wire import attributes_of, envelope_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from cloudless.message import Envelope

    Numbered = tuple[int, Envelope]

RECEIVE_WAIT_S = 2.0
"""How long `receive` waits for the service, messages or none. Pub/Sub holds a pull open until there is a message;
its flag to answer at once is deprecated, and would say "none" while there are some.
https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions/pull#body.request_body.FIELDS.return_immediately
"""
OVERHEAD_BYTES = 64
"""What a message, and each of its attributes, adds to a request besides texts: tags and lengths, rounded up."""
REQUEST_OVERHEAD_BYTES = 1_024
"""What a request holds besides its messages: the topic's name."""


class PubsubQueues:
    """See `cloudless.driver.queue.QueueDriver`. Safe from several threads.

    addresses: full topic name by logical name. The receipts are Pub/Sub's acknowledgement ids. How long
    `receive` locks is the acknowledgement deadline of the subscription.
    """

    __slots__ = ("_addresses", "_clients")

    def __init__(self, addresses: Mapping[str, str], clients: Clients | None = None) -> None:
        self._addresses = addresses
        self._clients = clients or Clients()

    def send(self, queue: str, messages: Sequence[Envelope]) -> Sequence[Unsent]:
        topic = self._topic(queue)
        if any(message.delay_s > 0 for message in messages):
            raise GAPS["queue.delay"].error("gcp")
        unsent: list[Unsent] = []
        for one_group in grouped(messages):
            unsent += self._send_group(queue, topic, one_group)
        if len(unsent) == len(messages):
            raise unsent[0].error
        return sorted(unsent, key=lambda one: one.index)

    def receive(self, queue: str, limit: int) -> Sequence[Delivered]:
        from google.api_core.exceptions import DeadlineExceeded

        subscriber, subscription = self._clients.subscriber, self._subscription(queue)
        with translated(f"receiving from queue {queue!r}"):
            try:
                answer = subscriber.pull(
                    subscription=subscription, max_messages=limit, timeout=RECEIVE_WAIT_S, retry=None
                )
            except DeadlineExceeded:
                return []
        return [delivered(one) for one in answer.received_messages]

    def acknowledge(self, queue: str, receipts: Sequence[Any]) -> None:
        if receipts:
            subscriber, subscription = self._clients.subscriber, self._subscription(queue)
            with translated(f"acknowledging messages of queue {queue!r}"):
                subscriber.acknowledge(subscription=subscription, ack_ids=list(receipts), retry=self._clients.retry())

    def release(self, queue: str, receipts: Sequence[Any]) -> None:
        if receipts:
            subscriber, subscription = self._clients.subscriber, self._subscription(queue)
            with translated(f"releasing messages of queue {queue!r}"):
                subscriber.modify_ack_deadline(
                    subscription=subscription,
                    ack_ids=list(receipts),
                    ack_deadline_seconds=0,
                    retry=self._clients.retry(),
                )

    def native(self, queue: str) -> Any:
        """(`google.cloud.pubsub_v1.PublisherClient`, full topic name)."""
        return self._clients.publisher, self._topic(queue)

    def close(self) -> None:
        """Close the connections; the driver is not used after that."""
        self._clients.close()

    def _send_group(self, queue: str, topic: str, messages: list[Numbered]) -> list[Unsent]:
        """Publish the messages of one group in order. What follows a failure is not sent: it would overtake."""
        for batch in batches(messages):
            try:
                with translated(f"sending to queue {queue!r}"):
                    self._clients.publish(topic, [pubsub_message(message) for _, message in batch])
            except CloudlessError as problem:
                return [Unsent(index, problem) for index, _ in messages if index >= batch[0][0]]
        return []

    def _topic(self, queue: str) -> str:
        try:
            return self._addresses[queue]
        except KeyError:
            raise NotFound(
                f"this function has no address of a queue {queue!r}; it has: {sorted(self._addresses)}"
            ) from None

    def _subscription(self, queue: str) -> str:
        return self._topic(queue).replace("/topics/", "/subscriptions/")


def grouped(messages: Sequence[Envelope]) -> list[list[Numbered]]:
    """The messages with their places, apart by group: one publish request takes one ordering key only.

    https://cloud.google.com/pubsub/docs/publisher#using-ordering-keys
    """
    groups: dict[str, list[Numbered]] = {}
    for numbered in enumerate(messages):
        groups.setdefault(numbered[1].group, []).append(numbered)
    return list(groups.values())


def batches(messages: list[Numbered]) -> Iterator[list[Numbered]]:
    """Cut a list into what one request takes, by number and by bytes."""
    most, most_bytes = LIMITS["batch.messages"].value, LIMITS["batch.bytes"].value - REQUEST_OVERHEAD_BYTES
    batch: list[Numbered] = []
    room = most_bytes
    for numbered in messages:
        size = size_of(numbered[1])
        if batch and (len(batch) == most or size > room):
            yield batch
            batch, room = [], most_bytes
        batch.append(numbered)
        room -= size
    yield batch


def size_of(message: Envelope) -> int:
    """Bytes of a message in a publish request, rounded up."""
    attributes = attributes_of(message)
    texts = [message.body, message.group, *attributes, *attributes.values()]
    return sum(len(text.encode()) for text in texts) + OVERHEAD_BYTES * (1 + len(attributes))


def pubsub_message(message: Envelope) -> dict[str, Any]:
    """As the publish request takes it."""
    return {
        "data": message.body.encode(),
        "attributes": attributes_of(message),
        "ordering_key": message.group,
    }


def delivered(received: Any) -> Delivered:
    """One pulled message. Its attempt is 1 where the subscription has no dead-letter policy."""
    message = received.message
    envelope = envelope_of(
        message.data,
        message.attributes,
        id=message.message_id,
        attempt=received.delivery_attempt or 1,
        group=message.ordering_key,
        sent_s=message.publish_time.timestamp,
    )
    return Delivered(envelope, received.ack_id)
