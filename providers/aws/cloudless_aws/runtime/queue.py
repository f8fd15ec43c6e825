"""The entry of a deployed consumer: an SQS event of Lambda in, the items that failed out.

The generated main.py names it outright:

    handler = receiver(FACTS, ADDRESSES)          # see cloudless.runtime.boot for the facts

The event source mapping must have `ReportBatchItemFailures`. What is reported comes again when its visibility
time-out ends, which is set to the back-off first; everything else is deleted by Lambda. The attempt number is the
base in our attribute plus ApproximateReceiveCount - 1. A postponed message is sent once more with its number and
a delay, then acknowledged, so that it does not count; on a FIFO queue a copy would lose its place, so there it counts
(docs/decisions/0003-what-counts-as-a-delivery.md).
"""

from __future__ import annotations

from contextlib import suppress

from cloudless.driver.current import serve_from
from cloudless.errors import CloudlessError, InvalidArgument
from cloudless.runtime import boot
from cloudless.runtime.outcome import Again
from cloudless_aws.clients.cloud import AwsCloud
from cloudless_aws.names import FIFO
from cloudless_aws.wire import envelope_of_record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Protocol

    from cloudless.message import Envelope
    from cloudless.runtime.batch import DeliverAll

    Reply = dict[str, list[dict[str, str]]]
    Handle = Callable[[Mapping[str, Any], object], Reply]
    Failed = dict[int, float]
    """By place: the seconds after which a message must come again."""

    class Queues(Protocol):
        """What an answer needs of the queue driver."""

        def send(self, queue: str, messages: Sequence[Envelope]) -> Sequence[object]: ...
        def hide(self, queue: str, receipts: Mapping[Any, float]) -> None: ...

    class HasQueues(Protocol):
        """A cloud whose driver is opened at first use."""

        @property
        def queues(self) -> Queues: ...


COPY_DELAY_MAX_S = 900
"""What SQS can delay; a lease that lasts longer is met again, and postponed again."""


def receiver(facts: Mapping[str, Any], addresses: Mapping[str, Any]) -> Handle:
    """The function to deploy. facts: as in `cloudless.runtime.boot`; addresses: as in `AwsCloud`."""
    cloud = AwsCloud(addresses)
    serve_from(cloud)
    return answer_with(deliverer(facts, cloud), facts["plan"]["source"], cloud)


def deliverer(facts: Mapping[str, Any], cloud: AwsCloud) -> DeliverAll:
    """The handler of a list: all in one call for a batch handler, else one call each."""
    if facts["kind"] == "batch":
        return boot.batch(facts, cloud)[1]
    deliver = boot.consumer(facts, cloud)[1]
    return lambda envelopes: [deliver(envelope) for envelope in envelopes]


def answer_with(deliver: DeliverAll, queue: str, cloud: HasQueues) -> Handle:
    """Unwrap an event, deliver its messages, and answer with those that must come again.

    queue: the logical name of where they come from.
    """

    def handle(event: Mapping[str, Any], _context: object) -> Reply:
        records, envelopes = records_of(event)
        is_fifo = bool(records) and records[0]["eventSourceARN"].endswith(FIFO)
        failed = in_order(deliver, envelopes) if is_fifo else at_once(deliver, envelopes, queue, cloud)
        _hide(records, failed, queue, cloud)
        return {"batchItemFailures": [{"itemIdentifier": records[at]["messageId"]} for at in failed]}

    return handle


def records_of(event: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], list[Envelope]]:
    """The records of an event, and their envelopes. Raises InvalidArgument for an event of another service."""
    try:
        records = list(event["Records"])
        return records, [envelope_of_record(record) for record in records]
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise InvalidArgument("this is not an SQS event: the function is fed by an event source mapping") from problem


def at_once(deliver: DeliverAll, envelopes: Sequence[Envelope], queue: str, cloud: HasQueues) -> Failed:
    """Deliver the messages of a standard queue, and send those that are postponed once more."""
    failed: Failed = {}
    for at, (envelope, outcome) in enumerate(zip(envelopes, deliver(envelopes), strict=True)):
        if isinstance(outcome, Again) and (outcome.counted or not _copied(envelope, outcome, queue, cloud)):
            failed[at] = outcome.delay_s
    return failed


def in_order(deliver: DeliverAll, envelopes: Sequence[Envelope]) -> Failed:
    """Deliver the messages of a FIFO queue, one by one.

    What follows a failed one in its group is not delivered, and waits behind it, visible at once: otherwise the group
    would stand still for the rest of the visibility time-out.
    """
    failed: Failed = {}
    blocked: set[str] = set()
    for at, envelope in enumerate(envelopes):
        if envelope.group in blocked:
            failed[at] = 0
            continue
        (outcome,) = deliver([envelope])
        if isinstance(outcome, Again):
            failed[at] = outcome.delay_s
            blocked.add(envelope.group)
    return failed


def _copied(envelope: Envelope, again: Again, queue: str, cloud: HasQueues) -> bool:
    """Whether a postponed message was sent again, so that this delivery of it can be acknowledged."""
    copy = envelope.again(envelope.attempt, delay_s=min(again.delay_s, COPY_DELAY_MAX_S))
    try:
        return not cloud.queues.send(queue, [copy])
    except CloudlessError:
        return False  # it comes again by itself, and counts


def _hide(records: Sequence[Mapping[str, Any]], failed: Failed, queue: str, cloud: HasQueues) -> None:
    """Set the back-off of messages that must come again."""
    delays = {records[at]["receiptHandle"]: delay_s for at, delay_s in failed.items()}
    if delays:
        with suppress(CloudlessError):  # they come again all the same, when their visibility time-out ends
            cloud.queues.hide(queue, delays)
