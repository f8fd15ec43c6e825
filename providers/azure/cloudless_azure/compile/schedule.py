"""NCRONTAB: six fields, in UTC, that a timer trigger fires by. Its times include every due time of a schedule.

    every weekday at 8 in Berlin     0 0 6,7 * * *        runtime/timer.py knows which ticks are due
    every 90 minutes                 0 0,30 0,1,3,4,6,7,9,10,12,13,15,16,18,19,21,22 * * *
    at 6 on the first, UTC           0 0 6 1 * *

NCRONTAB has `* , - /` and nothing else, wants both day fields to match where cron is content with one, and knows no
zones on Flex Consumption: see `cloudless.compiler.ticks`.
https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
"""

from __future__ import annotations

from cloudless.compiler.ticks import restricted, ticks_of
from cloudless.ir import Schedule


def ncrontab(schedule: Schedule) -> str:
    """The expression of a schedule: second, minute, hour, day, month, day of the week."""
    values = restricted(ticks_of(schedule))
    fields = (values.get(name) for name in ("minutes", "hours", "days", "months", "weekdays"))
    return f"0 {' '.join(','.join(map(str, field)) if field else '*' for field in fields)}"
