"""Queues of Cloud Tasks as Terraform makes them. May import: the standard library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from providers.gcp.tests.bridge.google import Google
from tests.bridge import Kind, block, known, must, words


def _queue(google: Google, address: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    google.check(address, arguments, "cloudtasks")
    location, name = arguments["location"], arguments["name"]
    must(location == google.region, address, f"location {location!r}")
    rates, retry = block(address, arguments, "rate_limits"), block(address, arguments, "retry_config")
    known(address, rates, words("max_dispatches_per_second max_concurrent_dispatches"))
    known(address, retry, words("max_attempts max_retry_duration min_backoff max_backoff max_doublings"))
    full = f"{google.place}/queues/{name}"
    body: dict[str, Any] = {"name": full}
    if rates:
        body["rateLimits"] = {
            "maxDispatchesPerSecond": rates.get("max_dispatches_per_second"),
            "maxConcurrentDispatches": rates.get("max_concurrent_dispatches"),
        }
    if retry:
        body["retryConfig"] = {
            "maxAttempts": retry.get("max_attempts"),
            "maxRetryDuration": retry.get("max_retry_duration"),
            "minBackoff": retry.get("min_backoff"),
            "maxBackoff": retry.get("max_backoff"),
            "maxDoublings": retry.get("max_doublings"),
        }
    google.call(address, "cloudtasks", "projects.locations.queues.create", {"parent": google.place}, body)
    return {"id": full, "name": name, "location": location}


KINDS: Mapping[str, Kind[Google]] = {
    "google_cloud_tasks_queue": Kind(_queue, words("project location name rate_limits retry_config")),
}
