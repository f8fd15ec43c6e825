"""The driver of topics."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Protocol

    from cloudless.driver.queue import Unsent
    from cloudless.message import Envelope
else:
    Protocol = object


class TopicDriver(Protocol):
    """Two methods. Subscriptions are infrastructure: the compiler makes them, the runtime is fed by them."""

    def publish(self, topic: str, messages: Sequence[Envelope]) -> Sequence[Unsent]:
        """Store every message for every subscription whose filter it matches; as QueueDriver.send.

        No delay, no group. Attributes are what subscriptions filter on.
        """
        ...

    def native(self, topic: str) -> Any:
        """The provider's own client and identifier of the topic."""
        ...
