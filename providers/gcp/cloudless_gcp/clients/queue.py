"""The queue driver over Pub/Sub: a queue is a topic, and has a subscription to pull from where nothing consumes it."""

from __future__ import annotations

from cloudless.driver.queue import Unsent
from cloudless.errors import CloudlessError, PermissionDenied, UnsupportedError
from cloudless_gcp.clients.denied import Grant, address_of, denied, needing
from cloudless_gcp.clients.sending import publish_all, told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Protocol

    from cloudless.driver.queue import Delivered
    from cloudless.message import Envelope
    from cloudless_gcp.clients.delay import Delays
    from cloudless_gcp.clients.sending import Numbered

    class Pubsub(Protocol):
        """The service. topic, subscription: full names. what: the operation, as people read it. Raises ours."""

        @property
        def publisher(self) -> Any:
            """The official client."""
            ...

        def publish(self, topic: str, messages: Sequence[Envelope], what: str) -> None:
            """One publish request: all of the messages are stored, or none is known to be."""
            ...

        def pull(self, subscription: str, limit: int, what: str) -> list[Delivered]:
            """Up to `limit` messages that are there, locked for the acknowledgement deadline; within a few seconds."""
            ...

        def acknowledge(self, subscription: str, receipts: Sequence[str], what: str) -> None:
            """Remove pulled messages. Receipts that have expired are ignored."""
            ...

        def release(self, subscription: str, receipts: Sequence[str], what: str) -> None:
            """Make pulled messages visible again. Receipts that have expired are ignored."""
            ...

        def close(self) -> None: ...


AT_ONCE = 4
"""Tasks that are made at the same time."""
_CONSUME = "pubsub.subscriptions.consume"


class PubsubQueues:
    """See `cloudless.driver.queue.QueueDriver` and `Counting`. Safe from several threads.

    addresses: full topic name by logical name, of subscribers that of their retries. subscriptions: full name of what
    is pulled from, by logical name. The receipts are Pub/Sub's acknowledgement ids. How long `receive` locks is the
    acknowledgement deadline of the subscription; it raises the count of deliveries where there is one. waiting: how
    many messages wait, by full name of the subscription, and name of the queue.
    """

    __slots__ = ("_addresses", "_delays", "_pubsub", "_subscriptions", "_waiting")

    def __init__(
        self,
        addresses: Mapping[str, str],
        subscriptions: Mapping[str, str],
        pubsub: Pubsub,
        delays: Delays,
        waiting: Callable[[str, str], int],
    ) -> None:
        self._addresses = addresses
        self._subscriptions = subscriptions
        self._pubsub = pubsub
        self._delays = delays
        self._waiting = waiting

    def send(self, queue: str, messages: Sequence[Envelope]) -> Sequence[Unsent]:
        topic, what = self._topic(queue, "send"), f"sending to queue {queue!r}"
        soon = [(index, one) for index, one in enumerate(messages) if one.delay_s <= 0]
        later = [(index, one) for index, one in enumerate(messages) if one.delay_s > 0]
        unsent = publish_all(soon, lambda some: self._pubsub.publish(topic, some, what))
        grant = Grant("send", "queue", queue, "pubsub.topics.publish", topic)
        unsent = [Unsent(one.index, _told(one.error, grant)) for one in unsent]
        return told([*unsent, *self._send_later(queue, later)], len(messages))

    def receive(self, queue: str, limit: int) -> Sequence[Delivered]:
        subscription = self._subscription(queue)
        with needing(Grant("receive", "queue", queue, _CONSUME, subscription)):
            return self._pubsub.pull(subscription, limit, f"receiving from queue {queue!r}")

    def acknowledge(self, queue: str, receipts: Sequence[Any]) -> None:
        if receipts:
            subscription = self._subscription(queue)
            with needing(Grant("receive", "queue", queue, _CONSUME, subscription)):
                self._pubsub.acknowledge(subscription, receipts, f"acknowledging messages of queue {queue!r}")

    def release(self, queue: str, receipts: Sequence[Any]) -> None:
        if receipts:
            subscription = self._subscription(queue)
            with needing(Grant("receive", "queue", queue, _CONSUME, subscription)):
                self._pubsub.release(subscription, receipts, f"releasing messages of queue {queue!r}")

    def count(self, queue: str) -> int:
        return self._waiting(self._subscription(queue), queue)

    def native(self, queue: str) -> Any:
        """(`google.cloud.pubsub_v1.PublisherClient`, full topic name)."""
        return self._pubsub.publisher, self._topic(queue, "native")

    def close(self) -> None:
        """Nothing: the connections are the cloud's."""

    def _send_later(self, queue: str, messages: Sequence[Numbered]) -> list[Unsent]:
        def send(numbered: Numbered) -> Unsent | None:
            try:
                self._delays.send(queue, numbered[1])
            except CloudlessError as problem:
                return Unsent(numbered[0], problem)
            return None

        if len(messages) < 2:
            made = [send(one) for one in messages]
        else:
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(min(AT_ONCE, len(messages))) as pool:
                made = list(pool.map(send, messages))
        return [one for one in made if one is not None]

    def _topic(self, queue: str, verb: str) -> str:
        return address_of(self._addresses, verb, "queue", queue)

    def _subscription(self, queue: str) -> str:
        if queue in self._subscriptions:
            return self._subscriptions[queue]
        self._topic(queue, "receive")
        raise UnsupportedError(
            f"gcp: nothing can be received from queue {queue!r}: a function consumes it, and a subscription of Pub/Sub "
            "is pushed or pulled, not both (never). https://cloud.google.com/pubsub/docs/subscriber"
        )


def _told(problem: CloudlessError, grant: Grant) -> CloudlessError:
    return denied(grant, problem) if isinstance(problem, PermissionDenied) else problem
