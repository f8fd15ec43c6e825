"""Pub/Sub by the official client, outside of functions; made at first use: importing it takes a quarter of a second."""

from __future__ import annotations

import os
from contextlib import contextmanager
from importlib import import_module
from itertools import count

from cloudless.driver import rest
from cloudless.driver.queue import Delivered
from cloudless_gcp.clients.errors import translated
from cloudless_gcp.clients.pubsub import client_of
from cloudless_gcp.wire import attributes_of, envelope_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from typing import Any

    from cloudless.message import Envelope
    from cloudless_gcp.clients.token import Tokens

CALL_TIMEOUT_S = 10.0
"""Of one attempt of a call. A publish takes well under a second."""
PATIENCE_S = 20.0
"""Of a call with all its repetitions. The SDK's own 10 minutes would outlive who is waiting."""
RECEIVE_WAIT_S = 2.0
"""How long a pull waits for the service, messages or none. Pub/Sub holds it open until there is a message; its flag to
answer at once is deprecated, and would say "none" while there are some.

https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions/pull#body.request_body.FIELDS.return_immediately
"""
_EMULATOR = "PUBSUB_EMULATOR_HOST"


class SdkPubsub:
    """See `cloudless_gcp.clients.queue.Pubsub`. Safe from several threads.

    region: whose endpoint is used, e.g. "europe-west1"; "" for the global one, which takes the nearest. Messages
    of an ordering key keep their order only if they are published in one region, whoever sends them.
    tokens: of who calls; None for google-auth's own search. Not asked where an emulator is. gRPC would tell of what
    is wrong with them as of a server that cannot be reached, and go on trying: so they are asked for before each call.
    """

    __slots__ = ("_publish", "_publisher", "_region", "_subscriber", "_tokens")

    def __init__(self, region: str = "", tokens: Tokens | None = None) -> None:
        self._region = region
        self._tokens = None if _EMULATOR in os.environ else tokens
        self._publisher: Any = None
        self._publish: Any = None
        self._subscriber: Any = None

    @property
    def publisher(self) -> Any:
        """`google.cloud.pubsub_v1.PublisherClient`."""
        if self._publisher is None:
            self._publisher = self._opened("PublisherClient")
        return self._publisher

    @property
    def subscriber(self) -> Any:
        """`google.cloud.pubsub_v1.SubscriberClient`."""
        if self._subscriber is None:
            self._subscriber = self._opened("SubscriberClient")
        return self._subscriber

    def publish(self, topic: str, messages: Sequence[Envelope], what: str) -> None:
        """One publish request.

        The publisher's own `publish` collects in a background thread and returns futures, which tell nothing of a
        request. So the plain call underneath it is used, on the same connection.
        """
        with self._calling(what):
            if self._publish is None:
                self._publish = _sdk("google.pubsub_v1").PublisherClient(transport=self.publisher.transport).publish
            request = [message_of(one) for one in messages]
            self._publish(topic=topic, messages=request, retry=self._retry(), timeout=CALL_TIMEOUT_S)

    def pull(self, subscription: str, limit: int, what: str) -> list[Delivered]:
        from google.api_core.exceptions import DeadlineExceeded

        with self._calling(what):
            try:
                answer = self.subscriber.pull(
                    subscription=subscription, max_messages=limit, timeout=RECEIVE_WAIT_S, retry=None
                )
            except DeadlineExceeded:
                return []
        return [delivered(one) for one in answer.received_messages]

    def acknowledge(self, subscription: str, receipts: Sequence[str], what: str) -> None:
        with self._calling(what):
            self.subscriber.acknowledge(subscription=subscription, ack_ids=list(receipts), retry=self._retry())

    def release(self, subscription: str, receipts: Sequence[str], what: str) -> None:
        with self._calling(what):
            self.subscriber.modify_ack_deadline(
                subscription=subscription, ack_ids=list(receipts), ack_deadline_seconds=0, retry=self._retry()
            )

    def close(self) -> None:
        """Close the connections; the object is not used after that."""
        if self._publisher is not None:
            self._publisher.transport.close()
        if self._subscriber is not None:
            self._subscriber.close()

    @contextmanager
    def _calling(self, what: str) -> Generator[None]:
        """Around a call: who makes it is signed in, and the SDK's errors are ours."""
        if self._tokens is not None:
            self._tokens.current()
        with translated(what):
            yield

    def _opened(self, kind: str) -> Any:
        """A client of the SDK."""
        given = {} if self._tokens is None else {"credentials": self._tokens.credentials()}
        with translated("opening Pub/Sub"):
            return client_of(kind, self._region, **given)

    def _retry(self) -> Any:
        """The retry of one call: of transient errors, as often as over REST, and not beyond our patience."""
        retry, tried = _sdk("google.api_core.retry"), count(1)

        def again(problem: Exception) -> bool:
            return retry.if_transient_error(problem) and next(tried) < rest.TRIES

        return retry.Retry(again, initial=rest.BACKOFF_S, maximum=rest.BACKOFF_MAX_S, timeout=PATIENCE_S)


def message_of(message: Envelope) -> dict[str, Any]:
    """As the SDK's publish request takes it."""
    return {"data": message.body.encode(), "attributes": attributes_of(message), "ordering_key": message.group}


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


def _sdk(module: str) -> Any:
    """A module of the SDK. Any: its annotations are partly unknown to strict type checkers."""
    return import_module(module)
