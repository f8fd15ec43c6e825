"""Alarms of CloudWatch as Terraform makes them.

May import: the standard library.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from providers.aws.tests.bridge.aws import Aws
from tests.bridge import Kind, must, words

_PARAMETERS = {
    "alarm_name": "AlarmName",
    "alarm_description": "AlarmDescription",
    "alarm_actions": "AlarmActions",
    "ok_actions": "OKActions",
    "comparison_operator": "ComparisonOperator",
    "datapoints_to_alarm": "DatapointsToAlarm",
    "evaluation_periods": "EvaluationPeriods",
    "extended_statistic": "ExtendedStatistic",
    "metric_name": "MetricName",
    "namespace": "Namespace",
    "period": "Period",
    "statistic": "Statistic",
    "threshold": "Threshold",
    "treat_missing_data": "TreatMissingData",
    "unit": "Unit",
}
_WATCHED: Mapping[str, Callable[[Aws], Collection[str]]] = {
    "ApiId": lambda aws: aws.apis,
    "FunctionName": lambda aws: aws.functions,
    "QueueName": lambda aws: aws.queues,
    "StateMachineArn": lambda aws: aws.machines,
}
"""What a dimension names: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html."""
_MISSING = frozenset({"breaching", "notBreaching", "ignore", "missing"})
_DAY_S = 86_400


def _alarm(aws: Aws, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html."""
    name, period, count = arguments["alarm_name"], arguments["period"], arguments["evaluation_periods"]
    must(name not in aws.alarms, address, f"alarm {name} is there already")
    must(period in {10, 20, 30} or period % 60 == 0, address, f"a period of {period} s")
    must(period * count <= _DAY_S, address, f"{count} periods of {period} s are more than a day")
    must(("statistic" in arguments) != ("extended_statistic" in arguments), address, "it has one statistic")
    must(arguments.get("treat_missing_data", "missing") in _MISSING, address, "what is missing is none of these")
    dimensions: Mapping[str, str] = arguments.get("dimensions") or {}
    must(dimensions.keys() <= _WATCHED.keys(), address, f"it watches {sorted(dimensions)}")
    actions: list[str] = arguments.get("alarm_actions") or []
    for action in actions:
        must(action in aws.topics.values(), address, f"no topic {action!r}")
    given = {there: arguments.get(here) for here, there in _PARAMETERS.items()}
    listed = [{"Name": dimension, "Value": value} for dimension, value in dimensions.items()]
    aws.call(address, "cloudwatch", "PutMetricAlarm", **given, Dimensions=listed)
    aws.alarms[name] = arguments
    return {"id": name, "arn": aws.arn("cloudwatch", f"alarm:{name}")}


def unwatched(aws: Aws) -> Iterator[str]:
    """The dimensions of alarms that are of nothing: such an alarm never tells anything."""
    for name, arguments in aws.alarms.items():
        dimensions: Mapping[str, str] = arguments.get("dimensions") or {}
        for dimension, value in dimensions.items():
            if value not in _WATCHED[dimension](aws):
                yield f"alarm {name} watches {dimension} {value!r}, which there is not"


KINDS: Mapping[str, Kind[Aws]] = {
    "aws_cloudwatch_metric_alarm": Kind(_alarm, words("dimensions") | _PARAMETERS.keys(), words("tags")),
}
