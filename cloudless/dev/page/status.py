"""Status: how the application stands now, as the page shows it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from cloudless.dev.page.plain import plain
from cloudless.driver.orchestration import CANCELLED, COMPLETED, FAILED, RUNNING
from cloudless.ir import DEAD_LETTERS
from cloudless.memory.ordered import OrderedChannel
from cloudless.memory.world import US
from cloudless.node import node
from cloudless.runtime.schedule import next_due

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cloudless.dev.clock import Clock
    from cloudless.dev.page.journal import Journal
    from cloudless.ir import Application, Schedule
    from cloudless.memory.channel import Channel
    from cloudless.memory.cloud import MemoryCloud


@node()
class Depth:
    """What is in a channel. ready: may be delivered now, or is a dead letter. later: waits for a delay or back-off."""

    name: str
    ready: int = 0
    later: int = 0


@node()
class Due:
    """When a schedule runs next: virtual, milliseconds since the epoch; None for never."""

    name: str
    at_ms: int | None


@node()
class Tally:
    """Executions of an orchestration by their status."""

    name: str
    running: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0


@node()
class Runs:
    """How often a handler was called, and failed."""

    name: str
    calls: int = 0
    failed: int = 0


@node()
class Sends:
    """How often something was sent to, published on, fired or started."""

    name: str
    count: int


@node(kw_only=True)
class Status:
    """now_ms: virtual, since the epoch. is_behind: time travel goes on. last: number of the last entry."""

    now_ms: int
    speed: float
    is_behind: bool
    last: int
    channels: tuple[Depth, ...]
    letters: tuple[Depth, ...]
    schedules: tuple[Due, ...]
    orchestrations: tuple[Tally, ...]
    runs: tuple[Runs, ...]
    sends: tuple[Sends, ...]

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        found: dict[str, Any] = plain(self)
        return found


class Reader:
    """Reads the status of a cloud; cheap enough to be asked ten times a second."""

    def __init__(self, cloud: MemoryCloud, clock: Clock, journal: Journal) -> None:
        self._cloud = cloud
        self._clock = clock
        self._journal = journal
        self._application: Application = cloud.application
        self._letters = {one.name for one in self._application.queues if one.role == DEAD_LETTERS}
        self._due: dict[str, tuple[int, int | None]] = {}

    @property
    def now_ms(self) -> int:
        return self._cloud.world.now_us // 1_000

    def status(self) -> Status:
        """How it stands now."""
        depths = self._depths()
        return Status(
            now_ms=self.now_ms,
            speed=self._clock.speed,
            is_behind=self._clock.is_behind,
            last=self._journal.last,
            channels=tuple(one for one in depths if one.name not in self._letters),
            letters=tuple(one for one in depths if one.name in self._letters),
            schedules=tuple(self._next(one) for one in self._application.schedules),
            orchestrations=tuple(self._tally(one.name) for one in self._application.orchestrations),
            runs=tuple(Runs(name, *counts) for name, counts in self._journal.runs.items()),
            sends=tuple(Sends(*pair) for pair in self._journal.sends.items()),
        )

    def _depths(self) -> list[Depth]:
        later = Counter(id(getattr(action, "__self__", None)) for _, action, _ in self._cloud.world.due())
        return [_depth(one, later[id(one)]) for one in self._cloud.channels.values()]

    def _next(self, schedule: Schedule) -> Due:
        """Its next time, which is worked out again only when it has passed: cron's arithmetic is slow."""
        now_s = self._cloud.world.now_us // US
        asked_s, due_s = self._due.get(schedule.name, (0, 0))
        if asked_s == 0 or (due_s is not None and due_s <= now_s):
            asked_s, due_s = self._due[schedule.name] = now_s, next_due(schedule, now_s)
        return Due(schedule.name, None if due_s is None else due_s * 1_000)

    def _tally(self, orchestration: str) -> Tally:
        executions: Mapping[str, Any] = self._cloud.orchestrations.native(orchestration)
        found = Counter(one.status for one in executions.values())
        return Tally(orchestration, found[RUNNING], found[COMPLETED], found[FAILED], found[CANCELLED])


def _depth(channel: Channel, later: int) -> Depth:
    """An ordered queue keeps the head of a group in its place while that waits for its back-off."""
    waiting = channel.waiting() - (later if isinstance(channel, OrderedChannel) else 0)
    return Depth(channel.name, max(0, waiting), later)
