"""Jobs of Cloud Scheduler as Terraform makes them. May import: the standard library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.gcp.tests.bridge.google import Google
from tests.bridge import Kind, block, known, must, words


def _job(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    google.check(address, arguments, "cloudscheduler")
    region, name = arguments["region"], arguments["name"]
    must(region == google.region, address, f"region {region!r}")
    must(not arguments.get("paused"), address, "it is paused")
    target, retry = block(address, arguments, "pubsub_target"), block(address, arguments, "retry_config")
    known(address, target, words("topic_name data attributes"))
    known(address, retry, words("retry_count"))
    topic = target["topic_name"]
    must(topic in google.topics, address, f"no topic {topic!r}")
    full = f"{google.place}/jobs/{name}"
    body = {
        "name": full,
        "description": arguments.get("description"),
        "schedule": arguments["schedule"],
        "timeZone": arguments.get("time_zone"),
        "pubsubTarget": {"topicName": topic, "data": target.get("data"), "attributes": target.get("attributes")},
        "retryConfig": {"retryCount": retry["retry_count"]} if "retry_count" in retry else None,
    }
    google.call(address, "cloudscheduler", "projects.locations.jobs.create", {"parent": google.place}, body)
    return {"id": full, "name": name}


KINDS: Mapping[str, Kind[Google]] = {
    "google_cloud_scheduler_job": Kind(
        _job, words("project region name description schedule time_zone pubsub_target retry_config paused")
    ),
}
