"""The limits of AWS that the compiler and the in-memory cloud apply, each with its page.

LIMITS are those that every provider may have, by their common keys; the others are AWS's own, checked in
compile/limit.py. May import: `cloudless.driver.limit`.
"""

from __future__ import annotations

from cloudless.driver.limit import KEYS, Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_SQS = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest"
_MESSAGES = f"{_SQS}/SQSDeveloperGuide/quotas-messages.html"
_QUEUES = f"{_SQS}/SQSDeveloperGuide/quotas-queues.html"
_REDRIVE = f"{_SQS}/APIReference/API_SetQueueAttributes.html"
_LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"
_FILTERS = "https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html"
_STEP_FUNCTIONS = "https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"
_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
_SCHEDULER = "https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html"
_HTTP = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html"
_ALARMS = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html"

FILTER_COMBINATIONS = Limit(150, "combinations of values", _FILTERS)
"""Of one filter policy: the numbers of values of its attributes, multiplied; beyond that our runtime filters."""
POLICY = Limit(10_240, "characters", _IAM)
"""Of all inline policies of a role, white space left out."""
MANAGED_POLICY = Limit(6_144, "characters", _IAM)
"""Of a policy that is nobody's own, as that of callers, white space left out."""
PACKAGE = Limit(262_144_000, "bytes", _LAMBDA)
"""Of each zip, when it comes from S3: no limit of its own but what is unpacked, 250 MB with all layers."""
UNPACKED = Limit(262_144_000, "bytes", _LAMBDA)

ROLES = Limit(1_000, "roles", _IAM)
FILTERS = Limit(200, "filter policies", _FILTERS)
"""Of one topic."""
ROUTES = Limit(300, "routes", _HTTP)
GROUPS = Limit(500, "schedule groups", _SCHEDULER)
ALARMS = Limit(5_000, "alarms", _ALARMS)
"""These are raised by AWS on request."""

REGIONS = frozenset({
    "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
    "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
    "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1",
    "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1",
    "me-west-1", "mx-central-1", "sa-east-1", "sa-west-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
    "cn-north-1", "cn-northwest-1", "eusc-de-east-1", "us-iso-east-1", "us-iso-west-1", "us-isob-east-1",
    "us-isob-west-1", "eu-isoe-west-1", "us-isof-east-1", "us-isof-south-1", "us-gov-east-1", "us-gov-west-1",
})  # fmt: skip
"""Those of botocore 1.44.5, partitions.json, of November 2026. AWS adds some, so another one is warned of, not refused.

https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
"""
RUNTIMES = ("3.10", "3.11", "3.12", "3.13", "3.14")
"""Of Python: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html."""
TERRAFORM = (1, 9)
"""The least of Terraform and OpenTofu alike: no argument of ours needs more, and older ones are not tried."""

MARGIN_S = 5
"""A function may run longer than its handlers by this, so that our runtime records what did not end in time."""
BATCH = 10
"""Messages that are handed to one call of a function without a batching window.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""
VISIBILITIES = 6
"""Times the function's time-out that a message stays hidden, as the page above asks for."""
MEMORY_MIN = 128
"""MB of a function, by the page of `function.memory`."""
CONCURRENCY_MIN = 2
"""The least `maximum_concurrency` of an event source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html."""
CONCURRENCY_MAX = 1_000
"""The most, by the same page."""

LIMITS: Mapping[str, Limit] = {
    "message.bytes": Limit(1_048_576, "bytes", _MESSAGES),
    "message.attributes": Limit(10, "attributes", _MESSAGES),
    "batch.messages": Limit(10, "messages", _MESSAGES),
    "batch.bytes": Limit(1_048_576, "bytes", _MESSAGES),
    "queue.delay": Limit(900, "s", _MESSAGES),
    "queue.lock": Limit(43_200, "s", _MESSAGES),
    "queue.receives_min": Limit(1, "deliveries", _REDRIVE),
    "queue.receives_max": Limit(1_000, "deliveries", _REDRIVE),
    "queue.retention": Limit(14 * 86_400, "s", _MESSAGES),
    "queue.name": Limit(80, "characters", _QUEUES),  # ".fifo" included
    "topic.name": Limit(256, "characters", "https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html"),
    "filter.attributes": Limit(5, "attributes", _FILTERS),
    "filter.bytes": Limit(262_144, "bytes", _FILTERS),
    "function.name": Limit(64, "characters", "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"),
    "function.timeout": Limit(900, "s", _LAMBDA),
    "function.memory": Limit(10_240, "MB", _LAMBDA),
    "function.invoke": Limit(900, "s", _LAMBDA),
    "schedule.interval": Limit(60, "s", "https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html"),
    "orchestration.timeout": Limit(31_536_000, "s", _STEP_FUNCTIONS),
    "group.name": Limit(128, "characters", f"{_SQS}/APIReference/API_SendMessage.html"),
}
"""By key of `cloudless.driver.limit.KEYS`."""

if unknown := LIMITS.keys() - KEYS.keys():
    raise KeyError(f"limits of aws: no such keys: {sorted(unknown)}")
