"""A timer of the host's that ticks, and what our function sends when it does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cloudless.driver import Unsent
from cloudless.errors import Unavailable
from cloudless.ir import Schedule, Span
from cloudless.message import Envelope
from cloudless.runtime.schedule import utc_cron
from cloudless_azure.clients.cloud import AzureCloud
from cloudless_azure.compile.schedule import ncrontab
from cloudless_azure.runtime.timer import timer
from providers.azure.tests.functionshost.timer import Timer

Delay = Callable[[], timedelta]
"""By how much a tick comes later than it should, or earlier."""


def schedule(cron: str = "", timezone: str = "UTC", *, every_s: int = 0) -> Schedule:
    """A schedule as the front end makes it."""
    return Schedule(
        name="report",
        handler="report",
        queue="report",
        cron=cron,
        every_s=every_s,
        timezone=timezone,
        utc_cron=utc_cron(cron, timezone) if cron else "",
        span=Span("shop.py", 1),
    )


def facts(one: Schedule) -> dict[str, Any]:
    """What the runtime is told of it."""
    return {
        "schedule": one.name,
        "queue": one.queue,
        "cron": one.cron,
        "every_s": one.every_s,
        "timezone": one.timezone,
    }


class Outbox:
    """A queue driver that keeps what is sent, or refuses it."""

    def __init__(self) -> None:
        self.sent: list[Envelope] = []
        self.problem: Unavailable | None = None

    def send(self, queue: str, messages: Sequence[Envelope]) -> list[Unsent]:
        assert queue == "report"
        if self.problem:
            return [Unsent(index, self.problem) for index in range(len(messages))]
        self.sent += messages
        return []


class Cloud(AzureCloud):
    """now: the time, which the test moves."""

    __slots__ = ("now", "outbox")

    def __init__(self) -> None:
        super().__init__({}, self._seconds)
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.outbox = Outbox()

    def _seconds(self) -> float:
        return self.now.timestamp()

    @property
    def queues(self) -> Any:
        return self.outbox


class Tick:
    """What the worker library makes of the host's `TimerInfo`."""

    def __init__(self, info: str) -> None:
        plain = json.loads(info)
        self.past_due: bool = plain["IsPastDue"]
        self.schedule_status: Mapping[str, Any] = plain["ScheduleStatus"] or {}


class Ticking:
    """One schedule behind one timer, which a host begins to listen to at `start`."""

    def __init__(self, one: Schedule, start: datetime) -> None:
        self.ticks = 0
        self.cloud = Cloud()
        self.timer = Timer({"id": "1", "name": "report_timer"}, {"name": "tick", "schedule": ncrontab(one)})
        self._fire = timer(facts(one), self.cloud)
        self._listen(start)

    def _listen(self, at: datetime) -> None:
        self.cloud.now = at
        self.timer.start(at)

    def out(self, until: datetime) -> None:
        """No host listens until then."""
        self.timer.stop()
        self._listen(until)

    def until(self, end: datetime, delay: Delay = timedelta) -> None:
        """Let time pass, and every tick come."""
        for due in self._ticks(end):
            self.fire(max(due + delay(), self.cloud.now))

    def _ticks(self, end: datetime) -> Iterator[datetime]:
        while (due := self.timer.due()) is not None and due <= end:
            yield due

    def fire(self, at: datetime) -> None:
        """One tick, with the listener's own way of going on where the function failed."""
        self.cloud.now = at
        self.ticks += 1
        try:
            self._fire(Tick(self.timer.info()))
        except Unavailable:
            assert self.cloud.outbox.problem
        self.timer.called(at)

    def again(self, at: datetime) -> None:
        """The same tick again, after a retry delay: nothing was stored meanwhile."""
        self.cloud.now = at
        self._fire(Tick(self.timer.info()))

    @property
    def due(self) -> list[int]:
        """The due times that were sent, in seconds."""
        return [int(datetime.fromisoformat(json.loads(one.body)["due"]).timestamp()) for one in self.cloud.outbox.sent]
