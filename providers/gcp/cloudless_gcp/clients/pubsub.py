"""Pub/Sub over REST, inside of functions: the official client costs a cold start 200 ms and 40 MiB.

https://cloud.google.com/pubsub/docs/reference/rest
"""

from __future__ import annotations

from binascii import b2a_base64

from cloudless.driver.queue import Delivered
from cloudless.driver.rest import Lost
from cloudless_gcp.clients.errors import of_answer, translated
from cloudless_gcp.wire import attributes_of, whole_envelope_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from cloudless.message import Envelope
    from cloudless_gcp.clients.rest import Google

RECEIVE_WAIT_S = 2.0
"""See `cloudless_gcp.clients.sdk.RECEIVE_WAIT_S`."""


class RestPubsub:
    """See `cloudless_gcp.clients.queue.Pubsub`. Safe from several threads. region: as for the SDK, see sdk.py."""

    __slots__ = ("_base", "_google", "_region")

    def __init__(self, google: Google, region: str = "") -> None:
        self._google = google
        self._region = region
        self._base = base_of(region)

    @property
    def publisher(self) -> Any:
        """`google.cloud.pubsub_v1.PublisherClient`, which the program requires itself: nothing of ours uses it here."""
        with translated("opening Pub/Sub"):
            return client_of("PublisherClient", self._region)

    def publish(self, topic: str, messages: Sequence[Envelope], what: str) -> None:
        """One publish request."""
        self._google.call("POST", f"{self._base}{topic}:publish", publication_of(messages), what)

    def pull(self, subscription: str, limit: int, what: str) -> list[Delivered]:
        url = f"{self._base}{subscription}:pull"
        try:
            answer = self._google.once(url, {"maxMessages": limit}, {}, RECEIVE_WAIT_S)
        except (TimeoutError, Lost):
            return []
        if answer.status != 200:
            raise of_answer(answer, what)
        return [delivered(one) for one in answer.json().get("receivedMessages", ())]

    def acknowledge(self, subscription: str, receipts: Sequence[str], what: str) -> None:
        self._google.call("POST", f"{self._base}{subscription}:acknowledge", {"ackIds": list(receipts)}, what)

    def release(self, subscription: str, receipts: Sequence[str], what: str) -> None:
        body = {"ackIds": list(receipts), "ackDeadlineSeconds": 0}
        self._google.call("POST", f"{self._base}{subscription}:modifyAckDeadline", body, what)

    def close(self) -> None:
        """Nothing: the connections are the cloud's."""


def client_of(kind: str, region: str, **more: Any) -> Any:
    """A client of the official SDK. kind: its class in `google.cloud.pubsub_v1`. region: as of `base_of`."""
    from importlib import import_module

    options = {"api_endpoint": f"{region}-pubsub.googleapis.com:443"} if region else None
    return getattr(import_module("google.cloud.pubsub_v1"), kind)(client_options=options, **more)


def base_of(region: str) -> str:
    """What URLs of topics and subscriptions begin with. region: "" for the global endpoint.

    https://cloud.google.com/pubsub/docs/reference/service_apis_overview#pubsub_endpoints
    """
    return f"https://{region}-pubsub.googleapis.com/v1/" if region else "https://pubsub.googleapis.com/v1/"


def publication_of(messages: Sequence[Envelope]) -> dict[str, Any]:
    """The body of a publish request.

    https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics/publish
    """
    return {"messages": [_message_of(one) for one in messages]}


def _message_of(message: Envelope) -> dict[str, Any]:
    data = b2a_base64(message.body.encode(), newline=False).decode()
    ours: dict[str, Any] = {"data": data, "attributes": attributes_of(message)}
    return {**ours, "orderingKey": message.group} if message.group else ours


def delivered(received: Mapping[str, Any]) -> Delivered:
    """One pulled message. Its attempt is 1 where the subscription has no dead-letter policy."""
    return Delivered(whole_envelope_of(received), received["ackId"])
