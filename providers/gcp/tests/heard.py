"""A caller's cloud that tells where it publishes: Google's client goes to the emulator, past the gateway of ours."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from cloudless.driver import Delivered
from cloudless.message import Envelope
from cloudless_gcp.clients.cloud import GoogleCloud
from cloudless_gcp.clients.sdk import SdkPubsub
from cloudless_gcp.clients.token import Tokens

Hear = Callable[[str], None]
"""Takes the full name of a topic."""


class HeardCloud(GoogleCloud):
    """addresses, now_s: see `GoogleCloud`. hear: told of each topic that it published to."""

    def __init__(self, addresses: Mapping[str, Any], now_s: Callable[[], float], hear: Hear) -> None:
        super().__init__(addresses, now_s)
        self._hear = hear

    def _open_pubsub(self) -> SdkPubsub:
        return _HeardPubsub(self._hear, self._addresses.get("region", ""), self.google.tokens)


class _HeardPubsub(SdkPubsub):
    """Pulls as the gateway does: the emulator, which has what was published, says at once where that is nothing."""

    def __init__(self, hear: Hear, region: str, tokens: Tokens | None) -> None:
        super().__init__(region, tokens)
        self._hear = hear

    def _opened(self, kind: str) -> Any:
        client = super()._opened(kind)
        if hasattr(client, "pull"):
            client.pull = partial(client.pull, return_immediately=True)
        return client

    def pull(self, subscription: str, limit: int, what: str) -> list[Delivered]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of the flag
            return super().pull(subscription, limit, what)

    def publish(self, topic: str, messages: Sequence[Envelope], what: str) -> None:
        try:
            super().publish(topic, messages, what)
        finally:
            self._hear(topic)
