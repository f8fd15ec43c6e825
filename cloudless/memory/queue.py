"""The queue driver in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless.driver.current import here
from cloudless.driver.queue import Delivered, Unsent
from cloudless.errors import NotFound
from cloudless.memory.world import US

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cloudless.memory.channel import Channel
    from cloudless.memory.limits import Limits
    from cloudless.memory.permissions import Permissions
    from cloudless.memory.world import World
    from cloudless.message import Envelope

RECEIVE_LOCK_US = 60 * US
_NOTHING: tuple[Unsent, ...] = ()


class MemoryQueues:
    """See driver.QueueDriver. Permissions are checked here, at the door, for whoever is running."""

    def __init__(self, world: World, channels: dict[str, Channel], permissions: Permissions, limits: Limits) -> None:
        self._world = world
        self._channels = channels
        self._permissions = permissions
        self._limits = limits
        self._taken: dict[int, tuple[Channel, Envelope]] = {}
        self._receipts = 0

    def send(self, queue: str, messages: Sequence[Envelope]) -> Sequence[Unsent]:
        channel = self._channel(queue)
        world = self._world
        _, handler, cause = here()
        if handler is not None:
            self._permissions.check(handler, "queue", queue, "send")
        self._limits.check(messages)
        for message in messages:
            world.history.note("send", world.now_us, queue, message, by=handler, cause=cause.id if cause else "")
            if message.delay_s:
                channel.put_later(message)
            else:
                channel.put(message)
        return _NOTHING

    def store_dead_letter(self, queue: str, handler: str, letter: Envelope) -> None:
        """What the runtime gives up; the runtime needs no permission of the user's."""
        self._world.history.note("dead", self._world.now_us, queue, letter, by=handler, cause=letter.id)
        self._channel(queue).put(letter)

    def receive(self, queue: str, limit: int) -> Sequence[Delivered]:
        _, handler, _ = here()
        if handler is not None:
            self._permissions.check(handler, "queue", queue, "peek", "redrive")
        channel = self._channel(queue)
        return [self._lock(channel, envelope) for envelope in channel.take(limit)]

    def acknowledge(self, queue: str, receipts: Sequence[Any]) -> None:
        for receipt in receipts:
            self._taken.pop(receipt, None)

    def release(self, queue: str, receipts: Sequence[Any]) -> None:
        for receipt in reversed(receipts):
            self._give_back(receipt)

    def taken(self) -> list[tuple[Channel, Envelope]]:
        """Messages that somebody received and has not settled."""
        return list(self._taken.values())

    def native(self, queue: str) -> Any:
        return self._channel(queue)

    def _lock(self, channel: Channel, envelope: Envelope) -> Delivered:
        self._receipts += 1
        self._taken[self._receipts] = (channel, envelope)
        self._world.at(self._world.now_us + RECEIVE_LOCK_US, self._give_back, self._receipts, work=False)
        return Delivered(envelope, self._receipts)

    def _give_back(self, receipt: int) -> None:
        taken = self._taken.pop(receipt, None)
        if taken is not None:
            taken[0].put_first(taken[1])

    def _channel(self, queue: str) -> Channel:
        channel = self._channels.get(queue)
        if channel is None:
            raise NotFound(f"there is no queue {queue!r} in this app; it has: {', '.join(sorted(self._channels))}")
        return channel
