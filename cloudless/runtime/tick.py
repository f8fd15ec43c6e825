"""Ticks of a cloud's scheduler: when a schedule is due, and the message of a run.

A cloud ticks at more times than a schedule is due (`utc_cron`); which of them count, and what is sent then, is the same
everywhere. facts: {"schedule", "queue", "cron", "every_s", "timezone"}: see `cloudless.ir.Schedule`.
"""

from __future__ import annotations

from itertools import takewhile
from time import gmtime, strftime

from cloudless.codec import dump
from cloudless.message import NO_ATTRIBUTES, Envelope
from cloudless.runtime.schedule import due_times, guard, next_due

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

TICK_S = 60
SPAN_S = 2 * 3_600
"""What ticks of frequent schedules lie apart; an outage, and ticks of rare ones, are longer."""

_ISO = "%Y-%m-%dT%H:%M:%S+00:00"


class Timing:
    """When a schedule is due, of its facts."""

    __slots__ = ("_guard", "cron", "every_s", "name", "queue", "timezone")

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self.name: str = facts["schedule"]
        self.queue: str = facts["queue"]
        self.cron: str = facts["cron"]
        self.every_s: int = facts["every_s"]
        self.timezone: str = facts["timezone"]
        self._guard: Callable[[int], bool] | None = None

    def is_due(self, tick_s: int) -> bool:
        """Whether a tick, of a whole minute, is a due time."""
        if self._guard is None:
            self._guard = guard(self)
        return self._guard(tick_s)

    def latest(self, after_s: int, until_s: int) -> int | None:
        """The latest due time after the one and up to the other, None where there is none.

        A short span is gone through backwards, minute by minute; in a long one, schedules are due much less often.
        """
        if until_s - after_s > SPAN_S:
            return max(takewhile(lambda due_s: due_s <= until_s, due_times(self, after_s)), default=None)
        minutes = range(until_s - until_s % TICK_S, after_s, -TICK_S)
        return next(filter(self.is_due, minutes), None)

    def next(self, after_s: int) -> int | None:
        """The first due time after another, None where there is none within fifty years."""
        return next_due(self, after_s)


def run(timing: Timing, due_s: int, now_s: float) -> Envelope:
    """The message of a run, the same whenever it is made: its id is "<schedule>/<due time>", its trace a digest."""
    from hashlib import sha256

    due = strftime(_ISO, gmtime(due_s))
    id = f"{timing.name}/{due}"
    trace = sha256(id.encode()).hexdigest()[:32]
    body = dump({"schedule": timing.name, "due": due, "timezone": timing.timezone})
    return Envelope(id, body, NO_ATTRIBUTES, 0, "", now_s, trace, trace)
