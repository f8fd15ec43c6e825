"""Ticks: at which times in UTC a cloud's own timer has to fire, so that every due time of a schedule is among them.

    every weekday at 8 in Berlin     hours 6 and 7 of any day: the runtime's guard knows which ticks are due
    every 90 minutes                 minutes 0 and 30, hours 0, 1, 3, 4, 6 …, of any day
    at 6 on the first, UTC           hour 6, day 1

Each provider writes them in its own dialect. Days stay open but where the schedule is in UTC, and says them so that no
dialect is needed to read them: clouds do not agree on what two day fields mean together, nor on zones.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from math import gcd

from cronsim import CronSim

from cloudless.ir import Schedule
from cloudless.node import node

_DAY_MINUTES = 24 * 60
MINUTES, HOURS, DAYS, MONTHS, WEEKDAYS = range(60), range(24), range(1, 32), range(1, 13), range(7)
"""All values of each field. Day 0 of a week is Sunday."""
_EVERY = {"minutes": MINUTES, "hours": HOURS, "days": DAYS, "months": MONTHS, "weekdays": WEEKDAYS}


@node(kw_only=True)
class Ticks:
    """Values of each field in order; all of them where it is not restricted. A tick matches every field."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...] = tuple(DAYS)
    months: tuple[int, ...] = tuple(MONTHS)
    weekdays: tuple[int, ...] = tuple(WEEKDAYS)


def ticks_of(schedule: Schedule) -> Ticks:
    """The ticks of a schedule."""
    if schedule.every_s:
        return _every(schedule.every_s)
    minutes, hours, *_ = schedule.utc_cron.split()
    clock = CronSim(f"{minutes} {hours} * * *", datetime.fromtimestamp(0, UTC))
    times = {"minutes": _ordered(clock.minutes), "hours": _ordered(clock.hours)}
    return Ticks(**times, **_days(schedule.cron)) if schedule.timezone == "UTC" else Ticks(**times)


def restricted(ticks: Ticks) -> dict[str, list[int]]:
    """The values of the fields that are restricted, by name: "minutes", "hours", "days", "months", "weekdays"."""
    found = {name: list(getattr(ticks, name)) for name in _EVERY}
    return {name: values for name, values in found.items() if len(values) < len(_EVERY[name])}


def runs(values: Collection[int], every: Collection[int]) -> str:
    """A field of cron: values in order, those that follow one another as a range, "0,6-9"; "*" for all of `every`."""
    return "*" if len(values) == len(every) else ",".join(_runs(values))


def _runs(values: Collection[int]) -> Iterator[str]:
    run: list[int] = []
    for value in [*values, None]:
        if run and value != run[-1] + 1:
            yield f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0])
            run = []
        if value is not None:
            run.append(value)


def _every(every_s: int) -> Ticks:
    """Times of the day of an interval in whole minutes; of one that does not divide a day, those of all days."""
    step = gcd(every_s // 60, _DAY_MINUTES)
    times = range(0, _DAY_MINUTES, step)
    return Ticks(minutes=_ordered({time % 60 for time in times}), hours=_ordered({time // 60 for time in times}))


def _days(cron: str) -> dict[str, tuple[int, ...]]:
    """Day, month and day of the week in UTC; any day where either of two may match, or a last or third one."""
    parsed = CronSim(cron, datetime.fromtimestamp(0, UTC))
    found = {"months": _ordered(parsed.months)}
    days, weekdays = _plain(parsed.days), _plain(parsed.weekdays)
    if not parsed.day_and or days is None or weekdays is None:
        return found
    return {**found, "days": _ordered(days), "weekdays": _ordered({day % 7 for day in weekdays})}


def _plain(values: Collection[object]) -> set[int] | None:
    """The values of a field; None where it has any that is no number of a day, e.g. L."""
    numbers = {value for value in values if isinstance(value, int) and value >= 0}
    return numbers if len(numbers) == len(values) else None


def _ordered(values: Collection[int]) -> tuple[int, ...]:
    return tuple(sorted(values))
