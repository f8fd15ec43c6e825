"""Default alarms of a stage, to one topic: mail goes to the variable `alarm_email`, nowhere by default.

    dead-letters    a dead-letter queue is not empty
    age             a message has waited for half an hour, or for as long as a crash hides it
    errors          a function ended with an error, which our runtime lets happen to crashes and time-outs alone; not
                    those that orchestrations call, where an error is an answer
    throttles       a function was not started because too many run
    duration        a function took four fifths of its time-out, or more
    answers         the HTTP API answered 5xx
    failed, late    an execution failed, or ran out of time

One resource a kind, with an instance for everything that it watches, under its name in the program.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cloudless.compiler.unit import CALL
from cloudless.ir import DEAD_LETTERS
from cloudless.node import node
from cloudless_aws.compile import scope
from cloudless_aws.compile.http import API
from cloudless_aws.compile.queue import hidden_s

if TYPE_CHECKING:
    from cloudless_aws.compile.ground import Ground

SHARE = 0.8
"""Of a time-out."""
AGE_S = 1_800
PERIOD_S = 300
TOPIC = "cloudless--alarms"
"""Label of the topic; no topic of the program is called so."""

Watched = Mapping[str, Mapping[str, Any]]
"""By name in the program: {"on": value of the dimension, "above": threshold}."""


@node(kw_only=True)
class Kind:
    """A kind of alarm: where the metric is above a threshold for five minutes. dimension: of what is watched."""

    name: str
    what: str
    namespace: str
    metric: str
    dimension: str
    statistic: str
    watched: Watched


def alerts(ground: Ground) -> None:
    """The alarms, and who is told."""
    kinds = [one for one in _kinds(ground) if one.watched]
    if not kinds:
        return
    told = _told(ground)
    for one in kinds:
        _alarm(ground, told, one)


def _told(ground: Ground) -> str:
    """The topic, as a reference to its ARN."""
    document = ground.document
    description = "Where alarms are mailed to; empty for nowhere."
    document.variable("alarm_email", "string", default="", nullable=False, description=description)
    topic = document.resource("aws_sns_topic", TOPIC, {"name": f"{ground.prefix}--alarms"})
    document.resource(
        "aws_sns_topic_subscription",
        TOPIC,
        {
            "for_each": '${toset(var.alarm_email == "" ? [] : [var.alarm_email])}',
            "topic_arn": topic["arn"],
            "protocol": "email",
            "endpoint": "${each.value}",
        },
    )
    return topic["arn"]


def _alarm(ground: Ground, told: str, one: Kind) -> None:
    watched = ground.local(f"alarms_{one.name}", dict(one.watched))
    ground.document.resource(
        "aws_cloudwatch_metric_alarm",
        one.name,
        {
            "for_each": f"${{{watched}}}",
            "alarm_name": f"{ground.prefix}-{one.name}-${{each.key}}",
            "alarm_description": one.what,
            "namespace": one.namespace,
            "metric_name": one.metric,
            "dimensions": {one.dimension: "${each.value.on}"},
            "statistic": one.statistic,
            "period": PERIOD_S,
            "evaluation_periods": 1,
            "comparison_operator": "GreaterThanThreshold",
            "threshold": "${each.value.above}",
            "treat_missing_data": "notBreaching",
            "alarm_actions": [told],
        },
    )


def _kinds(ground: Ground) -> Iterator[Kind]:
    yield from _of_queues(ground)
    yield from _of_functions(ground)
    if ground.application.endpoints:
        api = ground.document.address("aws_apigatewayv2_api", API)["id"]
        watched = {"http": {"on": api, "above": 0}}
        yield Kind(
            name="answers", what="The HTTP API answered 5xx.", namespace="AWS/ApiGateway", metric="5xx",
            dimension="ApiId", statistic="Sum", watched=watched,
        )  # fmt: skip
    yield from _of_machines(ground)


def _of_queues(ground: Ground) -> Iterator[Kind]:
    own = [one for one in ground.application.queues if not one.existing.get("aws")]
    dead = {one.name: {"on": ground.queue_names[one.name], "above": 0} for one in own if one.role == DEAD_LETTERS}
    made = {one.name for one in own if one.role != DEAD_LETTERS} | {
        one.name for one in ground.application.subscriptions
    }
    sources = [(one, one.source) for one in ground.units if one.source is not None and one.source.queue in made]
    waits = {
        source.queue: {"on": ground.queue_names[source.queue], "above": max(AGE_S, hidden_s(unit, source))}
        for unit, source in sources
    }
    queue = {"namespace": "AWS/SQS", "dimension": "QueueName", "statistic": "Maximum"}
    yield Kind(
        name="dead-letters", what="A dead-letter queue is not empty.",
        metric="ApproximateNumberOfMessagesVisible", watched=dead, **queue,
    )  # fmt: skip
    yield Kind(
        name="age", what="Messages wait for long.", metric="ApproximateAgeOfOldestMessage", watched=waits, **queue
    )


def _of_functions(ground: Ground) -> Iterator[Kind]:
    handlers = {one.name: one.handler for one in ground.application.functions}
    steps = {handlers[name] for program in ground.programs.all for name in program.functions}
    failing = [one for one in ground.units if one.kind != CALL or one.handler not in steps]
    function = {"namespace": "AWS/Lambda", "dimension": "FunctionName"}
    yield Kind(
        name="errors", what="A function crashed, or ran out of time.", metric="Errors", statistic="Sum",
        watched={one.name: {"on": one.function, "above": 0} for one in failing}, **function,
    )  # fmt: skip
    yield Kind(
        name="throttles", what="A function was not started because too many run.", metric="Throttles", statistic="Sum",
        watched={one.name: {"on": one.function, "above": 0} for one in ground.units}, **function,
    )  # fmt: skip
    yield Kind(
        name="duration", what="A function took four fifths of its time-out, or more.", metric="Duration",
        statistic="Maximum", **function,
        watched={one.name: {"on": one.function, "above": round(one.timeout_s * SHARE * 1_000)} for one in ground.units},
    )  # fmt: skip


def _of_machines(ground: Ground) -> Iterator[Kind]:
    watched = {one.name: {"on": scope.machine_arn(ground, one.name), "above": 0} for one in ground.programs.all}
    machine = {"namespace": "AWS/States", "dimension": "StateMachineArn", "statistic": "Sum"}
    yield Kind(name="failed", what="An execution failed.", metric="ExecutionsFailed", watched=watched, **machine)
    yield Kind(
        name="late", what="An execution ran out of time.", metric="ExecutionsTimedOut", watched=watched, **machine
    )
