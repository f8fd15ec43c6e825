"""What cloudless does not do on AWS, in one table. What is not here is supported.

`never`: the platform cannot. `not_yet`: not built. How each supported row is kept: docs/mechanisms.md.
May import: `cloudless.driver.gap`.
"""

from __future__ import annotations

from cloudless.driver.gap import CAPABILITIES, NEVER, Gap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_PATHS = "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html"
_SCALING = "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html"

GAPS: Mapping[str, Gap] = {
    "queue.throttled": Gap(
        NEVER, "SQS counts messages that Lambda throttled; a bound of the event source keeps that rare", _SCALING
    ),
    "http.raw_path": Gap(
        NEVER,
        "the platform hands on the decoded path, in which a broken escape cannot be told from what was meant",
        _PATHS,
    ),
    "http.dot_segments": Gap(
        NEVER, "no page says what the platform makes of dot segments before we see a path", _PATHS
    ),
}
"""By key of `cloudless.driver.gap.CAPABILITIES`."""

if unknown := GAPS.keys() - CAPABILITIES.keys():
    raise KeyError(f"gaps of aws: no such capabilities: {sorted(unknown)}")
