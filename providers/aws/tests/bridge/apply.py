"""apply: makes all that a build for AWS says.

May import: the standard library.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from providers.aws.tests.bridge import (
    alarm,
    function,
    http,
    identity,
    messaging,
    orchestration,
    schedule,
    storage,
)
from providers.aws.tests.bridge.aws import Aws
from providers.aws.tests.bridge.policy import Request, Role
from tests.bridge import Applied, Document, Kind, known, must
from tests.bridge import apply as make

KINDS: Mapping[str, Kind[Aws]] = {
    **alarm.KINDS,
    **function.KINDS,
    **http.KINDS,
    **identity.KINDS,
    **messaging.KINDS,
    **orchestration.KINDS,
    **schedule.KINDS,
    **storage.KINDS,
}
"""What these tests know, by type; data sources with "data." before it."""


def apply(document: Document, aws: Aws, variables: Mapping[str, Any]) -> Applied:
    """Make everything; raises Unreadable for what is not known, and for what AWS would refuse."""
    _check_provider(document)
    applied = make(document, KINDS, aws, variables)
    region = applied.value(document.providers["aws"]["region"])
    must(region == aws.region, "provider aws", f"region {region!r}, and not {aws.region!r}")
    return applied


def problems(aws: Aws) -> Iterator[str]:
    """What keeps a service from doing its part at run time: rights that are missing, alarms that watch nothing."""
    for one in aws.subscriptions:
        if one.protocol == "sqs" and not messaging.may_send(aws, one):
            yield f"{one.topic} may not send to {one.endpoint}"
    for api in aws.apis.values():
        for route in api.routes.values():
            if not http.may_invoke(aws, api, route):
                yield f"the API may not invoke {route.function} for {route.key}"
    for ticks in aws.schedules.values():
        if not schedule.may_send(aws, ticks):
            yield f"schedule {ticks.name} may not send to {schedule.sent_to(aws, ticks.target)}"
    for machine in aws.machines.values():
        yield from orchestration.lacks(aws, machine)
    yield from alarm.unwatched(aws)
    for owner in aws.functions.values():
        yield from _cannot_log(aws, owner.name, owner.role, owner.log_group)


def _cannot_log(aws: Aws, name: str, role: str, group: str) -> Iterator[str]:
    """https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html."""
    stream = aws.arn("logs", f"log-group:{group}:log-stream:2026/01/01/1")
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        if not aws.access.decide(Request(action, stream, Role(role))).allowed:
            yield f"{name} may not {action} in {group}"
    if group not in aws.log_groups:
        yield f"{name} has no log group {group}"


def _check_provider(document: Document) -> None:
    provider = document.providers["aws"]
    known("provider aws", provider, {"region", "default_tags", "allowed_account_ids", "assume_role", "profile"})
