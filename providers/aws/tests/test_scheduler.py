"""The model of EventBridge Scheduler: when schedules are due, what they send, and what it refuses."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from providers.aws.tests.scheduler import BadExpression, Scheduler, SchedulerError, read
from providers.aws.tests.scheduler.schedule import INPUT_MAX
from providers.aws.tests.scheduler.service import MADE_S

NOW_S = datetime(2026, 1, 2, 12, tzinfo=UTC).timestamp()
ROLE = "arn:aws:iam::111122223333:role/shop-prod--tick"
QUEUE = "arn:aws:sqs:eu-central-1:111122223333:shop-prod-ticks"
URL = "https://sqs.eu-central-1.amazonaws.com/111122223333/shop-prod-ticks"


def due(expression: str, count: int = 3) -> list[str]:
    """The next times that a schedule is due."""
    found: list[str] = []
    at: float | None = NOW_S
    for _ in range(count):
        at = read(expression).next(NOW_S, at) if at is not None else None
        if at is not None:
            found.append(f"{datetime.fromtimestamp(at, UTC):%a %Y-%m-%d %H:%M:%S}")
    return found


@pytest.mark.parametrize(
    ("expression", "times"),
    [
        ("rate(5 minutes)", ["Fri 2026-01-02 12:05:00", "Fri 2026-01-02 12:10:00", "Fri 2026-01-02 12:15:00"]),
        ("rate(1 hour)", ["Fri 2026-01-02 13:00:00", "Fri 2026-01-02 14:00:00", "Fri 2026-01-02 15:00:00"]),
        ("rate(2 days)", ["Sun 2026-01-04 12:00:00", "Tue 2026-01-06 12:00:00", "Thu 2026-01-08 12:00:00"]),
        ("at(2026-01-02T12:34:56)", ["Fri 2026-01-02 12:34:56"]),
        ("at(2025-01-02T12:34:56)", []),
        ("cron(* * * * ? *)", ["Fri 2026-01-02 12:01:00", "Fri 2026-01-02 12:02:00", "Fri 2026-01-02 12:03:00"]),
        ("cron(0/20 12 * * ? *)", ["Fri 2026-01-02 12:20:00", "Fri 2026-01-02 12:40:00", "Sat 2026-01-03 12:00:00"]),
        ("cron(5 6,7 ? * 2-6 *)", ["Mon 2026-01-05 06:05:00", "Mon 2026-01-05 07:05:00", "Tue 2026-01-06 06:05:00"]),
        ("cron(0 0 29 2 ? *)", ["Tue 2028-02-29 00:00:00", "Sun 2032-02-29 00:00:00", "Fri 2036-02-29 00:00:00"]),
        ("cron(0 8 ? JAN 1 2027)", ["Sun 2027-01-03 08:00:00", "Sun 2027-01-10 08:00:00", "Sun 2027-01-17 08:00:00"]),
        ("cron(5 2-6/2 31 * ? *)", ["Sat 2026-01-31 02:05:00", "Sat 2026-01-31 04:05:00", "Sat 2026-01-31 06:05:00"]),
    ],
)  # fmt: skip
def test_a_schedule_is_due_when_it_says(expression: str, times: list[str]) -> None:
    assert due(expression) == times


@pytest.mark.parametrize(
    "expression",
    [
        "cron(0 8 * * * *)", "cron(0 8 ? * ? *)", "cron(0 8 * * ?)", "cron(60 8 * * ? *)", "cron(0 8 ? * 0 *)",
        "cron(0 8 L * ? *)", "cron(0 8 * FOO ? *)", "cron(0 8-6 * * ? *)", "rate(0 minutes)", "rate(5 weeks)",
        "rate(5)", "at(2026-13-01T00:00:00)", "at(2026-01-01)", "0 8 * * *", "cron(0/0 8 * * ? *)",
    ],
)  # fmt: skip
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises(BadExpression):
        read(expression)


class Clock:
    now_s = NOW_S


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def scheduler(clock: Clock) -> Scheduler:
    made = Scheduler("eu-central-1", "111122223333", lambda: clock.now_s, lambda role, group: role == ROLE)
    made.create_schedule_group(Name="shop-prod")
    return made


def schedule(**changed: Any) -> dict[str, Any]:
    """A request that is taken, with changes."""
    target = {"Arn": QUEUE, "RoleArn": ROLE, "Input": '{"at": "<aws.scheduler.scheduled-time>"}'}
    return {
        "Name": "report", "GroupName": "shop-prod", "ScheduleExpression": "cron(* * * * ? *)",
        "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": {**target, **changed.pop("target", {})}, **changed,
    }  # fmt: skip


def sent(scheduler: Scheduler) -> tuple[str, Any]:
    """Queue and entry of what is due."""
    due = scheduler.take()
    assert due is not None
    return due.send.queue, due.send.entry


def test_a_queue_is_sent_the_input_with_the_time_filled_in(scheduler: Scheduler, clock: Clock) -> None:
    scheduler.create_schedule(**schedule())
    assert scheduler.take() is None
    assert scheduler.next_s() == NOW_S + 60
    clock.now_s += 60
    assert sent(scheduler) == ("shop-prod-ticks", {"MessageBody": '{"at": "2026-01-02T12:01:00Z"}'})
    assert scheduler.take() is None


def test_what_was_due_meanwhile_comes_in_order(scheduler: Scheduler, clock: Clock) -> None:
    scheduler.create_schedule(**schedule())
    clock.now_s += 150
    assert [json.loads(sent(scheduler)[1]["MessageBody"])["at"][-6:] for _ in range(2)] == ["01:00Z", "02:00Z"]


def test_a_universal_target_is_a_request_of_sqs(scheduler: Scheduler, clock: Clock) -> None:
    attributes = {"cloudless": {"DataType": "String", "StringValue": "<aws.scheduler.schedule-arn>"}}
    text = json.dumps({"QueueUrl": URL, "MessageBody": "x", "MessageAttributes": attributes})
    target = {"Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", "Input": text}
    scheduler.create_schedule(**schedule(target=target))
    clock.now_s += 60
    queue, entry = sent(scheduler)
    assert queue == "shop-prod-ticks"
    told = entry["MessageAttributes"]["cloudless"]["StringValue"]
    assert told == "arn:aws:scheduler:eu-central-1:111122223333:schedule/shop-prod/report"


def test_a_schedule_for_once_is_deleted_only_where_it_says_so(scheduler: Scheduler, clock: Clock) -> None:
    once = {"ScheduleExpression": "at(2026-01-02T12:30:00)"}
    scheduler.create_schedule(**schedule(**once, ActionAfterCompletion="DELETE"))
    scheduler.create_schedule(**schedule(**once, Name="kept"))
    clock.now_s += 1_800
    assert scheduler.take()
    assert scheduler.take()
    assert scheduler.take() is None
    assert [one.name for one in scheduler.schedules] == ["kept"]


def test_a_rate_counts_from_when_the_schedule_was_made(scheduler: Scheduler) -> None:
    scheduler.create_schedule(**schedule(ScheduleExpression="rate(5 minutes)"))
    assert scheduler.next_s() == NOW_S + MADE_S


def test_the_same_request_again_is_the_same_schedule(scheduler: Scheduler) -> None:
    once = schedule(ClientToken="token-1")
    assert scheduler.create_schedule(**once) == scheduler.create_schedule(**once)
    with pytest.raises(SchedulerError, match="ConflictException"):
        scheduler.create_schedule(**schedule(ClientToken="token-2"))
    scheduler.delete_schedule(Name="report", GroupName="shop-prod")
    with pytest.raises(SchedulerError, match="ResourceNotFoundException"):
        scheduler.get_schedule(Name="report", GroupName="shop-prod")


def test_a_disabled_schedule_is_never_due(scheduler: Scheduler) -> None:
    scheduler.create_schedule(**schedule(State="DISABLED"))
    assert scheduler.next_s() is None


def test_a_beginning_forgets_what_is_once(scheduler: Scheduler, clock: Clock) -> None:
    scheduler.create_schedule(**schedule())
    scheduler.create_schedule(**schedule(Name="once", ScheduleExpression="at(2026-01-02T12:30:00)"))
    clock.now_s -= 86_400
    scheduler.restart()
    assert [one.name for one in scheduler.schedules] == ["report"]
    assert scheduler.next_s() == clock.now_s + 60


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"Name": "a b"}, "ValidationException"),
        ({"Name": "x" * 65}, "ValidationException"),
        ({"GroupName": "none"}, "ResourceNotFoundException"),
        ({"ScheduleExpression": "every day"}, "ValidationException"),
        ({"ScheduleExpression": "at(2026-01-02T11:59:59)"}, "ValidationException"),
        ({"ScheduleExpressionTimezone": "Europe/Berlin"}, "ValidationException"),
        ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5}}, "ValidationException"),
        ({"ActionAfterCompletion": "KEEP"}, "ValidationException"),
        ({"target": {"Input": "x" * (INPUT_MAX + 1)}}, "ValidationException"),
        ({"target": {"Input": ""}}, "ValidationException"),
        ({"target": {"RoleArn": "arn:aws:iam::111122223333:role/other"}}, "ValidationException"),
        ({"target": {"Arn": "arn:aws:lambda:eu-central-1:111122223333:function:f"}}, "ValidationException"),
        ({"target": {"Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", "Input": "[]"}}, "ValidationException"),
        ({"target": {"Arn": "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", "Input": "{}"}}, "ValidationException"),
        ({"Unknown": 1}, "ValidationException"),
    ],
)
def test_what_is_not_allowed_is_refused(scheduler: Scheduler, changed: dict[str, Any], code: str) -> None:
    with pytest.raises(SchedulerError) as caught:
        scheduler.create_schedule(**schedule(**changed))
    assert caught.value.code == code


def test_an_operation_that_is_not_in_the_model_says_so(scheduler: Scheduler) -> None:
    with pytest.raises(SchedulerError, match="UpdateSchedule is not in this model"):
        scheduler.call("UpdateSchedule", {})
