"""The limits of Google Cloud that the compiler and the in-memory cloud apply, each with its page.

May import: `cloudless.driver.limit`, `cloudless_gcp.deadline`.
"""

from __future__ import annotations

from cloudless.driver.limit import KEYS, Limit
from cloudless_gcp.deadline import OURS_S, START_S

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_QUOTAS = "https://cloud.google.com/pubsub/quotas#resource_limits"
_SUBSCRIPTION = "https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions"
_NAMES = "https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names"
_FUNCTIONS = "https://cloud.google.com/functions/quotas#resource_limits"
_RUN = "https://cloud.google.com/run/docs/configuring/request-timeout"
_WORKFLOWS = "https://cloud.google.com/workflows/quotas"

ACKNOWLEDGE_S = (10, 600)
"""https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions#Subscription.FIELDS.ack_deadline_seconds"""

LIMITS: Mapping[str, Limit] = {
    "message.bytes": Limit(10_000_000, "bytes", _QUOTAS),
    "message.attributes": Limit(100, "attributes", _QUOTAS),
    "attribute.value": Limit(256, "characters", _QUOTAS),  # 1,024 bytes, and a character has at most 4
    "batch.messages": Limit(1_000, "messages", _QUOTAS),
    "batch.bytes": Limit(10_000_000, "bytes", _QUOTAS),
    "queue.delay": Limit(0, "s", "https://cloud.google.com/tasks/docs/comp-pub-sub"),
    "queue.lock": Limit(ACKNOWLEDGE_S[1], "s", f"{_SUBSCRIPTION}#Subscription.FIELDS.ack_deadline_seconds"),
    "queue.receives_min": Limit(5, "deliveries", f"{_SUBSCRIPTION}#DeadLetterPolicy"),
    "queue.receives_max": Limit(100, "deliveries", f"{_SUBSCRIPTION}#DeadLetterPolicy"),
    "queue.retention": Limit(31 * 86_400, "s", f"{_SUBSCRIPTION}#Subscription.FIELDS.message_retention_duration"),
    "queue.name": Limit(255, "characters", _NAMES),
    "topic.name": Limit(255, "characters", _NAMES),
    "filter.bytes": Limit(
        256, "bytes", "https://cloud.google.com/pubsub/docs/subscription-message-filter#filtering_syntax"
    ),
    "function.name": Limit(
        63, "characters", "https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions"
    ),
    "function.timeout": Limit(3_600, "s", _RUN),
    "function.memory": Limit(32_768, "MB", "https://cloud.google.com/functions/docs/configuring/memory"),
    "function.invoke": Limit(3_600, "s", _RUN),
    "consumer.timeout": Limit(
        ACKNOWLEDGE_S[1] - OURS_S - START_S, "s", f"{_SUBSCRIPTION}#Subscription.FIELDS.ack_deadline_seconds"
    ),
    "schedule.interval": Limit(60, "s", "https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules"),
    "orchestration.nesting": Limit(2, "levels", _WORKFLOWS),
    "orchestration.depth": Limit(20, "calls", _WORKFLOWS),
    "orchestration.timeout": Limit(31_536_000, "s", _WORKFLOWS),
    "group.name": Limit(256, "characters", _QUOTAS),  # 1,024 bytes, and a character has at most 4
}
"""By key of `cloudless.driver.limit.KEYS`."""

if unknown := LIMITS.keys() - KEYS.keys():
    raise KeyError(f"limits of gcp: no such keys: {sorted(unknown)}")

PACKAGE = Limit(1_000_000_000, "bytes", _FUNCTIONS)
"""Of the archive, from a bucket: ours. The page names a bound for functions of the first generation alone."""

PROJECT_MEMBERS = Limit(1_500, "members", "https://cloud.google.com/iam/quotas#limits")
"""Of all roles of one project's policy, others' included."""
ACCOUNTS = Limit(100, "service accounts", "https://cloud.google.com/iam/quotas#quotas")
FUNCTIONS = Limit(1_000, "functions", _FUNCTIONS)
"""Of a project in a region, with the services of Cloud Run."""
TASKS_QUEUES = Limit(1_000, "queues", "https://cloud.google.com/tasks/docs/quotas")
TASK_AHEAD = Limit(30 * 86_400, "s", "https://cloud.google.com/tasks/docs/quotas")
"""From a task's creation, by Google's clock, to its time."""
SUBSCRIPTIONS = Limit(10_000, "subscriptions", _QUOTAS)
"""Of a project; these are raised by Google on request, but the members."""

RUNTIMES = ("3.10", "3.11", "3.12", "3.13")
"""Of Python: https://cloud.google.com/functions/docs/runtime-support#python."""
TERRAFORM = (1, 9)
"""The least of Terraform and OpenTofu alike: no argument of ours needs more, and older ones are not tried."""
REGIONS = (
    "africa-south1", "asia-east1", "asia-east2", "asia-northeast1", "asia-northeast2", "asia-northeast3", "asia-south1",
    "asia-south2", "asia-southeast1", "asia-southeast2", "asia-southeast3", "australia-southeast1",
    "australia-southeast2", "europe-central2", "europe-north1", "europe-north2", "europe-southwest1", "europe-west1",
    "europe-west2", "europe-west3", "europe-west4", "europe-west6", "europe-west8", "europe-west9", "europe-west10",
    "europe-west12", "me-central1", "me-central2", "me-west1", "northamerica-northeast1", "northamerica-northeast2",
    "northamerica-south1", "southamerica-east1", "southamerica-west1", "us-central1", "us-east1", "us-east4",
    "us-east5", "us-south1", "us-west1", "us-west2", "us-west3", "us-west4",
)  # fmt: skip
"""Where Cloud Run functions were when this version was made; one that is not here is warned of, and taken.

https://cloud.google.com/functions/docs/locations, https://cloud.google.com/run/docs/locations
"""
GATEWAY_REGIONS = (
    "us-central1", "us-east1", "us-east4", "us-west2", "us-west3", "us-west4", "europe-west1", "europe-west2",
    "asia-northeast1", "australia-southeast1",
)  # fmt: skip
"""Where API Gateway is: https://cloud.google.com/api-gateway/docs/deployment-model#choosing_a_region."""

ATTRIBUTE_VALUE_BYTES = 1_024
"""Of one attribute's value: https://cloud.google.com/pubsub/quotas#resource_limits. Why ours is cut into pieces."""
