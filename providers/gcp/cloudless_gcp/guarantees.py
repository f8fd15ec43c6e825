"""What Google Cloud gives behind the contract, to be compared with other clouds, each with its page.

docs/mechanisms.md tells how. May import: `cloudless.driver.guarantee`.
"""

from __future__ import annotations

from cloudless.driver.guarantee import Guarantee

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_PUBSUB = "https://cloud.google.com/pubsub/docs"
_RUN = "https://cloud.google.com/run/docs"
_TASKS = "https://cloud.google.com/tasks/docs/common-pitfalls"
_WORKFLOWS = "https://cloud.google.com/workflows"

GUARANTEES: Mapping[str, Guarantee] = {
    "handler.cold_start": Guarantee(
        "each handler by itself, one call at a time",
        "a burst starts an instance a call; `min_instances` keeps that many of that handler",
        "https://cloud.google.com/functions/docs/configuring/concurrency",
    ),
    "handler.time_out": Guarantee(
        "it is ended where it is",
        "what it was at does not go on",
        f"{_RUN}/configuring/request-timeout",
    ),
    "handler.memory": Guarantee(
        "of that handler alone",
        "its share of the processor grows with it",
        "https://cloud.google.com/functions/docs/configuring/memory",
    ),
    "queue.order": Guarantee("none", "messages of one sender may come in any order", f"{_PUBSUB}/ordering"),
    "queue.duplicates": Guarantee(
        "now and then, unprovoked",
        "Pub/Sub may push again what was acknowledged",
        f"{_PUBSUB}/subscription-overview",
    ),
    "queue.redelivery": Guarantee(
        "as soon as its back-off says",
        "Cloud Run answers 503 for it; no other message comes with it",
        f"{_PUBSUB}/push",
    ),
    "queue.back_off": Guarantee(
        "about",
        "the service chooses between the first wait and the last; `RetryAfter` is a task, see delays",
        f"{_PUBSUB}/subscription-retry-policy",
    ),
    "queue.concurrency": Guarantee(
        "100 calls of one message",
        "beyond, pushes wait some ten seconds, are refused, and come again; `native=` sets max_instance_count",
        f"{_RUN}/about-instance-autoscaling",
    ),
    "delay.precision": Guarantee(
        "no bound; minutes now and then", "Cloud Tasks tells of restarts that hold tasks up", _TASKS
    ),
    "long_delay.precision": Guarantee(
        "no bound; minutes now and then", "Cloud Tasks tells of restarts that hold tasks up", _TASKS
    ),
    "ordered.redelivery": Guarantee(
        "the message, and what had come behind it", "in order again", f"{_PUBSUB}/ordering"
    ),
    "ordered.back_off": Guarantee(
        "about", "the group waits behind it, as long as the service chooses", f"{_PUBSUB}/subscription-retry-policy"
    ),
    "ordered.concurrency": Guarantee("as many as there are, up to 100 calls", "", f"{_PUBSUB}/ordering"),
    "batch.size": Guarantee("one", "a handler of batches gets lists of one", f"{_PUBSUB}/push"),
    "filter.change": Guarantee(
        "two minutes after the deployment",
        "a new subscription takes over; what matches both filters meanwhile comes twice",
        f"{_PUBSUB}/subscription-message-filter",
    ),
    "schedule.precision": Guarantee("no bound in writing", "", "https://cloud.google.com/scheduler/docs/overview"),
    "schedule.duplicates": Guarantee(
        "at least once",
        "take `Context.key`, the schedule and its due time, for what must not happen twice",
        "https://cloud.google.com/scheduler/docs/overview",
    ),
    "http.concurrency": Guarantee(
        "1",
        "what is at module level is never shared by two requests",
        "https://cloud.google.com/functions/docs/configuring/concurrency",
    ),
    "http.bodies": Guarantee(
        "no word in writing",
        "gunicorn, which runs functions, reads them whole; of API Gateway before it no page tells: send a length",
        "https://github.com/benoitc/gunicorn/pull/2188",
    ),
    "orchestration.length": Guarantee(
        "100,000 steps, or 512 KB of variables",
        "a step of the program is some ten of these; start another execution at the end",
        f"{_WORKFLOWS}/quotas",
    ),
    "orchestration.parallel": Guarantee("20", "others begin when one ends", f"{_WORKFLOWS}/quotas"),
    "orchestration.sleep": Guarantee("to the second", "", f"{_WORKFLOWS}/docs/reference/stdlib/sys/sleep"),
}
"""By key of `cloudless.driver.guarantee.ASPECTS`."""
