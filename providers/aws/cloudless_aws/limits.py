"""The limits of AWS that the compiler and the in-memory cloud apply, each with its page.

May import: `cloudless.driver.limit`.
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
