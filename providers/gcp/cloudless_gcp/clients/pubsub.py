"""Google's Pub/Sub clients, each made at first use: importing the SDK takes a quarter of a second."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CALL_TIMEOUT_S = 10.0
"""Of one attempt of a call. A publish takes well under a second."""
PATIENCE_S = 20.0
"""Of a call with all its repetitions. The SDK's own 10 minutes would outlive the handler that is waiting."""


class Clients:
    """One publisher and one subscriber.

    region: whose endpoint is used, e.g. "europe-west1"; "" for the global one, which takes the nearest. Messages
    of an ordering key keep their order only if they are published in one region, whoever sends them.
    patience_s: how long transient errors are repeated, 0 for never.
    """

    __slots__ = ("_options", "_publish", "_publisher", "_subscriber", "patience_s")

    def __init__(self, region: str = "", *, patience_s: float = PATIENCE_S) -> None:
        # https://cloud.google.com/pubsub/docs/reference/service_apis_overview#pubsub_endpoints
        self._options = {"api_endpoint": f"{region}-pubsub.googleapis.com:443"} if region else None
        self.patience_s = patience_s
        self._publisher: Any = None
        self._publish: Any = None
        self._subscriber: Any = None

    @property
    def publisher(self) -> Any:
        """`google.cloud.pubsub_v1.PublisherClient`."""
        if self._publisher is None:
            self._publisher = _sdk("google.cloud.pubsub_v1").PublisherClient(client_options=self._options)
        return self._publisher

    @property
    def subscriber(self) -> Any:
        """`google.cloud.pubsub_v1.SubscriberClient`."""
        if self._subscriber is None:
            self._subscriber = _sdk("google.cloud.pubsub_v1").SubscriberClient(client_options=self._options)
        return self._subscriber

    def publish(self, topic: str, messages: list[dict[str, Any]]) -> None:
        """One publish request: all of the messages are stored, or none is known to be.

        The publisher's own `publish` collects in a background thread and returns futures, and a function
        may be frozen between requests. So the plain call underneath it is used, on the same connection.
        """
        if self._publish is None:
            self._publish = _sdk("google.pubsub_v1").PublisherClient(transport=self.publisher.transport).publish
        self._publish(topic=topic, messages=messages, retry=self.retry(), timeout=CALL_TIMEOUT_S)

    def retry(self) -> Any:
        """The retry of a call: transient errors only, for as long as our patience lasts."""
        if not self.patience_s:
            return None
        retry = _sdk("google.api_core.retry")
        return retry.Retry(retry.if_transient_error, initial=0.1, maximum=2.0, multiplier=2.0, timeout=self.patience_s)

    def close(self) -> None:
        """Close the connections; the object is not used after that."""
        if self._publisher is not None:
            self._publisher.transport.close()
        if self._subscriber is not None:
            self._subscriber.close()


def _sdk(module: str) -> Any:
    """A module of the SDK. Any: its annotations are partly unknown to strict type checkers."""
    return import_module(module)
