"""What cloudless does not do on Google Cloud, in one table. What is not here is supported.

`never`: the platform cannot. `not_yet`: not built. How each supported row is kept: docs/mechanisms.md.
May import: `cloudless.driver.gap`.
"""

from __future__ import annotations

from cloudless.driver.gap import CAPABILITIES, NEVER, NOT_YET, Gap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_TASKS = "https://cloud.google.com/tasks/docs/creating-http-target-tasks"
_PUSH = "https://cloud.google.com/pubsub/docs/push"

_NO_DELAY = "Pub/Sub cannot delay a message, and the way through Cloud Tasks is not built"

GAPS: Mapping[str, Gap] = {
    "queue.delay": Gap(NOT_YET, _NO_DELAY, _TASKS),
    "queue.long_delay": Gap(NOT_YET, _NO_DELAY, _TASKS),
    "queue.retry_after": Gap(
        NOT_YET,
        "a push consumer cannot choose its own delay: until the way through Cloud Tasks is built, RetryAfter, factors "
        "other than 1 and 2 and postponed deliveries wait as the subscription's retry policy says, and postponed ones "
        "count (so that with once_by a crash may end in a dead letter)",
        "https://cloud.google.com/pubsub/docs/subscription-retry-policy",
    ),
    "queue.batch": Gap(NEVER, "Pub/Sub pushes one message a request: batch handlers get lists of one", _PUSH),
    "topic": Gap(NOT_YET, "topics are not built for Google Cloud"),
    "topic.filter": Gap(NOT_YET, "topics are not built for Google Cloud"),
    "schedule": Gap(NOT_YET, "schedules are not built for Google Cloud"),
    "function": Gap(NOT_YET, "direct calls are not built for Google Cloud"),
    "function.later": Gap(NOT_YET, "direct calls are not built for Google Cloud"),
    "secret": Gap(NOT_YET, "secrets are not built for Google Cloud"),
    "http": Gap(NOT_YET, "HTTP endpoints are not built for Google Cloud"),
    "http.raw_path": Gap(NOT_YET, "HTTP endpoints are not built for Google Cloud"),
    "orchestration": Gap(NOT_YET, "orchestrations are not built for Google Cloud"),
    "compile": Gap(NOT_YET, "the compiler for Google Cloud is not built"),
}
"""By key of `cloudless.driver.gap.CAPABILITIES`."""

if unknown := GAPS.keys() - CAPABILITIES.keys():
    raise KeyError(f"gaps of gcp: no such capabilities: {sorted(unknown)}")
