"""A schedule, as CreateSchedule takes it, and what its target is given.

https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cloudless.codec import is_object
from providers.aws.tests.scheduler.expression import At, Expression, read
from tests.virtual.cron import BadExpression

INPUT_MAX = 262_144
"""https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html: 256 KB."""
NAME = re.compile(r"[0-9a-zA-Z_.-]{1,64}")
UNIVERSAL = "arn:aws:scheduler:::aws-sdk:sqs:sendMessage"
_TAKEN = frozenset({
    "Name", "GroupName", "ScheduleExpression", "ScheduleExpressionTimezone", "FlexibleTimeWindow", "Target", "State",
    "ActionAfterCompletion", "ClientToken", "Description", "StartDate", "EndDate",
})  # fmt: skip
_TARGET = frozenset({"Arn", "RoleArn", "Input", "RetryPolicy", "SqsParameters"})
_SEND = frozenset({
    "QueueUrl", "MessageBody", "MessageAttributes", "DelaySeconds", "MessageGroupId", "MessageDeduplicationId",
})  # fmt: skip


class Refused(Exception):
    """Scheduler answers with ValidationException, or this model does not know what it would do."""


@dataclass(frozen=True, slots=True)
class Send:
    """One message for SQS. queue: its name. entry: as an entry of SendMessageBatch, without Id."""

    queue: str
    entry: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Schedule:
    """begun_s: from when rates count. target: as it was given. is_deleted_after: once it will never be due again."""

    group: str
    name: str
    arn: str
    expression: Expression
    target: Mapping[str, Any]
    token: str
    begun_s: float
    is_deleted_after: bool
    is_enabled: bool = True

    @property
    def role(self) -> str:
        return str(self.target["RoleArn"])

    def next_s(self, after_s: float) -> float | None:
        """When it is due next, after a time; None for never."""
        return self.expression.next(self.begun_s, after_s) if self.is_enabled else None

    def send(self, due_s: float, execution: str) -> Send:
        """What one invocation sends. Raises Refused for an input that is none after all."""
        text = self._filled(str(self.target["Input"]), due_s, execution)
        if self.target["Arn"] != UNIVERSAL:
            group = self.target.get("SqsParameters", {}).get("MessageGroupId")
            entry = {"MessageBody": text, **({"MessageGroupId": group} if group else {})}
            return Send(str(self.target["Arn"]).rpartition(":")[2], entry)
        request = _parameters(text)
        queue = str(request["QueueUrl"]).rpartition("/")[2]
        return Send(queue, {name: value for name, value in request.items() if name != "QueueUrl"})

    def _filled(self, text: str, due_s: float, execution: str) -> str:
        told = {
            "<aws.scheduler.schedule-arn>": self.arn,
            "<aws.scheduler.scheduled-time>": f"{datetime.fromtimestamp(due_s, UTC):%Y-%m-%dT%H:%M:%SZ}",
            "<aws.scheduler.execution-id>": execution,
            "<aws.scheduler.attempt-number>": "1",
        }
        for word, value in told.items():
            text = text.replace(word, value)
        return text


def made(params: Mapping[str, Any], arn: str, now_s: float, begun_s: float) -> Schedule:
    """The schedule of a CreateSchedule request. begun_s: from when rates count. Raises Refused."""
    _only("CreateSchedule", params, _TAKEN)
    _only("Target", params["Target"], _TARGET)
    name, group = str(params["Name"]), str(params.get("GroupName", "default"))
    _must(NAME.fullmatch(name), f"Name {name!r}")
    _must(params.get("ScheduleExpressionTimezone", "UTC") == "UTC", "this is a model of schedules in UTC")
    _must(params["FlexibleTimeWindow"] == {"Mode": "OFF"}, "this is a model of schedules without windows")
    _must("StartDate" not in params and "EndDate" not in params, "this is a model of schedules without bounds")
    try:
        expression = read(params["ScheduleExpression"])
    except BadExpression as problem:
        raise Refused(f"Invalid Schedule Expression {params['ScheduleExpression']}: {problem}") from problem
    _must(not isinstance(expression, At) or expression.at_s >= now_s, "a time that has passed")
    after = params.get("ActionAfterCompletion", "NONE")
    _must(after in {"NONE", "DELETE"}, f"ActionAfterCompletion {after!r}")
    state = params.get("State", "ENABLED")
    _must(state in {"ENABLED", "DISABLED"}, f"State {state!r}")
    _check_target(params["Target"])
    return Schedule(
        group, name, arn, expression, dict(params["Target"]), str(params.get("ClientToken", "")), begun_s,
        after == "DELETE", state == "ENABLED",
    )  # fmt: skip


def _check_target(target: Mapping[str, Any]) -> None:
    text, arn = target.get("Input", ""), target["Arn"]
    _must(1 <= len(text) <= INPUT_MAX, f"Input of {len(text):,} characters: 1 to {INPUT_MAX:,} are taken")
    _must(arn == UNIVERSAL or arn.startswith("arn:aws:sqs:"), f"target {arn!r}: this is a model of SQS as a target")
    if arn == UNIVERSAL:
        _parameters(text)


def _parameters(text: str) -> dict[str, Any]:
    """The request that a universal target makes, in the API's own names."""
    try:
        found: Any = json.loads(text)
    except ValueError as problem:
        raise Refused(f"the input of a universal target is no JSON: {problem}") from problem
    if not is_object(found):
        raise Refused("the input of a universal target is no object")
    _only("sqs:sendMessage", found, _SEND)
    _must({"QueueUrl", "MessageBody"} <= found.keys(), "sqs:sendMessage wants QueueUrl and MessageBody")
    return found


def _only(what: str, params: Mapping[str, Any], known: frozenset[str]) -> None:
    strange = sorted(params.keys() - known)
    _must(not strange, f"{what}: {strange}")


def _must(condition: object, text: str) -> None:
    if not condition:
        raise Refused(text)
