"""Event sources: Lambda takes messages from a queue, and hands them to the alias of the function that consumes it.

What is reported as failed comes again, the rest is deleted: docs/mechanisms.md, failure. How many functions run at a
time for a queue is limited here, so that messages wait in the queue instead of being throttled, which would count.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless_aws.compile.lambda_function import TYPE as FUNCTION
from cloudless_aws.compile.lambda_function import alias_of
from cloudless_aws.compile.scope import queue_arn
from cloudless_aws.limits import CONCURRENCY_MIN

if TYPE_CHECKING:
    from cloudless.compiler.unit import Unit
    from cloudless_aws.compile.ground import Ground

TYPE = "aws_lambda_event_source_mapping"
CONCURRENCY = 100
"""Calls at a time for one queue; an account has 1,000 for all of its functions, where AWS did not grant more."""
_FREE = ("enabled", "metrics_config", "scaling_config.maximum_concurrency")


def source(ground: Ground, unit: Unit) -> None:
    """The event source of a unit that consumes a queue."""
    if unit.source is None:
        return
    arguments: dict[str, Any] = {
        "event_source_arn": queue_arn(ground, unit.source.queue),
        "function_name": alias_of(ground, unit.name)["arn"],
        "batch_size": unit.source.batch_size,
        "function_response_types": ["ReportBatchItemFailures"],
        "scaling_config": {"maximum_concurrency": concurrency_of(ground, unit.handler)},
        "depends_on": [str(ground.document.address("aws_iam_role_policy", unit.name))],
    }
    if unit.source.window_s and not unit.source.ordered:
        arguments["maximum_batching_window_in_seconds"] = unit.source.window_s
    ground.document.resource(TYPE, unit.name, arguments, owner=ground.handler_owner(unit.handler), free=_FREE)


def concurrency_of(ground: Ground, handler: str) -> int:
    """Never more than a function that reserves some has, or messages would be throttled."""
    reserved = ground.handlers[handler].native.get("aws", {}).get(FUNCTION, {}).get("reserved_concurrent_executions")
    if isinstance(reserved, int) and reserved > 0:
        return max(CONCURRENCY_MIN, min(CONCURRENCY, reserved))
    return CONCURRENCY
