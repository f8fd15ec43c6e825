"""Schedules: Cloud Scheduler, which puts a tick on the internal queue of a schedule at every time it may be due.

    every weekday at 8 in Berlin     0 6-7 * * *        runtime/schedule.py knows which ticks are due
    every 90 minutes                 0,30 0-1,3-4,6-7,9-10,12-13,15-16,18-19,21-22 * * *
    at 6 on the first, UTC           0 6 1 * *

A tick has no due time: when it was published says it, and what it carries, when it may have been due. So it stays what
it was where a deployment changes the schedule. Where both day fields are restricted, either may match in cron, so they
stay open. https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cloudless.compiler.ticks import DAYS, HOURS, MINUTES, MONTHS, WEEKDAYS, restricted, runs, ticks_of
from cloudless.ir import Schedule
from cloudless.node import replace
from cloudless.passes.plans import timings
from cloudless_gcp import names
from cloudless_gcp.compile.account import label_of
from cloudless_gcp.compile.need import PUBLISHER
from cloudless_gcp.compile.permission import member, on_topic
from cloudless_gcp.compile.scope import queue_topic
from cloudless_gcp.compile.service import SCHEDULER, agent

if TYPE_CHECKING:
    from cloudless.compiler.ticks import Ticks
    from cloudless_gcp.compile.ground import Ground

TYPE = "google_cloud_scheduler_job"
_FREE = ("paused", "retry_config.retry_count")


def schedules(ground: Ground) -> None:
    """The ticks of every schedule."""
    known = timings(ground.application)
    for one in ground.application.schedules:
        topic, tick = queue_topic(ground, one.queue), tick_of(one, known[one.name])
        label, who = label_of(f"-{SCHEDULER}", "sends", one.queue), agent(ground, SCHEDULER)
        sends = member(ground, label, on_topic(topic), role=PUBLISHER, who=who, why=("ours: ticks",))
        ground.document.resource(
            TYPE,
            one.name,
            {
                **ground.of(SCHEDULER),
                "region": ground.region,
                "name": names.job_id(ground.place, one.name),
                "schedule": expression_of(one),
                "time_zone": "Etc/UTC",
                "pubsub_target": {"topic_name": topic, "data": b64encode(json.dumps(tick).encode()).decode()},
                "retry_config": {"retry_count": 5},
                "depends_on": [str(sends), *ground.flow.before_queue(one.queue)],
            },
            owner=ground.handler_owner(one.handler),
            free=_FREE,
            comment=f"due by {one.cron!r} in {one.timezone}" if one.cron else f"due every {one.every_s} s since 1970",
        )


def tick_of(schedule: Schedule, timing: Mapping[str, Any]) -> dict[str, Any]:
    """What each tick of a schedule carries: see cloudless_gcp/runtime/schedule.py."""
    return {**timing, "ticks": restricted(_ticks_of(schedule))}


def expression_of(schedule: Schedule) -> str:
    """The expression of a schedule: minute, hour, day, month, day of the week (Sunday is 0)."""
    ticks = _ticks_of(schedule)
    time, day = f"{runs(ticks.minutes, MINUTES)} {runs(ticks.hours, HOURS)}", runs(ticks.days, DAYS)
    return f"{time} {day} {runs(ticks.months, MONTHS)} {runs(ticks.weekdays, WEEKDAYS)}"


def _ticks_of(schedule: Schedule) -> Ticks:
    """When Cloud Scheduler ticks: on any day where both kinds of days are restricted."""
    ticks = ticks_of(schedule)
    if len(ticks.days) == len(DAYS) or len(ticks.weekdays) == len(WEEKDAYS):
        return ticks
    return replace(ticks, days=tuple(DAYS), weekdays=tuple(WEEKDAYS))
