"""When a job is due: unix-cron, five fields.

https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.virtual.cron import DAYS, MONTHS, BadExpression, next_s, values

_FIELDS = re.compile(r"(\S+) (\S+) (\S+) (\S+) (\S+)")
_PART = re.compile(r"(\*|[0-9A-Z]+(-[0-9A-Z]+)?)(/\d+)?")
_OPEN_STEP = re.compile(r"[0-9A-Z]+/\d+")


@dataclass(frozen=True, slots=True)
class Cron:
    """days, weekdays: None for "*". weekdays: 0 for Sunday."""

    minutes: Sequence[int]
    hours: Sequence[int]
    days: frozenset[int] | None
    months: frozenset[int]
    weekdays: frozenset[int] | None

    def next_s(self, after_s: float) -> float | None:
        """The first time after another one, seconds since the epoch."""
        return next_s(self.minutes, self.hours, self._is_day, after_s)

    def _is_day(self, day: datetime) -> bool:
        """Where both kinds of days are restricted, either of them will do."""
        if day.month not in self.months:
            return False
        found = [
            number in among
            for number, among in ((day.day, self.days), (day.isoweekday() % 7, self.weekdays))
            if among is not None
        ]
        return any(found) if found else True


def read(text: str) -> Cron:
    """Raises BadExpression, also for what no page says the meaning of."""
    found = _FIELDS.fullmatch(text)
    if found is None:
        raise BadExpression(f"{text!r} has not five fields")
    minutes, hours, days, months, weekdays = found.groups()
    for field in found.groups():
        _check(text, field)
    if (days != "*" and weekdays.startswith("*/")) or (weekdays != "*" and days.startswith("*/")):
        raise BadExpression(f"{text!r}: no page says whether */n restricts days beside others")
    return Cron(
        sorted(values(text, minutes, 0, 59)),
        sorted(values(text, hours, 0, 23)),
        None if days == "*" else values(text, days, 1, 31),
        values(text, months, 1, 12, MONTHS),
        None if weekdays == "*" else frozenset(one % 7 for one in values(text, weekdays, 0, 7, DAYS)),
    )


def _check(text: str, field: str) -> None:
    """Names are in capitals; a step goes over a range or over everything."""
    for part in field.split(","):
        if not _PART.fullmatch(part) or _OPEN_STEP.fullmatch(part):
            raise BadExpression(f"{text!r}: {part!r}")
