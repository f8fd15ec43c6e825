"""What cloudless does not do on Google Cloud, in one table. What is not here is supported.

`never`: the platform cannot. `not_yet`: not built. How each supported row is kept: docs/mechanisms.md.
May import: `cloudless.driver.gap`.
"""

from __future__ import annotations

from cloudless.driver.gap import CAPABILITIES, NEVER, Gap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_PUSH = "https://cloud.google.com/pubsub/docs/push"
_LETTERS = "https://cloud.google.com/pubsub/docs/handling-failures"
_SUBSCRIBER = "https://cloud.google.com/pubsub/docs/subscriber"
_CONDITIONS = "https://cloud.google.com/iam/docs/conditions-resource-attributes"
_PATHS = "https://cloud.google.com/endpoints/docs/openapi/specify-esp-v2-startup-options"

GAPS: Mapping[str, Gap] = {
    "queue.batch": Gap(NEVER, "Pub/Sub pushes one message a request: batch handlers get lists of one", _PUSH),
    "queue.consumed_letters": Gap(
        NEVER, "a subscription is pushed or pulled, not both: what a handler consumes cannot be looked at", _SUBSCRIBER
    ),
    "queue.throttled": Gap(
        NEVER,
        "Pub/Sub counts pushes that Cloud Run turned away; only a handler with once_by or of an ordered queue can tell",
        _LETTERS,
    ),
    "http.dot_segments": Gap(NEVER, "API Gateway follows dot segments before we see a path", _PATHS),
    "http.slashes": Gap(NEVER, "API Gateway takes adjacent slashes for one before we see a path", _PATHS),
    "identity.callers": Gap(
        NEVER, "IAM reaches to no single workflow: callers outside may start any workflow of the project", _CONDITIONS
    ),
}
"""By key of `cloudless.driver.gap.CAPABILITIES`."""

if unknown := GAPS.keys() - CAPABILITIES.keys():
    raise KeyError(f"gaps of gcp: no such capabilities: {sorted(unknown)}")
