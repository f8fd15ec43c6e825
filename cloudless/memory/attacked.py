"""Channels under attack: messages come twice, late, or behind others. Those without faults are plain Channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless.memory.channel import LOCK_FACTOR, Channel
from cloudless.memory.ordered import OrderedChannel
from cloudless.memory.world import US

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from cloudless.memory.adversary import Adversary
    from cloudless.memory.fault import Fault
    from cloudless.memory.world import World
    from cloudless.message import Envelope
    from cloudless.runtime.crash import Abandoned


class Marks:
    """What is to become of messages, by their envelopes, which never change and are the same until they are settled.

    record: tells the history of a delivery. next: the faults of the message that is next.
    """

    __slots__ = ("_duplicates", "_late", "adversary", "next", "record")

    def __init__(self, adversary: Adversary, record: Callable[[Any], None]) -> None:
        self.adversary = adversary
        self.record = record
        self.next: Sequence[Fault] = ()
        self._duplicates: dict[int, Fault | None] = {}
        self._late: set[int] = set()

    def put_next(self, envelope: Envelope, handler: str) -> None:
        """Note the faults of the message that was next, and is taken now."""
        faults, self.next = self.next, ()
        self.put(envelope, faults, handler)

    def put(self, envelope: Envelope, faults: Sequence[Fault], handler: str) -> None:
        """Note the faults of a message that is next. A copy is not copied again."""
        for fault in faults:
            if fault.kind == "duplicate":
                self._duplicates.setdefault(id(envelope), fault)
            if fault.kind == "poison":
                self.struck(fault)
                self.adversary.poisoned.add((handler, envelope.id))

    def struck(self, fault: Fault) -> None:
        self.adversary.struck.add(id(fault))

    def hold_back(self, envelope: Envelope, fault: Fault) -> bool:
        """Whether a message is to come later; none is held back twice."""
        if id(envelope) in self._late:
            return False
        self._late.add(id(envelope))
        self.struck(fault)
        return True

    def taken(self, envelope: Envelope) -> None:
        self._late.discard(id(envelope))

    def duplicate(self, envelope: Envelope, outcome: object) -> Fault | None:
        """The fault that brings a message again whose delivery has ended so; None for none."""
        fault = self._duplicates.pop(id(envelope), None)
        if fault is None or outcome is not None:
            return None
        self.struck(fault)
        self._duplicates[id(envelope)] = None
        return fault


class Delivery:
    """One that is going on. outlived: whether its messages came again while it went on."""

    __slots__ = ("began_us", "envelopes", "outlived")

    def __init__(self, began_us: int) -> None:
        self.began_us = began_us
        self.envelopes: list[Envelope] = []
        self.outlived = False


class AttackedChannel(Channel):
    """See Channel."""

    __slots__ = ("_deliveries", "_marks")

    def __init__(self, name: str, world: World, adversary: Adversary) -> None:
        super().__init__(name, world)
        self._marks = Marks(adversary, self._record)
        self._record = self._recorded
        self._deliveries: list[Delivery] = []

    def deliver_next(self) -> None:
        if not self._ready:
            return
        faults = self._marks.adversary.arrivals(_handler(self))
        if any(fault.kind == "delay" and self._is_held_back(fault, faults) for fault in faults):
            return
        for fault in faults:
            if fault.kind == "reorder" and len(self._ready) > 1:
                self._marks.struck(fault)
                self._ready.insert(fault.skip, self._ready.popleft())
        self._marks.next = faults
        self._deliver()

    def _deliver(self) -> None:
        delivery = Delivery(self.world.base_us)
        self._deliveries.append(delivery)
        self._marks.adversary.on_stall.append(lambda us: self._outlive(delivery, us))
        try:
            super().deliver_next()
        finally:
            self._marks.adversary.on_stall.pop()
            self._deliveries.pop()

    def _pick(self) -> Envelope:
        envelope = super()._pick()
        self._marks.taken(envelope)
        self._marks.put_next(envelope, _handler(self))
        self._deliveries[-1].envelopes.append(envelope)
        return envelope

    def _is_held_back(self, fault: Fault, faults: Sequence[Fault]) -> bool:
        """Whether the message that is next comes later; what else is to become of it, then."""
        envelope = super()._pick()
        if not self._marks.hold_back(envelope, fault):
            self._ready.appendleft(envelope)
            return False
        self._marks.put(envelope, faults, _handler(self))
        self.world.at(self.world.base_us + _us(fault), self._arrive, envelope, work=True)
        return True

    def _recorded(self, record: Any) -> None:
        """A delivery has ended: `record` as the history takes it."""
        self._marks.record(record)
        fault = self._marks.duplicate(record[2], record[3])
        if fault is not None:
            self.world.at(self.world.now_us + _us(fault), self._arrive, record[2], work=True)

    # --- deliveries that go on for longer than their lock

    def _outlive(self, delivery: Delivery, us: int) -> None:
        """The handler is going to stand still: beyond its lock, its messages come again while it does."""
        unlocked_us = delivery.began_us + self._lock_us()
        if not delivery.outlived and self.world.now_us + us > unlocked_us:
            delivery.outlived = True
            for envelope in delivery.envelopes:
                self.world.at(unlocked_us, self._arrive, envelope.again(envelope.attempt + 1), work=True)

    def _abandon(self, envelope: Envelope, end: Abandoned) -> None:
        if self._deliveries[-1].outlived:
            self._back_to_base()
        else:
            super()._abandon(envelope, end)

    def _lock_end(self) -> int:
        return max(self.world.base_us, self._deliveries[-1].began_us + self._lock_us())

    def _lock_us(self) -> int:
        assert self.plan is not None
        return round(self.plan.timeout_s * LOCK_FACTOR * US)


class AttackedOrderedChannel(OrderedChannel):
    """See OrderedChannel. A duplicate comes at once, before the next of its group; a delay holds up the group."""

    __slots__ = ("_marks",)

    def __init__(self, name: str, world: World, adversary: Adversary) -> None:
        super().__init__(name, world)
        self._marks = Marks(adversary, self._record)
        self._record = self._recorded

    def deliver_next(self) -> None:
        faults = self._marks.adversary.arrivals(_handler(self))
        if any(fault.kind == "delay" and self._is_held_back(fault, faults) for fault in faults):
            return
        self._marks.next = faults
        super().deliver_next()

    def _pop(self, group: str) -> Envelope:
        envelope = super()._pop(group)
        self._marks.put_next(envelope, _handler(self))
        return envelope

    def _is_held_back(self, fault: Fault, faults: Sequence[Fault]) -> bool:
        group = self._free.choose(self._random)
        if not self._marks.hold_back(self._groups[group][0], fault):
            return False
        envelope = super()._pop(group)
        self._block(group)
        self._marks.put(envelope, faults, _handler(self))
        self._return(group, envelope, self.world.base_us + _us(fault))
        return True

    def _recorded(self, record: Any) -> None:
        self._marks.record(record)
        self._marks.taken(record[2])
        if self._marks.duplicate(record[2], record[3]) is not None:
            self._group(record[2].group).appendleft(record[2])


def _us(fault: Fault) -> int:
    return round(fault.seconds * US)


def _handler(channel: Channel) -> str:
    return channel.plan.handler if channel.plan else ""
