"""A queue: how it retries what failed.

https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues#RetryConfig
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers.gcp.tests.errors import ApiError

NAME = re.compile(r"projects/[^/]+/locations/[a-z0-9-]+/queues/[A-Za-z0-9-]{1,100}")
_DURATION = re.compile(r"(\d+(?:\.\d{1,9})?)s")
UNLIMITED = -1
DISPATCHES_MAX, CONCURRENT_MAX = 500, 5_000
"""https://cloud.google.com/tasks/docs/quotas"""


@dataclass(frozen=True, slots=True)
class Queue:
    """name: full. The rest: what `gcloud tasks queues create` documents as defaults.

    attempts: -1 for as many as it takes. retry_s: 0 for as long as it takes; both have to be used up.
    https://cloud.google.com/tasks/docs/configuring-queues#retry
    """

    name: str
    attempts: int = 100
    retry_s: float = 0.0
    least_s: float = 0.1
    most_s: float = 3_600.0
    doublings: int = 16

    def backoff_s(self, failures: int) -> float:
        """Seconds until the next attempt after so many failed ones (from 1).

        It doubles so many times, goes on by as much as it is then, and ends at the most: 10, 20, 40, 80, 160, 240, 300.
        """
        doubled = self.least_s * 2.0 ** min(failures - 1, self.doublings)
        further = max(0, failures - 1 - self.doublings) * self.least_s * 2.0**self.doublings
        return min(self.most_s, doubled + further)

    def is_over(self, attempts: int, passed_s: float) -> bool:
        """Whether nothing is tried again. passed_s: since the first attempt."""
        if self.attempts == UNLIMITED:
            return bool(self.retry_s) and passed_s >= self.retry_s
        return attempts >= self.attempts and passed_s >= self.retry_s


def queue_of(body: Mapping[str, Any]) -> Queue:
    """As CreateQueue takes it; raises ApiError."""
    name = str(body.get("name", ""))
    _must(NAME.fullmatch(name), f"Queue name {name!r}")
    _must(body.keys() <= {"name", "retryConfig", "rateLimits"}, f"this model does not know {sorted(body)}")
    rates: Mapping[str, Any] = body.get("rateLimits", {})
    _must(0 < rates.get("maxDispatchesPerSecond", 1) <= DISPATCHES_MAX, f"maxDispatchesPerSecond of {rates}")
    _must(0 < rates.get("maxConcurrentDispatches", 1) <= CONCURRENT_MAX, f"maxConcurrentDispatches of {rates}")
    retry: Mapping[str, Any] = body.get("retryConfig", {})
    queue = Queue(
        name,
        int(retry.get("maxAttempts", 100)),
        seconds(retry.get("maxRetryDuration", "0s")),
        seconds(retry.get("minBackoff", "0.1s")),
        seconds(retry.get("maxBackoff", "3600s")),
        int(retry.get("maxDoublings", 16)),
    )
    _must(queue.attempts == UNLIMITED or queue.attempts >= 1, f"maxAttempts {queue.attempts}")
    _must(queue.least_s <= queue.most_s, f"minBackoff {queue.least_s} s is above maxBackoff {queue.most_s} s")
    return queue


def seconds(duration: str) -> float:
    """Of a duration on the wire, as in "3.5s"."""
    found = _DURATION.fullmatch(duration)
    _must(found, f"no duration: {duration!r}")
    return float(duration[:-1])


def _must(condition: object, text: str) -> None:
    if not condition:
        raise ApiError("INVALID_ARGUMENT", text)
