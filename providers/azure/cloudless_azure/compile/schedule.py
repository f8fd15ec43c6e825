"""NCRONTAB: six fields, in UTC, that a timer trigger fires by. Its times include every due time of a schedule.

    every weekday at 8 in Berlin     0 0 6,7 * * *        runtime/timer.py knows which ticks are due
    every 90 minutes                 0 0,30 0,1,3,4,6,7,9,10,12,13,15,16,18,19,21,22 * * *
    at 6 on the first, UTC           0 0 6 1 * *

NCRONTAB has `* , - /` and nothing else, wants both day fields to match where cron is content with one, and knows no
zones on Flex Consumption: see `cloudless.compiler.ticks`.
https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
"""

from __future__ import annotations

from collections.abc import Collection

from cloudless.compiler.ticks import DAYS, HOURS, MINUTES, MONTHS, WEEKDAYS, ticks_of
from cloudless.ir import Schedule


def ncrontab(schedule: Schedule) -> str:
    """The expression of a schedule: second, minute, hour, day, month, day of the week."""
    ticks = ticks_of(schedule)
    fields = (
        _field(ticks.minutes, MINUTES),
        _field(ticks.hours, HOURS),
        _field(ticks.days, DAYS),
        _field(ticks.months, MONTHS),
        _field(ticks.weekdays, WEEKDAYS),
    )
    return f"0 {' '.join(fields)}"


def _field(values: Collection[int], every: Collection[int]) -> str:
    return "*" if len(values) == len(every) else ",".join(map(str, values))
