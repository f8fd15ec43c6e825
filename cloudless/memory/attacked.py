"""Channels under attack: messages come twice, late, or behind others. Those without faults are plain Channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless.memory.channel import Channel
from cloudless.memory.ordered import OrderedChannel
from cloudless.memory.world import US

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from cloudless.memory.adversary import Adversary
    from cloudless.memory.fault import Fault
    from cloudless.memory.world import World
    from cloudless.message import Envelope


class _Next:
    """What is to happen to the message that is next. taken: whether it was asked for already."""

    __slots__ = ("duplicate", "skip")

    def __init__(self) -> None:
        self.duplicate: Fault | None = None
        self.skip = 0


class AttackedChannel(Channel):
    """See Channel."""

    __slots__ = ("_adversary", "_next", "_note")

    def __init__(self, name: str, world: World, adversary: Adversary) -> None:
        super().__init__(name, world)
        self._adversary = adversary
        self._next = _Next()
        self._note: Callable[[Any], None] = self._record
        self._record = self._recorded

    def deliver_next(self) -> None:
        handler = self.plan.handler if self.plan else ""
        self._next = _Next()
        for fault in self._adversary.arrivals(handler) if self._ready else ():
            if fault.kind == "delay":
                self._adversary.struck.add(id(fault))
                self.world.at(self.world.base_us + _us(fault), self._arrive, self._pick(), work=True)
                return
            self._next.duplicate = fault if fault.kind == "duplicate" else self._next.duplicate
            if fault.kind == "reorder" and len(self._ready) > 1:
                self._adversary.struck.add(id(fault))
                self._next.skip = fault.skip
        super().deliver_next()

    def _pick(self) -> Envelope:
        skip = min(self._next.skip, len(self._ready) - 1)
        if skip <= 0:
            return super()._pick()
        self._ready.rotate(-skip)
        envelope = self._ready.popleft()
        self._ready.rotate(skip)
        return envelope

    def _recorded(self, record: Any) -> None:
        """A delivery has ended: `record` as the history takes it."""
        self._note(record)
        duplicate, self._next.duplicate = self._next.duplicate, None
        if duplicate is not None and record[3] is None:
            self._adversary.struck.add(id(duplicate))
            self.world.at(self.world.now_us + _us(duplicate), self._arrive, record[2], work=True)


class AttackedOrderedChannel(OrderedChannel):
    """See OrderedChannel. A duplicate comes at once, before the next of its group; a delay holds up the group."""

    __slots__ = ("_adversary", "_duplicate", "_note")

    def __init__(self, name: str, world: World, adversary: Adversary) -> None:
        super().__init__(name, world)
        self._adversary = adversary
        self._duplicate: Fault | None = None
        self._note: Callable[[Any], None] = self._record
        self._record = self._recorded

    def deliver_next(self) -> None:
        faults = self._adversary.arrivals(self.plan.handler if self.plan else "")
        self._duplicate = next((fault for fault in faults if fault.kind == "duplicate"), None)
        for fault in faults:
            if fault.kind == "delay":
                self._adversary.struck.add(id(fault))
                group = self._free.choose(self._random)
                envelope = self._pop(group)
                self._block(group)
                self._return(group, envelope, self.world.base_us + _us(fault))
                return
        super().deliver_next()

    def _recorded(self, record: Any) -> None:
        self._note(record)
        if self._duplicate is not None and record[3] is None:
            self._adversary.struck.add(id(self._duplicate))
            self._group(record[2].group).appendleft(record[2])
        self._duplicate = None


def _us(fault: Fault) -> int:
    return round(fault.seconds * US)
