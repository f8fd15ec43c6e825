"""A job as the API takes it.

https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#Job
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers.gcp.tests.errors import ApiError
from providers.gcp.tests.scheduler.cron import Cron, read
from tests.virtual.cron import BadExpression

NAME = re.compile(r"projects/[^/]+/locations/[a-z0-9-]+/jobs/[A-Za-z0-9_-]{1,500}")
SIZE_MAX = 1_048_576
"""https://cloud.google.com/scheduler/quotas"""
RETRIES_MAX = 5
DESCRIPTION_MAX = 500
UTC_NAMES = {"Etc/UTC", "UTC", "utc"}
_TAKEN = {"name", "description", "schedule", "timeZone", "pubsubTarget", "retryConfig"}
_TARGET = {"topicName", "data", "attributes"}


@dataclass(frozen=True, slots=True)
class Job:
    """name, topic: full. What it publishes is data and attributes."""

    name: str
    cron: Cron
    topic: str
    data: bytes
    attributes: Mapping[str, str]


def job_of(body: Mapping[str, Any]) -> Job:
    """As jobs.create takes it; raises ApiError."""
    _must(body.keys() <= _TAKEN, f"this model does not know {sorted(body.keys() - _TAKEN)}")
    name = str(body.get("name", ""))
    _must(NAME.fullmatch(name), f"Job name {name!r}")
    _must(len(body.get("description", "")) <= DESCRIPTION_MAX, f"{name}: a description of more than 500 characters")
    _must(body.get("timeZone", "UTC") in UTC_NAMES, f"{name}: this is a model of jobs in UTC")
    retry: Mapping[str, Any] = body.get("retryConfig", {})
    _must(0 <= retry.get("retryCount", 0) <= RETRIES_MAX, f"{name}: retryCount {retry}")
    target: Mapping[str, Any] = body.get("pubsubTarget", {})
    _must(target.keys() <= _TARGET, f"{name}: this model does not know {sorted(target.keys() - _TARGET)}")
    topic, data, attributes = (
        str(target.get("topicName", "")),
        b64decode(target.get("data", "")),
        target.get("attributes", {}),
    )
    _must(re.fullmatch(r"projects/[^/]+/topics/[^/]+", topic), f"{name}: no topic {topic!r}")
    _must(data or attributes, f"{name}: data or an attribute has to be there")
    _must(len(data) + sum(len(f"{key}{value}") for key, value in attributes.items()) <= SIZE_MAX, f"{name}: too large")
    try:
        cron = read(str(body.get("schedule", "")))
    except BadExpression as problem:
        raise ApiError("INVALID_ARGUMENT", f"Schedule or time zone is invalid. {problem}") from problem
    return Job(name, cron, topic, data, dict(attributes))


def _must(condition: object, text: str) -> None:
    if not condition:
        raise ApiError("INVALID_ARGUMENT", text)
