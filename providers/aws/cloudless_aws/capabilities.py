"""What cloudless does not do on AWS, in one table. What is not here is supported.

`never`: the platform cannot. `not_yet`: not built. How each supported row is kept: docs/mechanisms.md.
May import: `cloudless.driver.gap`.
"""

from __future__ import annotations

from cloudless.driver.gap import CAPABILITIES, NOT_YET, Gap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

GAPS: Mapping[str, Gap] = {
    "queue.long_delay": Gap(
        NOT_YET,
        "SQS delays a message by at most 15 minutes, and the way through EventBridge Scheduler is not built",
        "https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html",
    ),
    "topic": Gap(NOT_YET, "topics are not built for AWS"),
    "topic.filter": Gap(NOT_YET, "topics are not built for AWS"),
    "schedule": Gap(NOT_YET, "schedules are not built for AWS"),
    "function": Gap(NOT_YET, "direct calls are not built for AWS"),
    "function.later": Gap(NOT_YET, "direct calls are not built for AWS"),
    "secret": Gap(NOT_YET, "secrets are not built for AWS"),
    "http": Gap(NOT_YET, "HTTP endpoints are not built for AWS"),
    "http.raw_path": Gap(NOT_YET, "HTTP endpoints are not built for AWS"),
    "orchestration": Gap(NOT_YET, "orchestrations are not built for AWS"),
    "compile": Gap(NOT_YET, "the compiler for AWS is not built"),
}
"""By key of `cloudless.driver.gap.CAPABILITIES`."""

if unknown := GAPS.keys() - CAPABILITIES.keys():
    raise KeyError(f"gaps of aws: no such capabilities: {sorted(unknown)}")
