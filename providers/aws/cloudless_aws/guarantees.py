"""What AWS gives behind the contract, to be compared with other clouds, each with its page.

docs/mechanisms.md tells how. May import: `cloudless.driver.guarantee`.
"""

from __future__ import annotations

from cloudless.driver.guarantee import Guarantee

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_SQS = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest"
_QUEUES = f"{_SQS}/SQSDeveloperGuide"
_LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg"
_SCHEDULER = "https://docs.aws.amazon.com/scheduler/latest/UserGuide"
_STEP_FUNCTIONS = "https://docs.aws.amazon.com/step-functions/latest/dg"

GUARANTEES: Mapping[str, Guarantee] = {
    "handler.cold_start": Guarantee(
        "each handler by itself, one call at a time",
        "a burst starts an instance a call; `min_instances` is provisioned concurrency of that handler",
        f"{_LAMBDA}/lambda-runtime-environment.html",
    ),
    "handler.time_out": Guarantee(
        "it is ended where it is",
        "what it was at does not go on; what holds out ends with its process",
        f"{_LAMBDA}/configuration-timeout.html",
    ),
    "handler.memory": Guarantee(
        "of that handler alone",
        "its share of the processor grows with it",
        f"{_LAMBDA}/configuration-memory.html",
    ),
    "queue.order": Guarantee(
        "about as sent", "a later message may overtake at any time", f"{_QUEUES}/standard-queues.html"
    ),
    "queue.duplicates": Guarantee(
        "now and then, unprovoked",
        "a server that was away while a message was removed still has its copy",
        f"{_QUEUES}/standard-queues-at-least-once-delivery.html",
    ),
    "queue.redelivery": Guarantee(
        "after six times the function's time-out",
        "750 s for a handler of 60 s; the other messages of that call, up to ten, come again with it",
        f"{_LAMBDA}/services-sqs-configure.html",
    ),
    "queue.back_off": Guarantee(
        "to the second", "whole seconds, up to 12 h", f"{_SQS}/APIReference/API_ChangeMessageVisibility.html"
    ),
    "queue.concurrency": Guarantee(
        "100 calls, each of up to ten messages in turn",
        "one message an instance at a time; `native=` sets maximum_concurrency",
        f"{_LAMBDA}/services-sqs-scaling.html",
    ),
    "delay.precision": Guarantee("to the second", "", f"{_QUEUES}/sqs-message-timers.html"),
    "long_delay.precision": Guarantee(
        "within 60 s", "a one-off schedule sends it", f"{_SCHEDULER}/schedule-types.html"
    ),
    "ordered.redelivery": Guarantee("the message alone", "", f"{_QUEUES}/FIFO-queues-understanding-logic.html"),
    "ordered.back_off": Guarantee(
        "as the retry says",
        "the message stays invisible, and its group waits behind it",
        f"{_SQS}/APIReference/API_ChangeMessageVisibility.html",
    ),
    "ordered.concurrency": Guarantee(
        "as many as there are, up to 100 calls", "", f"{_LAMBDA}/services-sqs-scaling.html"
    ),
    "batch.size": Guarantee(
        "up to `batch_size`", "a batch waits for the window to fill", f"{_LAMBDA}/services-sqs-configure.html"
    ),
    "filter.change": Guarantee(
        "within 15 minutes",
        "messages that have arrived are not filtered again",
        "https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html",
    ),
    "schedule.precision": Guarantee(
        "within 60 s", "the window of the schedule is OFF", f"{_SCHEDULER}/schedule-types.html"
    ),
    "schedule.duplicates": Guarantee(
        "at least once",
        "take `Context.key`, the schedule and its due time, for what must not happen twice",
        f"{_SCHEDULER}/what-is-scheduler.html",
    ),
    "http.concurrency": Guarantee(
        "1", "what is at module level is never shared by two requests", f"{_LAMBDA}/lambda-concurrency.html"
    ),
    "http.bodies": Guarantee(
        "no word in writing",
        "its maintainers told users of their adapter that API Gateway has no chunked transfer: send a length",
        "https://github.com/CodeGenieApp/serverless-express/issues/167",
    ),
    "orchestration.length": Guarantee(
        "25,000 events of its history",
        "a build warns of loops that may come near; start another execution at the end",
        f"{_STEP_FUNCTIONS}/service-quotas.html",
    ),
    "orchestration.parallel": Guarantee(
        "about 40 of a fan_out", "others begin when one ends", f"{_STEP_FUNCTIONS}/state-map-inline.html"
    ),
    "orchestration.sleep": Guarantee("to the second", "", f"{_STEP_FUNCTIONS}/state-wait.html"),
}
"""By key of `cloudless.driver.guarantee.ASPECTS`."""
