"""Schedules: EventBridge Scheduler, which puts a tick on the internal queue of a schedule at every time it may be due.

    every weekday at 8 in Berlin     cron(0 6-7 * * ? *)        runtime: the guard knows which ticks are due
    every 90 minutes                 cron(0,30 0-1,3-4,6-7,9-10,12-13,15-16,18-19,21-22 * * ? *)
    at 6 on the first, UTC           cron(0 6 1 * ? *)

`rate(…)` counts from when a schedule was made, ours from the epoch. One of the two day fields is "?", so a schedule
that restricts both leaves them open. A role for each schedule, which may send to that one queue.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cloudless.compiler.ticks import DAYS, HOURS, MINUTES, MONTHS, WEEKDAYS, runs, ticks_of
from cloudless.ir import Schedule
from cloudless_aws.compile.permission import SCHEDULER, Statement, role
from cloudless_aws.compile.scope import queue_arn
from cloudless_aws.names import tick_group_of, tick_role_of

if TYPE_CHECKING:
    from cloudless_aws.compile.ground import Ground

TICKS = "cloudless--ticks"
"""Label of their group: the others are those of queues."""
DUE = "<aws.scheduler.scheduled-time>"
"""What Scheduler puts in the place of: when it was to fire, "2026-03-02T06:00:00Z"."""


def schedules(ground: Ground) -> None:
    """The ticks of every schedule, in one group."""
    if not ground.application.schedules:
        return
    group = ground.document.resource("aws_scheduler_schedule_group", TICKS, {"name": tick_group_of(ground.prefix)})
    for one in ground.application.schedules:
        _schedule(ground, one, group["name"])


def _schedule(ground: Ground, one: Schedule, group: str) -> None:
    queue = queue_arn(ground, one.queue)
    sends = Statement(sid="Tick", actions=("sqs:SendMessage",), resources=(queue,), why=("ours: its ticks",))
    name = tick_role_of(ground.prefix, one.name, ground.stage.region or "")
    made = role(ground, f"cloudless--tick-{one.name}", name, service=SCHEDULER, statements=(sends,))
    ground.document.resource(
        "aws_scheduler_schedule",
        one.name,
        {
            "name": one.name,
            "group_name": group,
            "schedule_expression": expression_of(one),
            "schedule_expression_timezone": "UTC",
            "flexible_time_window": {"mode": "OFF"},
            "target": {"arn": queue, "role_arn": made.arn, "input": _input(one)},
            "depends_on": made.ready,
        },
        owner=ground.handler_owner(one.handler),
        free=("state", "target.retry_policy"),
        comment=f"due by {one.cron!r} in {one.timezone}" if one.cron else f"due every {one.every_s} s since 1970",
    )


def _input(one: Schedule) -> str:
    """The body of a tick: see `cloudless.runtime.schedule`."""
    return json.dumps({"schedule": one.name, "due": DUE, "timezone": "UTC" if one.every_s else one.timezone})


def expression_of(schedule: Schedule) -> str:
    """The expression of a schedule: minute, hour, day, month, day of the week (Sunday is 1), year.

    Runs of values are written as ranges, so that no expression is longer than the 256 characters that there may be.
    https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
    """
    ticks = ticks_of(schedule)
    day, weekday = runs(ticks.days, DAYS), runs([one + 1 for one in ticks.weekdays], WEEKDAYS)
    month = runs(ticks.months, MONTHS)
    days = f"? {month} {weekday}" if day == "*" != weekday else f"{day if weekday == '*' else '*'} {month} ?"
    return f"cron({runs(ticks.minutes, MINUTES)} {runs(ticks.hours, HOURS)} {days} *)"
