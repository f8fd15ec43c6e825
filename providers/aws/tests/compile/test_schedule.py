"""Expressions of EventBridge Scheduler: their times include every due time, and they are such as AWS takes."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from itertools import islice

import pytest

from cloudless.ir import Schedule, Span
from cloudless.runtime.schedule import due_times, utc_cron
from cloudless_aws.compile.schedule import expression_of
from providers.aws.tests.compile.documents import conformance, document, resources, settled

CRONS = ("0 8 * * *", "0 8 * * MON-FRI", "30 2 1 * *", "*/7 * * * *", "15 6 1,15 * MON", "0 6 L * *", "1-59/2 * * * *")
ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe")
SPAN = Span("app.py", 1)
START_S = 1_767_225_600  # 2026-01-01


def cron(text: str, timezone: str = "UTC") -> Schedule:
    return Schedule(
        name="s", handler="h", cron=text, timezone=timezone, utc_cron=utc_cron(text, timezone), queue="q", span=SPAN
    )


def every(minutes: int) -> Schedule:
    return Schedule(name="s", handler="h", every_s=minutes * 60, queue="q", span=SPAN)


def ticks(expression: str, at_s: int) -> bool:
    """Whether an expression fires at a time, as its page says: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html."""
    fields = re.fullmatch(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) \*\)", expression)
    assert fields, expression
    at = datetime.fromtimestamp(at_s, UTC)
    now = (at.minute, at.hour, at.day, at.month, at.isoweekday() % 7 + 1)
    assert (fields[3] == "?") != (fields[5] == "?"), f"one of the two day fields is a question mark: {expression}"
    return all(field in {"*", "?"} or value in values(field) for field, value in zip(fields.groups(), now, strict=True))


def values(field: str) -> set[int]:
    ends = [part.split("-") for part in field.split(",")]
    return {value for one in ends for value in range(int(one[0]), int(one[-1]) + 1)}


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("text", CRONS)
def test_every_due_time_of_a_cron_is_a_tick(text: str, zone: str) -> None:
    schedule = cron(text, zone)
    expression = expression_of(schedule)
    assert len(expression) <= 256
    due = list(islice(due_times(schedule, START_S), 400))
    assert [at_s for at_s in due if not ticks(expression, at_s)] == []


@pytest.mark.parametrize("minutes", [1, 5, 7, 15, 45, 60, 90, 120, 1_440, 10_080])
def test_every_due_time_of_an_interval_is_a_tick(minutes: int) -> None:
    schedule = every(minutes)
    expression = expression_of(schedule)
    due = list(islice(due_times(schedule, START_S), 300))
    assert [at_s for at_s in due if not ticks(expression, at_s)] == []


@pytest.mark.parametrize(
    ("schedule", "expression"),
    [
        (cron("0 8 * * MON-FRI", "Europe/Berlin"), "cron(0 6-7 * * ? *)"),
        (cron("0 8 * * MON-FRI"), "cron(0 8 ? * 2-6 *)"),
        (cron("0 6 1 * *"), "cron(0 6 1 * ? *)"),
        (cron("0 6 1 * MON"), "cron(0 6 * * ? *)"),
        (cron("0 6 L * *"), "cron(0 6 * * ? *)"),
        (every(5), "cron(0,5,10,15,20,25,30,35,40,45,50,55 * * * ? *)"),
        (every(60), "cron(0 * * * ? *)"),
        (every(90), "cron(0,30 0-1,3-4,6-7,9-10,12-13,15-16,18-19,21-22 * * ? *)"),
        (every(7), "cron(* * * * ? *)"),
    ],
)
def test_expressions_are_what_people_would_write(schedule: Schedule, expression: str) -> None:
    assert expression_of(schedule) == expression


def test_the_longest_expression_is_short_enough() -> None:
    sizes = {"minutes": 60, "hours": 24, "days": 32, "months": 13}
    minutes, hours, days, months = (",".join(str(n) for n in range(size) if n % 3) for size in sizes.values())
    schedule = cron(f"{minutes} {hours} {days} {months} *")
    expression = expression_of(schedule)
    assert len(expression) <= 256
    assert all(ticks(expression, at_s) for at_s in islice(due_times(schedule, START_S), 200))


def test_a_tick_is_a_message_of_the_schedules_queue_that_says_when_it_was_due() -> None:
    application = conformance("schedules")
    made = document(application)
    for one in application.schedules:
        schedule = resources(application, "aws_scheduler_schedule")[one.name]
        assert schedule["target"]["arn"] == f"${{aws_sqs_queue.{one.queue}.arn}}"
        assert schedule["target"]["role_arn"] == f"${{aws_iam_role.cloudless--tick-{one.name}.arn}}"
        body = json.loads(schedule["target"]["input"])
        zone = "UTC" if one.every_s else one.timezone
        assert body == {"schedule": one.name, "due": "<aws.scheduler.scheduled-time>", "timezone": zone}
        assert (schedule["flexible_time_window"], schedule["schedule_expression_timezone"]) == ({"mode": "OFF"}, "UTC")
        assert settled(made, schedule["group_name"]) == f"{application.name}-prod--ticks"
