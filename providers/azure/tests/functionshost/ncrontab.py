"""Ncrontab: the schedules of timer triggers, six fields from seconds to days of the week.

After https://github.com/atifaziz/NCrontab (CrontabFieldImpl, CrontabSchedule), which the host uses: a day must match
both fields of days, names may be shortened as far as one likes, ranges may be written backwards, and `5/10` goes from 5
to the end. https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_YEARS = 40
"""How far ahead to look: the 29th of February is a certain day of the week at least every 40 years."""


class NotNcrontab(Exception):
    """The host would not understand an expression."""


class _Kind:
    """A field. first, last: its values. names: of the values, from `first` on."""

    def __init__(self, name: str, first: int, last: int, names: Sequence[str] = ()) -> None:
        self.name = name
        self.first = first
        self.last = last
        self.names = names

    def values(self, text: str) -> frozenset[int]:
        """The values of a list of elements."""
        return frozenset(value for part in text.split(",") for value in self._element(part))

    def _element(self, text: str) -> Iterator[int]:
        text, slash, step = text.partition("/")
        every = self._step(step) if slash else 1
        if text == "*":
            return iter(range(self.first, self.last + 1, every))
        first, dash, last = text.partition("-")
        start = self._value(first)
        end = self._value(last) if dash else self.last if slash else start
        return iter(range(min(start, end), max(start, end) + 1, every))

    def _step(self, text: str) -> int:
        if not text.isdecimal():
            raise NotNcrontab(f"{text!r} is no step of a field [{self.name}]")
        return max(1, int(text))

    def _value(self, text: str) -> int:
        if not text[:1].isdecimal():
            return self._named(text)
        if not text.isdecimal() or not self.first <= int(text) <= self.last:
            raise NotNcrontab(f"{text!r} is no [{self.name}] between {self.first} and {self.last}")
        return int(text)

    def _named(self, text: str) -> int:
        for number, name in enumerate(self.names, self.first):
            if text and name.lower().startswith(text.lower()):
                return number
        raise NotNcrontab(f"{text!r} is no [{self.name}]")


_KINDS = (
    _Kind("Second", 0, 59),
    _Kind("Minute", 0, 59),
    _Kind("Hour", 0, 23),
    _Kind("Day", 1, 31),
    _Kind("Month", 1, 12, _MONTHS),
    _Kind("DayOfWeek", 0, 6, _WEEKDAYS),
)


class Ncrontab:
    """A schedule in UTC. Raises NotNcrontab."""

    def __init__(self, expression: str) -> None:
        fields = expression.split()
        if len(fields) == 5:
            fields = ["0", *fields]
        if len(fields) != len(_KINDS):
            raise NotNcrontab(f"{expression!r} must have 6 fields, or 5 without seconds")
        self.expression = expression
        found = [kind.values(field) for kind, field in zip(_KINDS, fields, strict=True)]
        self._seconds, self._minutes, self._hours = (sorted(values) for values in found[:3])
        self._days, self._months, self._weekdays = found[3:]

    def after(self, moment: datetime) -> datetime:
        """The first time that is later than `moment` (whose fraction of a second does not count)."""
        start = moment.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        for days in range(366 * _YEARS):
            day = start.date() + timedelta(days=days)
            if self._has(day) and (found := self._in_day(start.time() if days == 0 else time())):
                return datetime.combine(day, found, UTC)
        raise NotNcrontab(f"{self.expression!r} never comes")

    def _has(self, day: date) -> bool:
        return day.day in self._days and day.month in self._months and day.isoweekday() % 7 in self._weekdays

    def _in_day(self, start: time) -> time | None:
        """The first time of a day from `start` on."""
        for hour in self._hours:
            for minute in self._minutes if hour >= start.hour else ():
                if (hour, minute) < (start.hour, start.minute):
                    continue
                floor = start.second if (hour, minute) == (start.hour, start.minute) else 0
                second = next((one for one in self._seconds if one >= floor), None)
                if second is not None:
                    return time(hour, minute, second)
        return None

    @property
    def is_below_a_minute(self) -> bool:
        """Whether it comes several times in each minute of each day."""
        wide = zip((self._minutes, self._hours, self._days, self._months, self._weekdays), _KINDS[1:], strict=True)
        return len(self._seconds) > 1 and all(len(values) == kind.last - kind.first + 1 for values, kind in wide)
