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
    from collections.abc import Sequence

    from cloudless.memory.world import World
    from cloudless.message import Envelope
    from cloudless.runtime.outcome import Outcome


class OrderedChannel(Channel):
    """Groups with their messages in order; a group is free unless its head is being delivered or waits."""

    __slots__ = ("_blocked", "_free", "_groups")

    def __init__(self, name: str, world: World) -> None:
        super().__init__(name, world)
        self._groups: dict[str, deque[Envelope]] = {}
        self._free = Pool()
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
        """Deliver the head of a free group (or a batch from its head), chosen by the seed."""
        assert self.plan is not None
        group = self._free.choose(self._random)
        most = min(self.plan.batch_size, len(self._groups[group]))
        batch = [self._pop(group) for _ in range(1 + int(self._random() * most) if most > 1 else 1)]
        self._block(group)
        began_us = self.world.now_us
        try:
            outcomes = self._run(batch)
        except Abandoned as end:
            for envelope in batch:
                self._record((began_us, self.name, envelope, end))
            self._back_to_base()
            self._return(group, [envelope.again(envelope.attempt + 1) for envelope in batch], self._lock_end())
            return
        for envelope, outcome in zip(batch, outcomes, strict=True):
            self._record((began_us, self.name, envelope, outcome))
        ended_us = self._back_to_base()
        self._settle(group, batch, outcomes, ended_us)

    def _run(self, batch: list[Envelope]) -> Sequence[Outcome]:
        if self.deliver is not None:
            return [self.deliver(batch[0])]
        assert self.deliver_all is not None
        return self.deliver_all(batch)

    def _settle(self, group: str, batch: list[Envelope], outcomes: Sequence[Outcome], ended_us: int) -> None:
        """From the first failure on everything comes again, so that the order holds."""
        for index, outcome in enumerate(outcomes):
            if isinstance(outcome, Again):
                rest = [self._next(envelope, outcomes[at]) for at, envelope in enumerate(batch) if at >= index]
                self._return(group, rest, ended_us + round(outcome.delay_s * US))
                return
        if ended_us > self.world.base_us:
            self._return(group, [], ended_us)
        else:
            self._release(group)

    @staticmethod
    def _next(envelope: Envelope, outcome: Outcome) -> Envelope:
        counted = isinstance(outcome, Again) and outcome.counted
        return envelope.again(envelope.attempt + counted)

    def _return(self, group: str, envelopes: list[Envelope], when_us: int) -> None:
        """The messages go back to the head of their group, which stays blocked until then."""
        self._group(group).extendleft(reversed(envelopes))
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
