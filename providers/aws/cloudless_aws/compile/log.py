"""Logs: a group for each function, which keeps them for 30 days, and not for ever as the one that Lambda would make.

Lines are JSON already: docs/mechanisms.md, tracing. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless_aws.names import log_group_of

if TYPE_CHECKING:
    from cloudless.compiler import Address
    from cloudless.compiler.native import Owner
    from cloudless.compiler.unit import Unit
    from cloudless_aws.compile.ground import Ground

RETENTION_DAYS = 30


def log_group(ground: Ground, unit: Unit, owner: Owner | None) -> Address:
    """The log of a unit."""
    return ground.document.resource(
        "aws_cloudwatch_log_group",
        unit.name,
        {"name": log_group_of(unit.function), "retention_in_days": RETENTION_DAYS},
        owner=owner,
        free=("retention_in_days",),
    )
