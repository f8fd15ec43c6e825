"""A channel: a queue, a subscription or an internal queue in the in-memory cloud.

This is the hot path, one room of plain code. What it saves, and why that is allowed:
- one deque; a delivered message is simply not in it, so a lock is no timer: it matters only where a handler
  crashes or takes time, and then one event stands for it;
- an envelope is never changed, so every subscription of a topic holds the same one;
- the body stays JSON text until it is delivered, and is decoded for each delivery: nothing is shared;
- the runtime's closure is called directly, no event loop in between.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from cloudless.memory.world import US
from cloudless.runtime.crash import Abandoned, TimedOut
from cloudless.runtime.outcome import Again

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cloudless.memory.world import World
    from cloudless.message import Envelope
    from cloudless.runtime.batch import DeliverAll
    from cloudless.runtime.consumer import Deliver
    from cloudless.runtime.outcome import Outcome
    from cloudless.runtime.plan import Plan

WINDOW = 16
"""The next message is any of the first so many: nobody may rely on order, and locality is kept."""

LOCK_FACTOR = 6
"""A delivery that never ends comes again after six times the time-out, as AWS advises for its queues.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""


class Channel:
    """name: as in the IR. plan, deliver: of its consumer; None where nobody takes its messages."""

    __slots__ = ("_random", "_ready", "_record", "deliver", "deliver_all", "listed", "name", "plan", "world")
    weight = 1

    def __init__(self, name: str, world: World) -> None:
        self.name = name
        self.world = world
        self.plan: Plan | None = None
        self.deliver: Deliver | None = None
        self.deliver_all: DeliverAll | None = None
        self.listed = False
        self._ready: deque[Envelope] = deque()
        self._random = world.random
        self._record = world.history.delivered

    def put(self, envelope: Envelope) -> None:
        """Make a message visible now (at the handler's own time, if that is ahead)."""
        world = self.world
        if world.now_us != world.base_us:
            world.at(world.now_us, self._arrive, envelope, work=True)
            return
        self._ready.append(envelope)
        if not self.listed and self.plan is not None:
            self.listed = True
            world.ready.append(self)

    def put_later(self, envelope: Envelope) -> None:
        """Make a message visible when its delay is over."""
        world = self.world
        world.at(world.now_us + round(envelope.delay_s * US), self._arrive, envelope, work=False)

    def put_at(self, envelope: Envelope, when_us: int) -> None:
        """Make a message visible at a time, or now if that has passed."""
        self.world.at(when_us, self._arrive, envelope, work=False)

    def put_first(self, envelope: Envelope) -> None:
        """Make a message visible before all others: it was taken, and is given back."""
        self._ready.appendleft(envelope)
        self.enlist()

    def enlist(self) -> None:
        """Let the world deliver from here, if there is something to deliver and someone to take it."""
        if not self.listed and self.plan is not None and self.has_ready():
            self.listed = True
            self.world.ready.append(self)

    def has_ready(self) -> bool:
        """Whether a message could be delivered now."""
        return bool(self._ready)

    def waiting(self) -> int:
        """How many messages are visible."""
        return len(self._ready)

    def visible(self) -> list[Envelope]:
        """The visible messages, oldest first."""
        return list(self._ready)

    def take(self, limit: int) -> list[Envelope]:
        """Remove up to `limit` of the oldest visible messages."""
        ready = self._ready
        return [ready.popleft() for _ in range(min(limit, len(ready)))]

    def deliver_next(self) -> None:
        """Deliver one message (or batch), chosen by the seed, and settle it."""
        if not self._ready:  # they were taken meanwhile, by a redrive
            return
        if self.deliver is None:
            self._deliver_batch()
            return
        envelope = self._pick()
        world = self.world
        began_us = world.now_us
        try:
            outcome = self.deliver(envelope)
            if world.now_us != began_us:
                self.check_time(began_us)
        except Abandoned as end:
            self._record((began_us, self.name, envelope, end))
            self._abandon(envelope, end)
            return
        self._record((began_us, self.name, envelope, outcome))
        if world.now_us != world.base_us:
            self._settle_later(envelope, outcome)
        elif isinstance(outcome, Again):
            self._again(envelope, outcome)

    def _pick(self) -> Envelope:
        ready = self._ready
        count = len(ready)
        if count > 1:
            index = int(self._random() * (min(WINDOW, count)))
            if index:
                ready[index], ready[0] = ready[0], ready[index]
        return ready.popleft()

    def _arrive(self, envelope: Envelope) -> None:
        self.put(envelope)

    def check_time(self, began_us: int) -> None:
        """TimedOut where the handler spent more than its time, be it in functions that it invoked."""
        assert self.plan is not None
        if self.world.now_us - began_us > round(self.plan.timeout_s * US):
            raise TimedOut

    # --- what is not everyday -----------------------------------------------------------------

    def _again(self, envelope: Envelope, outcome: Again) -> None:
        """The message comes back after the outcome's delay, as the next attempt."""
        next_one = envelope.again(envelope.attempt + outcome.counted)
        self.world.at(self.world.now_us + round(outcome.delay_s * US), self._arrive, next_one, work=True)

    def _settle_later(self, envelope: Envelope, outcome: Outcome) -> None:
        """The handler took time: the delivery ends when that is over, and the world goes on from where it is."""
        ended_us = self._back_to_base()
        if isinstance(outcome, Again):
            next_one = envelope.again(envelope.attempt + outcome.counted)
            self.world.at(ended_us + round(outcome.delay_s * US), self._arrive, next_one, work=True)
        else:
            self.world.at(ended_us, _nothing, None, work=True)

    def _abandon(self, envelope: Envelope, end: Abandoned) -> None:
        """Nobody reported the end: the message is locked until the lock runs out."""
        self._back_to_base()
        self.world.at(self._lock_end(), self._arrive, envelope.again(envelope.attempt + 1), work=True)

    def _back_to_base(self) -> int:
        world = self.world
        ended_us, world.now_us = world.now_us, world.base_us
        return ended_us

    def _lock_end(self) -> int:
        assert self.plan is not None
        return self.world.base_us + round(self.plan.timeout_s * LOCK_FACTOR * US)

    def _deliver_batch(self) -> None:
        """A batch of any size up to the maximum: a provider may deliver fewer, and this one does."""
        plan, deliver_all = self.plan, self.deliver_all
        assert plan is not None and deliver_all is not None
        most = min(plan.batch_size, len(self._ready))
        batch = [self._pick() for _ in range(most if self.world.is_calm else 1 + int(self._random() * most))]
        began_us = self.world.now_us
        try:
            outcomes: Sequence[Outcome] = deliver_all(batch)
            self.check_time(began_us)
        except Abandoned as end:
            self._abandon_all(batch, end, began_us)
            return
        took_time = self.world.now_us != self.world.base_us
        for envelope, outcome in zip(batch, outcomes, strict=True):
            self._record((began_us, self.name, envelope, outcome))
        ended_us = self._back_to_base() if took_time else began_us
        self.world.at(ended_us, _nothing, None, work=True)
        for envelope, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Again):
                next_one = envelope.again(envelope.attempt + outcome.counted)
                self.world.at(ended_us + round(outcome.delay_s * US), self._arrive, next_one, work=True)

    def _abandon_all(self, batch: Sequence[Envelope], end: Abandoned, began_us: int) -> None:
        for envelope in batch:
            self._record((began_us, self.name, envelope, end))
            self._abandon(envelope, end)


def _nothing(_: object) -> None:
    """The end of a delivery that took time: an event, so that the clock gets there."""
