"""Topics in memory: a message is put on every subscription whose filter it matches; the envelope is shared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless.driver.current import here
from cloudless.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cloudless.driver.queue import Unsent
    from cloudless.memory.channel import Channel
    from cloudless.memory.limits import Limits
    from cloudless.memory.permissions import Permissions
    from cloudless.memory.world import World
    from cloudless.message import Envelope
    from cloudless.runtime.filter import Matches

_NOTHING: tuple[Unsent, ...] = ()


class MemoryTopics:
    """See driver.TopicDriver. subscriptions: topic → (filter or None, where matching messages are put)."""

    def __init__(self, world: World, permissions: Permissions, limits: Limits) -> None:
        self._world = world
        self._permissions = permissions
        self._limits = limits
        self.subscriptions: dict[str, list[tuple[Matches | None, Channel]]] = {}

    def publish(self, topic: str, messages: Sequence[Envelope]) -> Sequence[Unsent]:
        subscriptions = self.subscriptions.get(topic)
        if subscriptions is None:
            raise NotFound(f"there is no topic {topic!r} in this app")
        world = self._world
        _, handler, cause = here()
        if handler is not None:
            self._permissions.check(handler, "topic", topic, "publish")
        self._limits.check(messages)
        for message in messages:
            world.history.note("publish", world.now_us, topic, message, by=handler, cause=cause.id if cause else "")
            for matches, channel in subscriptions:
                if matches is None or matches(message.attributes):
                    channel.put(message)
        return _NOTHING

    def native(self, topic: str) -> Any:
        return self.subscriptions[topic]
