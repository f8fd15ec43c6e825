"""How many messages wait in a subscription: Pub/Sub does not say, Cloud Monitoring does, some minutes later.

Sampled every minute, visible two minutes after that: https://cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-pubsub
https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/list
"""

from __future__ import annotations

from urllib.parse import urlencode

from cloudless_gcp.clients.denied import Grant, needing
from cloudless_gcp.moment import moment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from cloudless_gcp.clients.rest import Google

LOOK_S = 600.0
"""How far back the last sample may lie; what was never used has none."""
_METRIC = "pubsub.googleapis.com/subscription/num_undelivered_messages"


def waiting(google: Google, subscription: str, queue: str, now_s: Callable[[], float]) -> int:
    """The last number that is known. subscription: its full name. queue: as people know it."""
    _, project, _, id = subscription.split("/")
    asked = {
        "filter": f'metric.type = "{_METRIC}" AND resource.labels.subscription_id = "{id}"',
        "interval.startTime": moment(now_s() - LOOK_S),
        "interval.endTime": moment(now_s()),
        "view": "FULL",
    }
    url = f"https://monitoring.googleapis.com/v3/projects/{project}/timeSeries?{urlencode(asked)}"
    with needing(Grant("receive", "queue", queue, "monitoring.timeSeries.list", f"projects/{project}")):
        found = google.call("GET", url, None, f"counting messages of queue {queue!r}")
    points: list[Any] = [point for one in found.get("timeSeries", ()) for point in one["points"]]  # the latest first
    return int(points[0]["value"]["int64Value"]) if points else 0
