"""Schedules of EventBridge Scheduler as Terraform makes them.

May import: the standard library.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from providers.aws.tests.bridge.aws import Aws
from providers.aws.tests.bridge.made import Schedule
from providers.aws.tests.bridge.policy import Request, Role
from tests.bridge import Kind, block, known, must, words

SCHEDULER = "scheduler.amazonaws.com"
SEND_MESSAGE = "aws-sdk:sqs:sendMessage"
SEND = "sqs:SendMessage"
_RATE = re.compile(r"rate\((?:1 (?:minute|hour|day)|(?!1 )[1-9]\d* (?:minutes|hours|days))\)")
_FIELD = r"(?:[0-9A-Z*,/#L?-]+)"
_CRON = re.compile(rf"cron\({_FIELD} {_FIELD} (?P<day>{_FIELD}) {_FIELD} (?P<weekday>{_FIELD}) {_FIELD}\)")
"""https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html"""


def _group(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name = arguments["name"]
    answer = aws.call(address, "scheduler", "CreateScheduleGroup", Name=name)
    aws.groups.add(name)
    return {"id": name, "arn": answer["ScheduleGroupArn"]}


def _schedule(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    name, group = arguments["name"], arguments.get("group_name", "default")
    expression, zone = arguments["schedule_expression"], arguments.get("schedule_expression_timezone", "UTC")
    must(group in aws.groups or group == "default", address, f"no schedule group {group!r}")
    _check_expression(address, expression)
    window = block(address, arguments, "flexible_time_window")
    known(address, window, words("mode maximum_window_in_minutes"))
    must(window["mode"] == "OFF", address, f"a flexible window: {window}")
    target = _target(aws, address, arguments)
    state = arguments.get("state", "ENABLED")
    answer = aws.call(
        address,
        "scheduler",
        "CreateSchedule",
        Name=name,
        GroupName=group,
        Description=arguments.get("description"),
        ScheduleExpression=expression,
        ScheduleExpressionTimezone=zone,
        FlexibleTimeWindow={"Mode": "OFF"},
        State=state,
        Target=target,
    )
    arn = answer["ScheduleArn"]
    aws.schedules[group, name] = Schedule(arn, group, name, expression, zone, target, state == "ENABLED")
    return {"id": f"{group}/{name}", "arn": arn}


def source(aws: Aws, group: str) -> dict[str, str]:
    """What Scheduler says when it takes a role.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    """
    return {"aws:SourceAccount": aws.account, "aws:SourceArn": aws.arn("scheduler", f"schedule-group/{group}")}


def _check_expression(address: str, expression: str) -> None:
    """One of the fields of days is a question mark, and only one."""
    found = _CRON.fullmatch(expression)
    if found is None:
        must(_RATE.fullmatch(expression), address, f"no expression of a schedule: {expression!r}")
        return
    open_days = [found[field] for field in ("day", "weekday")].count("?")
    must(open_days == 1, address, f"{expression}: one of day and weekday is ?")
    fields = expression.removeprefix("cron(").removesuffix(")").split()
    must(not any("?" in fields[at] for at in (0, 1, 3, 5)), address, f"{expression}: ? is for days")


def _target(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Queues only; https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html."""
    target = block(address, arguments, "target")
    known(address, target, words("arn role_arn input retry_policy dead_letter_config sqs_parameters"))
    role = target["role_arn"]
    taken = aws.access.assume(role, SCHEDULER, source(aws, arguments.get("group_name", "default")))
    must(taken.allowed, address, f"Scheduler cannot take {role}")
    retry = block(address, target, "retry_policy")
    known(address, retry, words("maximum_event_age_in_seconds maximum_retry_attempts"))
    fifo, dead = block(address, target, "sqs_parameters"), block(address, target, "dead_letter_config")
    known(address, fifo, words("message_group_id"))
    known(address, dead, words("arn"))
    there: dict[str, Any] = {
        "Arn": target["arn"],
        "RoleArn": role,
        "Input": target.get("input"),
        "RetryPolicy": {_RETRY[name]: value for name, value in retry.items()} or None,
        "SqsParameters": {"MessageGroupId": fifo["message_group_id"]} if fifo else None,
        "DeadLetterConfig": {"Arn": dead["arn"]} if dead else None,
    }
    found = {name: value for name, value in there.items() if value is not None}
    aws.queue_at(address, sent_to(aws, found))
    return found


_RETRY = {
    "maximum_event_age_in_seconds": "MaximumEventAgeInSeconds",
    "maximum_retry_attempts": "MaximumRetryAttempts",
}


def sent_to(aws: Aws, target: Mapping[str, Any]) -> str:
    """The ARN of the queue that a schedule's target sends to, by SQS itself or by the SDK's method."""
    if not target["Arn"].endswith(f":{SEND_MESSAGE}"):
        arn: str = target["Arn"]
        return arn
    url: str = json.loads(target["Input"])["QueueUrl"]
    return aws.arn("sqs", url.rpartition("/")[2])


def may_send(aws: Aws, schedule: Schedule) -> bool:
    """Whether a schedule's role may send to its queue."""
    request = Request(SEND, sent_to(aws, schedule.target), Role(schedule.target["RoleArn"]))
    return aws.access.decide(request).allowed


KINDS: Mapping[str, Kind[Aws]] = {
    "aws_scheduler_schedule_group": Kind(_group, words("name"), words("tags")),
    "aws_scheduler_schedule": Kind(
        _schedule,
        words(
            "name group_name description schedule_expression schedule_expression_timezone flexible_time_window target"
            " state"
        ),
    ),
}
