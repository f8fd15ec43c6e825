"""When schedules of EventBridge Scheduler are due: rate, cron and at expressions, in UTC.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tests.virtual.cron import DAYS, MONTHS, BadExpression, next_s, values

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_UNITS_S = {"minute": 60, "hour": 3_600, "day": 86_400}
_YEARS = (1970, 2199)


@dataclass(frozen=True, slots=True)
class Rate:
    """Every so many seconds, from the schedule's beginning on."""

    seconds: int

    def next(self, begun_s: float, after_s: float) -> float | None:
        """The first time that is due after a time, seconds since the epoch. begun_s: when the schedule was made."""
        passed = max(0, int((after_s - begun_s) // self.seconds) + 1) if after_s >= begun_s else 0
        return begun_s + passed * self.seconds


@dataclass(frozen=True, slots=True)
class At:
    """Once."""

    at_s: float

    def next(self, begun_s: float, after_s: float) -> float | None:
        return self.at_s if self.at_s > after_s else None


@dataclass(frozen=True, slots=True)
class Cron:
    """Sets of what matches; days, weekdays: None for "?"."""

    minutes: Sequence[int]
    hours: Sequence[int]
    days: frozenset[int] | None
    months: frozenset[int]
    weekdays: frozenset[int] | None
    years: frozenset[int]

    def next(self, begun_s: float, after_s: float) -> float | None:
        return next_s(self.minutes, self.hours, self._is_day, after_s)

    def _is_day(self, day: datetime) -> bool:
        weekday = day.isoweekday() % 7 + 1
        return (
            day.month in self.months
            and day.year in self.years
            and (self.days is None or day.day in self.days)
            and (self.weekdays is None or weekday in self.weekdays)
        )


Expression = Rate | At | Cron


def read(text: str) -> Expression:
    """Raises BadExpression."""
    if found := _RATE.fullmatch(text):
        value = int(found[1])
        if value < 1:
            raise BadExpression(f"{text!r}: a rate is at least 1")
        return Rate(value * _UNITS_S[found[2]])
    if found := _AT.fullmatch(text):
        try:
            return At(datetime.fromisoformat(found[1]).replace(tzinfo=UTC).timestamp())
        except ValueError as problem:
            raise BadExpression(f"{text!r}: {problem}") from problem
    if found := _CRON.fullmatch(text):
        return _cron(text, found.groups())
    raise BadExpression(f"{text!r} is no rate(), cron() or at() expression")


def _cron(text: str, fields: Sequence[str]) -> Cron:
    """Fields: minutes, hours, day of month, month, day of week, year."""
    minutes, hours, days, months, weekdays, years = fields
    if (days == "?") == (weekdays == "?"):
        raise BadExpression(f"{text!r}: one of day-of-month and day-of-week is ?, and only one")
    return Cron(
        sorted(values(text, minutes, 0, 59)),
        sorted(values(text, hours, 0, 23)),
        None if days == "?" else values(text, days, 1, 31),
        values(text, months, 1, 12, MONTHS),
        None if weekdays == "?" else values(text, weekdays, 1, 7, DAYS),
        values(text, years, *_YEARS),
    )
