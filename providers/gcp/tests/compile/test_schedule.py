"""Expressions of Cloud Scheduler: their times include every due time, and they are such as it takes."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import UTC, datetime
from itertools import islice

import pytest

from cloudless.compiler.ticks import restricted, ticks_of
from cloudless.ir import Schedule, Span
from cloudless.passes.plans import timings
from cloudless.runtime.schedule import due_times, utc_cron
from cloudless_gcp.compile.schedule import expression_of, tick_of
from cloudless_gcp.runtime.schedule import Ticks
from providers.gcp.tests.compile.documents import conformance, resources
from providers.gcp.tests.scheduler import read

CRONS = ("0 8 * * *", "0 8 * * MON-FRI", "30 2 1 * *", "*/7 * * * *", "15 6 1,15 * MON", "0 6 L * *", "1-59/2 * * * *")
ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe")
START_S = 1_767_225_600  # 2026-01-01


def cron(text: str, timezone: str = "UTC") -> Schedule:
    times = utc_cron(text, timezone)
    return Schedule(
        name="s", handler="h", cron=text, timezone=timezone, utc_cron=times, queue="q", span=Span("app.py", 1)
    )


def every(minutes: int) -> Schedule:
    return Schedule(name="s", handler="h", every_s=minutes * 60, queue="q", span=Span("app.py", 1))


def ticks(expression: str, at_s: int) -> bool:
    """Whether an expression fires at a time: https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules."""
    fields = expression.split(" ")
    assert len(fields) == 5
    assert "*" in {fields[2], fields[4]}, f"either day would match: {expression}"
    at = datetime.fromtimestamp(at_s, UTC)
    now = (at.minute, at.hour, at.day, at.month, at.isoweekday() % 7)
    return all(field == "*" or value in values(field) for field, value in zip(fields, now, strict=True))


def values(field: str) -> set[int]:
    ends = [part.split("-") for part in field.split(",")]
    return {value for one in ends for value in range(int(one[0]), int(one[-1]) + 1)}


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("text", CRONS)
def test_every_due_time_of_a_cron_is_a_tick(text: str, zone: str) -> None:
    schedule = cron(text, zone)
    expression = expression_of(schedule)
    assert [at_s for at_s in islice(due_times(schedule, START_S), 400) if not ticks(expression, at_s)] == []


@pytest.mark.parametrize("minutes", [1, 5, 7, 15, 45, 60, 90, 120, 1_440, 10_080])
def test_every_due_time_of_an_interval_is_a_tick(minutes: int) -> None:
    schedule = every(minutes)
    expression = expression_of(schedule)
    assert [at_s for at_s in islice(due_times(schedule, START_S), 300) if not ticks(expression, at_s)] == []


@pytest.mark.parametrize(
    ("schedule", "expression"),
    [
        (cron("0 8 * * MON-FRI", "Europe/Berlin"), "0 6-7 * * *"),
        (cron("0 8 * * MON-FRI"), "0 8 * * 1-5"),
        (cron("0 6 1 * *"), "0 6 1 * *"),
        (cron("0 6 1 * MON"), "0 6 * * *"),
        (cron("0 6 */2 * MON"), "0 6 * * *"),
        (cron("0 6 L * *"), "0 6 * * *"),
        (every(60), "0 * * * *"),
        (every(90), "0,30 0-1,3-4,6-7,9-10,12-13,15-16,18-19,21-22 * * *"),
    ],
)
def test_expressions_are_what_people_would_write(schedule: Schedule, expression: str) -> None:
    assert expression_of(schedule) == expression


@pytest.mark.parametrize("text", [*CRONS, "0 6 */2 * MON", "0 6 * */2 MON", "0 6 1-7 * */2"])
def test_what_a_tick_says_of_ticks_is_when_cloud_scheduler_ticks(text: str) -> None:
    """Else a tick stood for the last one that it knows, and ran that again."""
    one = cron(text)
    told, at_s = Ticks(tick_of(one, {})["ticks"]), float(START_S)
    for _ in range(100):
        next_s = read(expression_of(one)).next_s(at_s)
        assert next_s is not None
        assert told.latest(next_s) == next_s
        assert told.latest(next_s - 1) == (at_s if at_s > START_S else told.latest(START_S))
        at_s = next_s


def test_a_tick_is_a_message_of_the_schedules_queue() -> None:
    application = conformance("schedules")
    made = resources(application, "google_cloud_scheduler_job")
    for one in application.schedules:
        job = made[one.name]
        assert job["pubsub_target"]["topic_name"] == f"${{google_pubsub_topic.queue--{one.queue}.id}}"
        assert json.loads(b64decode(job["pubsub_target"]["data"])) == {
            **timings(application)[one.name],
            "ticks": restricted(ticks_of(one)),
        }
        assert (job["time_zone"], job["name"]) == ("Etc/UTC", f"{application.name}-prod-{one.name}")
        assert job["depends_on"] == [
            f"google_pubsub_topic_iam_member.cloudless--cloudscheduler--sends--{one.queue}",
            f"google_pubsub_subscription.{one.queue}",
        ]
