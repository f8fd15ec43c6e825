"""The entries of deployed consumers: messages of a Service Bus trigger in, normal returns or exceptions out.

A generated module has one function a consumer, and one cloud for all:

    cloud = stage(ADDRESSES)                           # runtime/stage.py
    handle_take = consumer(FACTS["orders"], cloud)     # see cloudless.runtime.boot for the facts

    @app.function_name("take")
    @app.service_bus_queue_trigger(arg_name="message", queue_name="orders", connection="CLOUDLESS_SERVICE_BUS")
    async def on_take(message: func.ServiceBusMessage, context: func.Context) -> None:
        await handle_take(message, context)

A function of Python cannot settle a message: the host completes what returns and abandons what raises. So a message
that must come again is sent as a scheduled copy, and completed. On an ordered queue a copy would overtake: there the
function raises, and the head of the session comes again at once.

Beside what boot wants, the facts of a subscription whose filter the broker cannot hold have "where": see
`cloudless.runtime.filter`. What does not match is completed, and nobody is called.
"""

from __future__ import annotations

from cloudless.errors import CloudlessError
from cloudless.message import Failure
from cloudless.runtime import entry
from cloudless.runtime.filter import filter_of
from cloudless.runtime.outcome import Again, overran
from cloudless_azure.runtime.invocation import binding, invoke
from cloudless_azure.wire import envelope_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence
    from datetime import datetime
    from typing import Any, Protocol

    from cloudless.driver.queue import QueueDriver
    from cloudless.message import Envelope
    from cloudless.runtime.outcome import Outcome
    from cloudless_azure.clients.cloud import AzureCloud
    from cloudless_azure.runtime import invocation

    class Native(Protocol):
        """What the trigger hands over: an `azure.functions.ServiceBusMessage`."""

        def get_body(self) -> bytes: ...
        @property
        def application_properties(self) -> dict[str, Any] | None: ...
        @property
        def delivery_count(self) -> int | None: ...
        @property
        def enqueued_time_utc(self) -> datetime | None: ...
        @property
        def message_id(self) -> str | None: ...
        @property
        def sequence_number(self) -> int | None: ...
        @property
        def session_id(self) -> str | None: ...

    class Take(Protocol):
        """The function of a trigger with cardinality one."""

        def __call__(self, message: Native, context: invocation.Native | None = None) -> Coroutine[Any, Any, None]: ...

    class TakeAll(Protocol):
        """The function of a trigger with cardinality many."""

        def __call__(
            self, messages: Sequence[Native], context: invocation.Native | None = None
        ) -> Coroutine[Any, Any, None]: ...


class Returned(CloudlessError):
    """Raised so that the host abandons the message: it comes again at once. The text is the handler's error."""


def consumer(facts: Mapping[str, Any], cloud: AzureCloud) -> Take:
    """The function of a trigger with cardinality one; a batch handler gets lists of one."""
    bound = binding(facts, cloud)
    plan, judge, deliver = bound.plan, bound.judge(), entry.single(bound, facts["kind"])
    matches = filter_of(facts.get("where", ()))

    def settle(envelope: Envelope, outcome: Outcome) -> None:
        if not isinstance(outcome, Again):
            return
        if plan.ordered:
            raise Returned(f"{outcome.failure.type}: {outcome.failure.text}")
        _send_copies(cloud.queues, plan.source, [again(envelope, outcome)])

    async def take(message: Native, context: invocation.Native | None = None) -> None:
        def work() -> None:
            envelope = envelope_of_trigger(message)
            if matches is None or matches(envelope.attributes):
                settle(envelope, deliver(envelope))

        def late() -> None:
            envelope = envelope_of_trigger(message)
            settle(envelope, judge.failed(envelope, overran(plan.timeout_s)))

        await invoke(work, late, context, plan.timeout_s)

    return take


def batch_consumer(facts: Mapping[str, Any], cloud: AzureCloud) -> TakeAll:
    """The function of a trigger with cardinality many, which the host settles as a whole.

    The host's batch may be larger than the handler's: it is cut. Where the handler overruns, what it had comes again,
    and so does the rest, which is not counted.
    """
    bound = binding(facts, cloud)
    plan, judge, deliver_all = bound.plan, bound.judge(), entry.batch(bound)
    matches = filter_of(facts.get("where", ()))

    async def take_all(messages: Sequence[Native], context: invocation.Native | None = None) -> None:
        envelopes: list[Envelope] = []
        outcomes: list[Outcome] = []

        def settle() -> None:
            pairs = zip(envelopes, outcomes, strict=True)
            copies = [again(envelope, outcome) for envelope, outcome in pairs if isinstance(outcome, Again)]
            if copies:
                _send_copies(cloud.queues, plan.source, copies)

        def work() -> None:
            found = map(envelope_of_trigger, messages)
            envelopes.extend(one for one in found if matches is None or matches(one.attributes))
            for start in range(0, len(envelopes), plan.batch_size):
                outcomes.extend(deliver_all(envelopes[start : start + plan.batch_size]))
            settle()

        def late() -> None:
            running = envelopes[len(outcomes) : len(outcomes) + plan.batch_size]
            outcomes.extend(judge.failed(one, overran(plan.timeout_s)) for one in running)
            outcomes.extend([_BEHIND] * (len(envelopes) - len(outcomes)))
            settle()

        await invoke(work, late, context, plan.timeout_s)

    return take_all


_BEHIND = Again(0, Failure("Blocked", "the messages before it took too long", 0), counted=False)


def drain(dead_letters: str, cloud: AzureCloud) -> Callable[[Native], None]:
    """The function that moves what the broker gave up on an ordered queue to our dead-letter queue.

    Its trigger is `<queue>/$DeadLetterQueue`; queues with sessions cannot forward
    (docs/decisions/0005-dead-letters-of-azure-sessions-are-drained.md). dead_letters: that queue's logical name.
    """

    def move(message: Native) -> None:
        _send_copies(cloud.queues, dead_letters, [envelope_of_trigger(message).again(1)])

    return move


def again(envelope: Envelope, outcome: Again) -> Envelope:
    """The scheduled copy of a message that failed; one that does not count keeps its attempt."""
    return envelope.again(envelope.attempt + outcome.counted, delay_s=outcome.delay_s)


def envelope_of_trigger(message: Native) -> Envelope:
    """The envelope of a delivery. The trigger counts from 1. A stranger's may lack an id: its number is unique, too."""
    enqueued = message.enqueued_time_utc
    return envelope_of(
        message.get_body(),
        message.application_properties or {},
        id=message.message_id or str(message.sequence_number or ""),
        attempt=message.delivery_count or 1,
        group=message.session_id or "",
        sent_s=lambda: enqueued.timestamp() if enqueued else 0,
    )


def _send_copies(queues: QueueDriver, queue: str, copies: list[Envelope]) -> None:
    """Send before the host completes: a failure here makes it abandon instead, and nothing is lost."""
    unsent = queues.send(queue, copies)
    if unsent:
        raise unsent[0].error
