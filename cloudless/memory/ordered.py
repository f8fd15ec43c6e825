"""An ordered queue: messages of a group arrive in order, one at a time; a failing one blocks its group."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from cloudless.memory.channel import Channel
from cloudless.memory.pool import Pool
from cloudless.memory.world import US
from cloudless.runtime.crash import Abandoned
from cloudless.runtime.outcome import Again

if TYPE_CHECKING:
    from cloudless.memory.world import World
    from cloudless.message import Envelope
    from cloudless.runtime.outcome import Outcome


class OrderedChannel(Channel):
    """Groups with their messages in order; a group is free unless its head is being delivered or waits."""

    __slots__ = ("_blocked", "_free", "_groups")

    def __init__(self, name: str, world: World) -> None:
        super().__init__(name, world)
        self._groups: dict[str, deque[Envelope]] = {}
        self._free = Pool(is_calm=world.is_calm)
        self._blocked: set[str] = set()

    def put(self, envelope: Envelope) -> None:
        """Put a message at the end of its group, now (at the handler's own time, if that is ahead)."""
        world = self.world
        if world.now_us != world.base_us:
            world.at(world.now_us, self._arrive, envelope, work=True)
            return
        self._group(envelope.group).append(envelope)
        self._offer(envelope.group)

    def put_first(self, envelope: Envelope) -> None:
        """Give a taken message back to the head of its group."""
        self._group(envelope.group).appendleft(envelope)
        self._offer(envelope.group)

    def block_until(self, group: str, when_us: int) -> None:
        """Let no message of a group be delivered before a time."""
        self._block(group)
        self.world.at(when_us, self._release, group, work=True)

    def has_ready(self) -> bool:
        return len(self._free) > 0

    def waiting(self) -> int:
        return sum(map(len, self._groups.values()))

    def visible(self) -> list[Envelope]:
        return [envelope for group in self._groups.values() for envelope in group]

    def take(self, limit: int) -> list[Envelope]:
        """Remove up to `limit` messages, group by group, each from its head."""
        taken: list[Envelope] = []
        while self._free and len(taken) < limit:
            taken.append(self._pop(self._free.first()))
        return taken

    def deliver_next(self) -> None:
        """Deliver the head of a free group, chosen by the seed; the group is blocked until it is settled.

        One message a call, also for a batch handler: docs/decisions/0004.
        """
        world = self.world
        group = self._free.choose(self._random)
        envelope = self._pop(group)
        self._block(group)
        began_us = world.now_us
        try:
            outcome = self._run(envelope)
            self.check_time(began_us)
        except Abandoned as end:
            self._record((began_us, self.name, envelope, end))
            self._back_to_base()
            self._return(group, envelope.again(envelope.attempt + 1), self._lock_end())
            return
        self._record((began_us, self.name, envelope, outcome))
        self._settle(group, envelope, outcome, self._back_to_base())

    def _run(self, envelope: Envelope) -> Outcome:
        if self.deliver is not None:
            return self.deliver(envelope)
        assert self.deliver_all is not None
        return self.deliver_all([envelope])[0]

    def _settle(self, group: str, envelope: Envelope, outcome: Outcome, ended_us: int) -> None:
        if isinstance(outcome, Again):
            next_one = envelope.again(envelope.attempt + outcome.counted)
            self._return(group, next_one, ended_us + round(outcome.delay_s * US))
        elif ended_us > self.world.base_us:
            self.world.at(ended_us, self._release, group, work=True)
        else:
            self._release(group)

    def _return(self, group: str, envelope: Envelope, when_us: int) -> None:
        """The message goes back to the head of its group, which stays blocked until then."""
        self._group(group).appendleft(envelope)
        self.world.at(when_us, self._release, group, work=True)

    def _release(self, group: str) -> None:
        self._blocked.discard(group)
        self._offer(group)

    def _group(self, group: str) -> deque[Envelope]:
        return self._groups.setdefault(group, deque())

    def _offer(self, group: str) -> None:
        """List the group as free if it has a head and nothing blocks it."""
        if group in self._blocked or not self._groups.get(group):
            return
        self._free.add(group)
        self.enlist()

    def _block(self, group: str) -> None:
        self._blocked.add(group)
        self._free.discard(group)

    def _pop(self, group: str) -> Envelope:
        """The head of a group; an empty group is forgotten."""
        messages = self._groups[group]
        envelope = messages.popleft()
        if not messages:
            del self._groups[group]
            self._free.discard(group)
        return envelope
