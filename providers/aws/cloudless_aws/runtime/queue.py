"""The entry of a deployed consumer: an SQS event of Lambda in, the items that failed out.

A generated module has one:

    cloud = stage(DEPLOYED["addresses"])                  # runtime/stage.py
    handle_take = consumer(DEPLOYED["facts"], cloud)      # see cloudless.runtime.boot for the facts

    def handler(event, context):
        return handle_take(event, context)

The event source mapping must have `ReportBatchItemFailures`. What is reported comes again when its visibility
time-out ends, which is set to the back-off first; everything else is deleted by Lambda. The attempt number is the
base in our attribute plus ApproximateReceiveCount - 1. A postponed message is sent once more with its number and
a delay, then acknowledged, so that it does not count; on a FIFO queue a copy would lose its place, so there it counts
(docs/decisions/0003-what-counts-as-a-delivery.md). So do messages of an event for which Lambda's time is too short.

Messages of an event are handled one after the other, each for itself: what becomes of one (it raises, takes too long,
exits) is no matter of the others. A list handler gets all of them at once.

Beside what boot wants, the facts of a subscription whose filter SNS cannot hold have "where": see
`cloudless.runtime.filter`. What does not match is acknowledged, and nobody is called.
"""

from __future__ import annotations

from cloudless.driver.current import HERE
from cloudless.message import Failure
from cloudless.runtime import entry
from cloudless.runtime.consumer import exited
from cloudless.runtime.outcome import SKIPPED, Again
from cloudless_aws.runtime import invocation
from cloudless_aws.runtime.stage import starting
from cloudless_aws.wire import FIFO, MALFORMED, envelope_of_record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Protocol

    from cloudless.driver.queue import Unsent
    from cloudless.message import Envelope
    from cloudless.runtime.consumer import Deliver
    from cloudless.runtime.outcome import Outcome
    from cloudless.runtime.plan import Plan
    from cloudless_aws.clients.cloud import AwsCloud
    from cloudless_aws.runtime.invocation import Context

    Record = Mapping[str, Any]
    Reply = dict[str, list[dict[str, str]]]
    Handle = Callable[[Any, Context], Reply]
    DeliverEach = Callable[[Sequence[Envelope]], list[Outcome]]
    """The outcomes of an event's messages, in their order."""

    class Queues(Protocol):
        """What an answer needs of the queue driver."""

        def send(self, queue: str, messages: Sequence[Envelope]) -> Sequence[Unsent]: ...
        def hide(self, queue: str, receipts: Mapping[Any, float]) -> None: ...

    class HasQueues(Protocol):
        """A cloud whose driver is opened at first use."""

        @property
        def queues(self) -> Queues: ...


COPY_DELAY_MAX_S = 900
"""What SQS can delay; a lease that lasts longer is met again, and postponed again."""

_BLOCKED = Again(0, Failure("Blocked", "the message before it in its group failed", 0), counted=False, called=False)
_UNREACHED = Again(0, Failure("Blocked", "the messages before it took too long", 0), counted=False, called=False)
_UNCOPIED = "what is postponed comes again by itself, and counts: %s"
_UNHIDDEN = "what failed comes again when its visibility time-out ends, since its back-off cannot be set: %s"


@starting
def consumer(facts: Mapping[str, Any], cloud: AwsCloud) -> Handle:
    """The function of an event source. facts: as in `cloudless.runtime.boot`, and "where"."""
    bound = invocation.binding(facts, cloud)
    deliver_each = _deliverer(bound, facts["kind"])
    if "where" in facts:
        deliver_each = _filtered(deliver_each, facts["where"])
    return handle_with(deliver_each, bound.plan, cloud)


def handle_with(deliver_each: DeliverEach, plan: Plan, cloud: HasQueues) -> Handle:
    """Unwrap an event, deliver its messages, and answer with those that must come again."""

    def handle(event: Any, context: Context) -> Reply:
        records, envelopes = records_of(event, plan.handler)
        invocation.begin(context)
        outcomes = deliver_each(envelopes)
        if outcomes.count(None) == len(outcomes):
            return {"batchItemFailures": []}
        here: Any = (cloud, plan.handler, envelopes[0])
        token = HERE.set(here)
        try:
            failed = _settled(records, envelopes, outcomes, plan, cloud)
        finally:
            HERE.reset(token)
        return {"batchItemFailures": [{"itemIdentifier": records[at]["messageId"]} for at in failed]}

    return handle


def records_of(event: Any, handler: str) -> tuple[list[Record], list[Envelope]]:
    """The records of an event, and their envelopes. Raises InvalidArgument for an event of another service."""
    try:
        records: list[Record] = event["Records"]
        return records, [envelope_of_record(record) for record in records]
    except MALFORMED as problem:
        from cloudless_aws.runtime.stranger import SQS, refused

        raise refused(event, handler, SQS) from problem


def _deliverer(bound: entry.Binding, kind: str) -> DeliverEach:
    """A list handler gets all messages of an event; that of an ordered queue, lists of one (decision 0004)."""
    if kind != "batch" or bound.plan.ordered:
        return in_turn(entry.single(bound, kind), bound.plan)
    return _all_at_once(entry.batch(bound), bound.plan)


def in_turn(deliver: Deliver, plan: Plan) -> DeliverEach:
    """One call a message. Behind one that must come again, those of its group wait; on a standard queue, nobody."""
    timeout_s, is_ordered, has_time = plan.timeout_s, plan.ordered, invocation.has_time

    def deliver_each(envelopes: Sequence[Envelope]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        blocked: set[str] = set()
        for envelope in envelopes:
            if outcomes and not has_time(timeout_s):
                outcomes.append(_UNREACHED)
                continue
            if is_ordered and envelope.group in blocked:
                outcomes.append(_BLOCKED)
                continue
            try:
                outcome = deliver(envelope)
            except BaseException as problem:  # noqa: BLE001  (an exit, or a bug of ours: no matter of the others)
                outcome = exited(plan, envelope, problem)
            if is_ordered and isinstance(outcome, Again):
                blocked.add(envelope.group)
            outcomes.append(outcome)
        return outcomes

    return deliver_each


def _all_at_once(deliver_all: DeliverEach, plan: Plan) -> DeliverEach:
    """One call for all."""

    def deliver_each(envelopes: Sequence[Envelope]) -> list[Outcome]:
        try:
            return deliver_all(envelopes)
        except BaseException as problem:  # noqa: BLE001  (as above)
            return [exited(plan, envelope, problem) for envelope in envelopes]

    return deliver_each


def _filtered(deliver_each: DeliverEach, where: Sequence[Any]) -> DeliverEach:
    """Only what matches is delivered."""
    from cloudless.runtime.filter import filter_of

    matches = filter_of(where)
    if matches is None:
        return deliver_each

    def deliver_matching(envelopes: Sequence[Envelope]) -> list[Outcome]:
        wanted = [envelope for envelope in envelopes if matches(envelope.attributes)]
        outcomes = iter(deliver_each(wanted) if wanted else ())
        chosen = set(map(id, wanted))
        return [next(outcomes) if id(envelope) in chosen else SKIPPED for envelope in envelopes]

    return deliver_matching


def _settled(
    records: Sequence[Record],
    envelopes: Sequence[Envelope],
    outcomes: Sequence[Outcome],
    plan: Plan,
    cloud: HasQueues,
) -> list[int]:
    """What must come again, by place: its back-off is set, and what does not count is sent once more instead."""
    again = {at: outcome for at, outcome in enumerate(outcomes) if isinstance(outcome, Again)}
    if not again:
        return []
    if not str(records[0].get("eventSourceARN")).endswith(FIFO):
        postponed = [at for at, outcome in again.items() if not outcome.counted]
        for at in _copied(postponed, envelopes, again, plan, cloud) if postponed else ():
            del again[at]
    receipts = {at: records[at].get("receiptHandle") for at in again}
    _hide({receipt: again[at].delay_s for at, receipt in receipts.items() if isinstance(receipt, str)}, plan, cloud)
    return list(again)


def _copied(
    places: list[int], envelopes: Sequence[Envelope], again: Mapping[int, Again], plan: Plan, cloud: HasQueues
) -> list[int]:
    """Send messages once more, with the attempt that they had. Those that were: SQS may delete their delivery."""
    copies = [
        envelopes[at].again(envelopes[at].attempt, delay_s=min(again[at].delay_s, COPY_DELAY_MAX_S)) for at in places
    ]
    try:
        unsent = {one.index for one in cloud.queues.send(plan.source, copies)}
    except Exception as problem:  # noqa: BLE001  (whatever it is, what became of the others must be said)
        from cloudless.runtime.log import trouble

        trouble(plan, _UNCOPIED, problem)
        return []
    return [at for index, at in enumerate(places) if index not in unsent]


def _hide(delays: Mapping[str, float], plan: Plan, cloud: HasQueues) -> None:
    """Set the back-off of messages that must come again."""
    if not delays:
        return
    try:
        cloud.queues.hide(plan.source, delays)
    except Exception as problem:  # noqa: BLE001  (as above)
        from cloudless.runtime.log import trouble

        trouble(plan, _UNHIDDEN, problem)
