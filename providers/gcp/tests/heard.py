"""A caller's cloud that tells where it publishes: Google's client goes to the emulator, past the gateway of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

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
    def __init__(self, hear: Hear, region: str, tokens: Tokens | None) -> None:
        super().__init__(region, tokens)
        self._hear = hear

    def publish(self, topic: str, messages: Sequence[Envelope], what: str) -> None:
        try:
            super().publish(topic, messages, what)
        finally:
            self._hear(topic)
