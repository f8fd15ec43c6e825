"""Default alerts of a stage, to one channel: mail goes to the variable `alert_email`, nowhere by default.

    dead-letters    a dead-letter queue is not empty
    age             a message has waited for half an hour
    delays          what was delayed cannot be published
    errors          something was given up, or crashed: log lines of level error or worse, but for those of requests,
                    which say that a message comes again
    throttles       a function was not started because too many run
    duration        a function took four fifths of its time-out, or more
    answers         an endpoint answered 5xx
    failed          an execution failed, or ran out of time

A policy a kind: Cloud Monitoring has an incident for each queue or function by itself.
https://cloud.google.com/monitoring/api/metrics_gcp
https://cloud.google.com/monitoring/api/v3/filters
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from cloudless.compiler.unit import HTTP
from cloudless.ir import DEAD_LETTERS
from cloudless.node import node
from cloudless_gcp import names
from cloudless_gcp.compile.service import MONITORING

if TYPE_CHECKING:
    from cloudless_gcp.compile.ground import Ground

SHARE = 0.8
"""Of a time-out."""
AGE_S = 1_800
ATTEMPTS = 3
"""Of tasks in vain, in a period. What is refused is tried about once a minute (delay.py); what failed once, no more."""
PERIOD = "300s"
CHANNEL = "google_monitoring_notification_channel"
_NAMES_MOST = 1_500
"""Characters of names in one condition, whose filter has 2,048.

https://cloud.google.com/monitoring/quotas#alerting_uptime_check_limits
"""
_CONDITIONS_MOST = 6
"""Of one policy: as above."""
_REVISION = 'resource.type = "cloud_run_revision"'
_SUBSCRIPTION = 'resource.type = "pubsub_subscription"'
_LOGGED = 'metric.label."severity" = one_of("ERROR", "CRITICAL", "ALERT", "EMERGENCY")'
_VAIN = tuple(f'metric.label."response_code" != "{one}"' for one in ("200", "OK", "ok"))
"""No page says how it spells that Pub/Sub answered 200."""
_REQUESTS = 'metric.label."log" != "run.googleapis.com/requests"'


@node(kw_only=True)
class Condition:
    """Where a time series is above a threshold for five minutes. aligner: how points of a period become one."""

    filter: str
    aligner: str
    above: float = 0


@node(kw_only=True)
class Kind:
    """A policy. what: in a sentence."""

    name: str
    what: str
    conditions: tuple[Condition, ...]


def alerts(ground: Ground) -> None:
    """The policies, and who is told."""
    document = ground.document
    description = "Where alerts are mailed to; empty for nowhere."
    document.variable("alert_email", "string", default="", nullable=False, description=description)
    document.resource(
        CHANNEL,
        "email",
        {
            "for_each": '${toset(var.alert_email == "" ? [] : [var.alert_email])}',
            **ground.of(MONITORING),
            "display_name": f"{ground.prefix} alerts",
            "type": "email",
            "labels": {"email_address": "${each.value}"},
        },
    )
    for kind in _kinds(ground):
        for at in range(0, len(kind.conditions), _CONDITIONS_MOST):
            _policy(ground, kind, at)


def _policy(ground: Ground, kind: Kind, at: int) -> None:
    """The policy of a kind, with its conditions from a place on."""
    label = f"{kind.name}-{at}" if at else kind.name
    ground.document.resource(
        "google_monitoring_alert_policy",
        label,
        {
            **ground.of(MONITORING),
            "display_name": f"{ground.prefix} {label}",
            "combiner": "OR",
            "conditions": [_threshold(kind, one) for one in kind.conditions[at : at + _CONDITIONS_MOST]],
            "documentation": {"content": kind.what, "mime_type": "text/markdown"},
            "notification_channels": f"${{values({CHANNEL}.email)[*].id}}",
        },
    )


def _threshold(kind: Kind, one: Condition) -> dict[str, Any]:
    return {
        "display_name": kind.what,
        "condition_threshold": {
            "filter": one.filter,
            "comparison": "COMPARISON_GT",
            "threshold_value": one.above,
            "duration": "0s",
            "aggregations": [{"alignment_period": PERIOD, "per_series_aligner": one.aligner}],
        },
    }


def _kinds(ground: Ground) -> Iterator[Kind]:
    yield from _of_queues(ground)
    yield from _of_functions(ground)
    if ground.programs.all:
        every = (names.workflow_id(ground.place, one.name) for one in ground.programs.all)
        lead = _all(
            _metric("workflows.googleapis.com/finished_execution_count"),
            'resource.type = "workflows.googleapis.com/Workflow"',
            'metric.label."status" = "FAILED"',
        )
        failed = _each(lead, "workflow_id", every, "ALIGN_DELTA")
        yield Kind(name="failed", what="An execution failed, or ran out of time.", conditions=failed)


def _of_queues(ground: Ground) -> Iterator[Kind]:
    dead = [one for one in ground.application.queues if one.role == DEAD_LETTERS]
    if dead:
        lead = _all(_metric("pubsub.googleapis.com/subscription/num_undelivered_messages"), _SUBSCRIPTION)
        every = (names.queue_subscription_id(ground.place, one) for one in dead)
        letters = _each(lead, "subscription_id", every, "ALIGN_MAX")
        yield Kind(name="dead-letters", what="A dead-letter queue is not empty.", conditions=letters)
    if ground.consumers:
        aged = _all(
            _metric("pubsub.googleapis.com/subscription/oldest_unacked_message_age"),
            _SUBSCRIPTION,
            f'resource.label."subscription_id" = starts_with("{ground.prefix}-")',
            'resource.label."subscription_id" != ends_with("-dead-letters")',
        )
        waits = Condition(filter=aged, aligner="ALIGN_MAX", above=AGE_S)
        yield Kind(name="age", what="Messages wait for long.", conditions=(waits,))
    if names.delayed_of(ground.application):
        ours = f'resource.label."queue_id" = starts_with("{ground.prefix}-")'
        attempts = _all(
            _metric("cloudtasks.googleapis.com/queue/task_attempt_count"), 'resource.type = "cloud_tasks_queue"', ours
        )
        vain = Condition(filter=_all(attempts, *_VAIN), aligner="ALIGN_DELTA", above=ATTEMPTS)
        yield Kind(name="delays", what="What was delayed cannot be published.", conditions=(vain,))


def _of_functions(ground: Ground) -> Iterator[Kind]:
    ours = f'resource.label."service_name" = starts_with("{ground.prefix}-")'
    logged = _all(_metric("logging.googleapis.com/log_entry_count"), _REVISION, ours, _LOGGED, _REQUESTS)
    errors = Condition(filter=logged, aligner="ALIGN_DELTA")
    yield Kind(name="errors", what="Something was given up, or crashed.", conditions=(errors,))
    counted = _all(_metric("run.googleapis.com/request_count"), _REVISION)
    refused = _all(counted, ours, 'metric.label."response_code" = "429"')
    throttles = Condition(filter=refused, aligner="ALIGN_DELTA")
    what = "A function was not started because too many run."
    yield Kind(name="throttles", what=what, conditions=(throttles,))
    what = "A function took four fifths of its time-out, or more."
    yield Kind(name="duration", what=what, conditions=tuple(_slow(ground)))
    if ground.application.endpoints:
        failed = _all(counted, 'metric.label."response_code_class" = "5xx"')
        every = (one.function for one in ground.units if one.kind == HTTP)
        answers = _each(failed, "service_name", every, "ALIGN_DELTA")
        yield Kind(name="answers", what="An endpoint answered 5xx.", conditions=answers)


def _slow(ground: Ground) -> Iterator[Condition]:
    """Latencies of requests are in milliseconds, and differ by time-out: that of the handler, where there is one."""
    by_timeout: dict[float, list[str]] = {}
    for one in ground.units:
        timeout_s = ground.handlers[one.handler].timeout_s if one.handler else one.timeout_s
        by_timeout.setdefault(timeout_s, []).append(one.function)
    lead = _all(_metric("run.googleapis.com/request_latencies"), _REVISION)
    for timeout_s, functions in sorted(by_timeout.items()):
        above = round(timeout_s * SHARE * 1_000)
        yield from _each(lead, "service_name", functions, "ALIGN_PERCENTILE_99", above)


def _each(lead: str, label: str, values: Iterable[str], aligner: str, above: float = 0) -> tuple[Condition, ...]:
    """As many conditions as it takes to name all values of a label."""
    return tuple(
        Condition(filter=_all(lead, f'resource.label."{label}" = one_of({part})'), aligner=aligner, above=above)
        for part in _parts(values)
    )


def _parts(values: Iterable[str]) -> Iterator[str]:
    """Values in quotes, as many together as a filter holds."""
    part = ""
    for value in values:
        if len(part) + len(value) > _NAMES_MOST:
            yield part
            part = ""
        part += f', "{value}"' if part else f'"{value}"'
    if part:
        yield part


def _metric(type: str) -> str:
    return f'metric.type = "{type}"'


def _all(*tests: str) -> str:
    return " AND ".join(tests)
