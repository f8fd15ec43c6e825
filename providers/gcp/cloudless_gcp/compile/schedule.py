"""Schedules: Cloud Scheduler, which puts a tick on the internal queue of a schedule at every time it may be due.

    every weekday at 8 in Berlin     0 6-7 * * *        runtime/schedule.py knows which ticks are due
    every 90 minutes                 0,30 0-1,3-4,6-7,9-10,12-13,15-16,18-19,21-22 * * *
    at 6 on the first, UTC           0 6 1 * *

A tick has no due time: when it was published says it. Where both day fields are restricted, either may match in cron,
so they stay open. https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING

from cloudless.compiler.ticks import DAYS, HOURS, MINUTES, MONTHS, WEEKDAYS, runs, ticks_of
from cloudless.ir import Schedule
from cloudless_gcp import names
from cloudless_gcp.compile.account import OURS
from cloudless_gcp.compile.need import PUBLISHER
from cloudless_gcp.compile.permission import TOPIC_MEMBER, member
from cloudless_gcp.compile.scope import queue_topic
from cloudless_gcp.compile.service import SCHEDULER, agent

if TYPE_CHECKING:
    from cloudless_gcp.compile.ground import Ground

TYPE = "google_cloud_scheduler_job"
_FREE = ("paused", "retry_config.retry_count")


def schedules(ground: Ground) -> None:
    """The ticks of every schedule."""
    for one in ground.application.schedules:
        topic = queue_topic(ground, one.queue)
        why = ("ours: ticks",)
        label, who = f"{OURS}-{SCHEDULER}--sends--{one.queue}", agent(ground, SCHEDULER)
        sends = member(ground, TOPIC_MEMBER, label, {"topic": topic}, role=PUBLISHER, who=who, why=why)
        ground.document.resource(
            TYPE,
            one.name,
            {
                **ground.of(SCHEDULER),
                "region": ground.region,
                "name": names.job_id(ground.prefix, one.name),
                "schedule": expression_of(one),
                "time_zone": "Etc/UTC",
                "pubsub_target": {"topic_name": topic, "data": _data(one)},
                "retry_config": {"retry_count": 5},
                "depends_on": [str(sends), *ground.flow.before_queue(one.queue)],
            },
            owner=ground.handler_owner(one.handler),
            free=_FREE,
            comment=f"due by {one.cron!r} in {one.timezone}" if one.cron else f"due every {one.every_s} s since 1970",
        )


def _data(one: Schedule) -> str:
    """What a tick carries, in base64: see cloudless_gcp/runtime/schedule.py."""
    return b64encode(json.dumps({"schedule": one.name}).encode()).decode()


def expression_of(schedule: Schedule) -> str:
    """The expression of a schedule: minute, hour, day, month, day of the week (Sunday is 0)."""
    ticks = ticks_of(schedule)
    day, weekday = runs(ticks.days, DAYS), runs(ticks.weekdays, WEEKDAYS)
    if "*" not in {day, weekday}:
        day = weekday = "*"
    return f"{runs(ticks.minutes, MINUTES)} {runs(ticks.hours, HOURS)} {day} {runs(ticks.months, MONTHS)} {weekday}"
