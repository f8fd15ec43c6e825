"""Alerts of Cloud Monitoring, and who is told, as Terraform makes them. May import: the standard library."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from providers.gcp.tests.bridge.google import Google
from tests.bridge import Kind, block, known, must, words

FILTER_MAX = 2_048
CONDITIONS_MAX = 6
"""https://cloud.google.com/monitoring/quotas#alerting_uptime_check_limits"""


@dataclass(frozen=True, slots=True)
class Metric:
    """resource: its type, "" for any. aligners: those that its kind and type of value allow."""

    resource: str
    labels: frozenset[str]
    aligners: frozenset[str]


_GAUGE = words("ALIGN_MAX ALIGN_MIN ALIGN_MEAN ALIGN_NEXT_OLDER")
_DELTA = words("ALIGN_DELTA ALIGN_RATE ALIGN_SUM")
_DISTRIBUTION = words("ALIGN_PERCENTILE_99 ALIGN_PERCENTILE_95 ALIGN_PERCENTILE_50 ALIGN_DELTA")
"""https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.alertPolicies#aligner"""
METRICS: Mapping[str, Metric] = {
    # https://cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-pubsub
    "pubsub.googleapis.com/subscription/num_undelivered_messages": Metric("pubsub_subscription", frozenset(), _GAUGE),
    "pubsub.googleapis.com/subscription/oldest_unacked_message_age": Metric("pubsub_subscription", frozenset(), _GAUGE),
    # https://cloud.google.com/monitoring/api/metrics_gcp_c#gcp-cloudtasks
    "cloudtasks.googleapis.com/queue/task_attempt_count": Metric("cloud_tasks_queue", words("response_code"), _DELTA),
    # https://cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-run
    "run.googleapis.com/request_count": Metric(
        "cloud_run_revision", words("response_code response_code_class route"), _DELTA
    ),
    "run.googleapis.com/request_latencies": Metric(
        "cloud_run_revision", words("response_code response_code_class route"), _DISTRIBUTION
    ),
    # https://cloud.google.com/monitoring/api/metrics_gcp_i_o#gcp-logging
    "logging.googleapis.com/log_entry_count": Metric("", words("log severity"), _DELTA),
    # https://cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-workflows
    "workflows.googleapis.com/finished_execution_count": Metric(
        "workflows.googleapis.com/Workflow", words("revision_id status"), _DELTA
    ),
}
RESOURCES: Mapping[str, frozenset[str]] = {
    "cloud_tasks_queue": words("project_id location queue_id"),
    "pubsub_subscription": words("project_id subscription_id"),
    "cloud_run_revision": words("project_id service_name revision_name location configuration_name"),
    "workflows.googleapis.com/Workflow": words("project_id location workflow_id"),
}
"""https://cloud.google.com/monitoring/api/resources"""
_TEST = re.compile(
    r"(?P<of>resource|metric)\.(?:(?P<type>type)|labels?\.\"?(?P<label>\w+)\"?)\s*(?P<sign>=|!=)\s*"
    r"(?:(?P<how>one_of|starts_with|ends_with)\((?P<many>[^)]*)\)|\"(?P<one>[^\"]*)\")"
)
_TEXT = re.compile(r"\"([^\"]*)\"")


@dataclass(frozen=True, slots=True)
class Test:
    """of: "resource" or "metric". label: "" for the type. how: "=", "one_of", "starts_with" or "ends_with"."""

    of: str
    label: str
    how: str
    texts: tuple[str, ...]
    is_negated: bool


def read(address: str, text: str) -> list[Test]:
    """The tests of a filter, all of which have to hold.

    https://cloud.google.com/monitoring/api/v3/filters
    """
    must(len(text) <= FILTER_MAX, address, f"a filter of {len(text)} characters")
    tests: list[Test] = []
    for part in text.split(" AND "):
        found = _TEST.fullmatch(part.strip())
        must(found, address, f"the filter at {part!r}")
        assert found
        texts = tuple(_TEXT.findall(found["many"])) if found["how"] else (found["one"],)
        must(texts, address, f"the filter at {part!r}")
        tests.append(Test(found["of"], found["label"] or "", found["how"] or "=", texts, found["sign"] == "!="))
    _check(address, tests)
    return tests


def _check(address: str, tests: list[Test]) -> None:
    types = {one.of: one.texts[0] for one in tests if not one.label and one.how == "=" and not one.is_negated}
    must(types.keys() == {"metric", "resource"}, address, f"its filter says {types}")
    metric, labels = METRICS.get(types["metric"]), RESOURCES.get(types["resource"])
    must(metric and labels is not None, address, f"what there is of {types}")
    assert metric and labels is not None
    must(metric.resource in {"", types["resource"]}, address, f"{types['metric']} is not of {types['resource']}")
    for one in tests:
        among = metric.labels if one.of == "metric" else labels
        must(not one.label or one.label in among, address, f"{one.of} has no label {one.label}")


def matches(tests: list[Test], of: str, label: str) -> Callable[[str], bool]:
    """Whether a value of a label passes all tests of it."""
    mine = [one for one in tests if (one.of, one.label) == (of, label)]
    return lambda value: all(_passes(one, value) for one in mine)


def _passes(test: Test, value: str) -> bool:
    if test.how == "starts_with":
        found = value.startswith(test.texts)
    elif test.how == "ends_with":
        found = value.endswith(test.texts)
    else:
        found = value in test.texts
    return found is not test.is_negated


def named(tests: list[Test], label: str) -> Iterator[str]:
    """Values of a resource's label that tests name in full."""
    for one in tests:
        if (one.of, one.label) == ("resource", label) and one.how in {"=", "one_of"} and not one.is_negated:
            yield from one.texts


def _policy(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    google.check(address, arguments, "monitoring")
    conditions: list[Mapping[str, Any]] = arguments["conditions"]
    must(1 <= len(conditions) <= CONDITIONS_MAX, address, f"{len(conditions)} conditions")
    channels: list[str] = arguments.get("notification_channels") or []
    for channel in channels:
        must(channel in google.channels, address, f"no channel {channel!r}")
    documentation = block(address, arguments, "documentation")
    known(address, documentation, words("content mime_type subject"))
    body = {
        "displayName": arguments["display_name"],
        "combiner": arguments["combiner"],
        "conditions": [_condition(address, one) for one in conditions],
        "documentation": {"content": documentation["content"], "mimeType": documentation.get("mime_type")},
        "notificationChannels": arguments.get("notification_channels"),
    }
    google.call(address, "monitoring", "projects.alertPolicies.create", {"name": google.root}, body)
    google.alerts[address] = body
    id = f"{google.root}/alertPolicies/{len(google.alerts)}"
    return {"id": id, "name": id}


def _condition(address: str, condition: Mapping[str, Any]) -> dict[str, Any]:
    known(address, condition, words("display_name condition_threshold"))
    threshold = block(address, condition, "condition_threshold")
    known(address, threshold, words("filter comparison threshold_value duration aggregations trigger"))
    aggregation = block(address, threshold, "aggregations")
    known(address, aggregation, words("alignment_period per_series_aligner cross_series_reducer group_by_fields"))
    tests = read(address, threshold["filter"])
    metric = next(one.texts[0] for one in tests if one.of == "metric" and not one.label)
    aligner = aggregation["per_series_aligner"]
    must(aligner in METRICS[metric].aligners, address, f"{aligner} is not for {metric}")
    told: dict[str, Any] = {
        "filter": threshold["filter"],
        "comparison": threshold["comparison"],
        "thresholdValue": threshold.get("threshold_value"),
        "duration": threshold["duration"],
        "aggregations": [{
            "alignmentPeriod": aggregation["alignment_period"],
            "perSeriesAligner": aligner,
            "crossSeriesReducer": aggregation.get("cross_series_reducer"),
            "groupByFields": aggregation.get("group_by_fields"),
        }],
    }  # fmt: skip
    return {"displayName": condition["display_name"], "conditionThreshold": told}


def _channel(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    google.check(address, arguments, "monitoring")
    must(arguments["type"] == "email", address, f"type {arguments['type']!r}")
    must("@" in arguments["labels"]["email_address"], address, f"{arguments['labels']}")
    body = {"displayName": arguments.get("display_name"), "type": "email", "labels": arguments["labels"]}
    google.call(address, "monitoring", "projects.notificationChannels.create", {"name": google.root}, body)
    id = f"{google.root}/notificationChannels/{len(google.channels) + 1}"
    google.channels.add(id)
    return {"id": id, "name": id}


KINDS: Mapping[str, Kind[Google]] = {
    "google_monitoring_alert_policy": Kind(
        _policy,
        words("project display_name combiner conditions documentation notification_channels"),
        words("enabled user_labels severity alert_strategy"),
    ),
    "google_monitoring_notification_channel": Kind(_channel, words("project display_name type labels")),
}
