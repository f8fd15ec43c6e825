"""NCRONTAB: six fields, in UTC, that a timer trigger fires by. Its times include every due time of a schedule.

    every weekday at 8 in Berlin     0 0 6,7 * * *        runtime/timer.py knows which ticks are due
    every 90 minutes                 0 0,30 0,1,3,4,6,7,9,10,12,13,15,16,18,19,21,22 * * *
    at 6 on the first, UTC           0 0 6 1 * *

NCRONTAB has `* , - /` and nothing else, wants both day fields to match where cron is content with one, and knows no
zones on Flex Consumption. So days stay open but where the schedule is in UTC and restricts them as NCRONTAB does.
https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from math import gcd

from cronsim import CronSim

from cloudless.ir import Schedule

_DAY_MINUTES = 24 * 60
_ANY = "* * *"


def ncrontab(schedule: Schedule) -> str:
    """The expression of a schedule: second, minute, hour, day, month, day of the week."""
    if schedule.every_s:
        return _every(schedule.every_s)
    minute, hour, *_ = schedule.utc_cron.split()
    return f"0 {minute} {hour} {_days(schedule.cron) if schedule.timezone == 'UTC' else _ANY}"


def _every(every_s: int) -> str:
    """Times of the day of an interval in whole minutes; of one that does not divide a day, those of all days."""
    step = gcd(every_s // 60, _DAY_MINUTES)
    times = range(0, _DAY_MINUTES, step)
    return f"0 {_field({time % 60 for time in times}, 60)} {_field({time // 60 for time in times}, 24)} {_ANY}"


def _days(cron: str) -> str:
    """Day, month and day of the week in UTC; any day where either of two may match, or a last or third one."""
    parsed = CronSim(cron, datetime.fromtimestamp(0, UTC))
    months = _field(parsed.months, 12)
    days, weekdays = _plain(parsed.days), _plain(parsed.weekdays)
    if not parsed.day_and or days is None or weekdays is None:
        return f"* {months} *"
    return f"{_field(days, 31)} {months} {_field({day % 7 for day in weekdays}, 7)}"


def _plain(values: Collection[object]) -> set[int] | None:
    """The values of a field; None where it has any that is no number of a day, e.g. L."""
    numbers = {value for value in values if isinstance(value, int) and value >= 0}
    return numbers if len(numbers) == len(values) else None


def _field(values: Collection[int], size: int) -> str:
    return "*" if len(values) == size else ",".join(map(str, sorted(values)))
