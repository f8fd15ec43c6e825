"""The entries of deployed consumers: messages of a Service Bus trigger in, normal returns or exceptions out.

The generated function_app.py has one function a consumer, and one cloud for all:

    cloud = stage(ADDRESSES)                         # see AzureCloud
    take_orders = consumer(FACTS["orders"], cloud)   # see cloudless.runtime.boot for the facts

    @app.function_name("orders")
    @app.service_bus_queue_trigger(arg_name="message", queue_name="orders", connection="CLOUDLESS_SERVICE_BUS")
    def orders(message: func.ServiceBusMessage) -> None:
        take_orders(message)

A function of Python cannot settle a message: the host completes what returns and abandons what raises. So a message
that must come again is sent as a scheduled copy, and completed. On an ordered queue a copy would overtake: there the
function raises, and the head of the session comes again at once. Annotations of lists are `typing.List`, since
`list[...]` makes the whole app unreadable (https://github.com/Azure/azure-functions-python-worker/issues/1034).
"""

from __future__ import annotations

from cloudless.driver.current import serve_from
from cloudless.errors import CloudlessError
from cloudless.runtime import boot
from cloudless.runtime.outcome import Again
from cloudless_azure.clients.cloud import AzureCloud
from cloudless_azure.wire import envelope_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from typing import Any, Protocol

    from cloudless.driver.queue import QueueDriver
    from cloudless.message import Envelope
    from cloudless.runtime.consumer import Deliver
    from cloudless.runtime.outcome import Outcome
    from cloudless.runtime.plan import Plan

    class Native(Protocol):
        """What the trigger hands over: an `azure.functions.ServiceBusMessage`."""

        def get_body(self) -> bytes: ...
        @property
        def application_properties(self) -> dict[str, Any]: ...
        @property
        def delivery_count(self) -> int | None: ...
        @property
        def enqueued_time_utc(self) -> datetime | None: ...
        @property
        def message_id(self) -> str: ...
        @property
        def session_id(self) -> str | None: ...

    Take = Callable[[Native], None]
    TakeAll = Callable[[Sequence[Native]], None]


class Returned(CloudlessError):
    """Raised so that the host abandons the message: it comes again at once. The text is the handler's error."""


def stage(addresses: Mapping[str, Any]) -> AzureCloud:
    """The cloud of this process. addresses: as in `AzureCloud`."""
    cloud = AzureCloud(addresses)
    serve_from(cloud)
    return cloud


def consumer(facts: Mapping[str, Any], cloud: AzureCloud) -> Take:
    """The function of a trigger with cardinality one; a batch handler gets lists of one."""
    plan, deliver = _deliver(facts, cloud)

    def take(message: Native) -> None:
        envelope = envelope_of_trigger(message)
        outcome = deliver(envelope)
        if not isinstance(outcome, Again):
            return
        if plan.ordered:
            raise Returned(f"{outcome.failure.type}: {outcome.failure.text}")
        _send_copies(cloud.queues, plan.source, [again(envelope, outcome)])

    return take


def batch_consumer(facts: Mapping[str, Any], cloud: AzureCloud) -> TakeAll:
    """The function of a trigger with cardinality many, which the host settles as a whole.

    The host's batch may be larger than the handler's (one setting for the whole app): it is cut.
    """
    plan, deliver_all = boot.batch(facts, cloud)

    def take_all(messages: Sequence[Native]) -> None:
        envelopes = [envelope_of_trigger(message) for message in messages]
        outcomes: list[Outcome] = []
        for start in range(0, len(envelopes), plan.batch_size):
            outcomes += deliver_all(envelopes[start : start + plan.batch_size])
        pairs = zip(envelopes, outcomes, strict=True)
        copies = [again(envelope, outcome) for envelope, outcome in pairs if isinstance(outcome, Again)]
        if copies:
            _send_copies(cloud.queues, plan.source, copies)

    return take_all


def drain(dead_letters: str, cloud: AzureCloud) -> Take:
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
    """The envelope of a delivery. The trigger counts from 1."""
    enqueued = message.enqueued_time_utc
    return envelope_of(
        message.get_body(),
        message.application_properties,
        id=message.message_id,
        attempt=message.delivery_count or 1,
        group=message.session_id or "",
        sent_s=lambda: enqueued.timestamp() if enqueued else 0,
    )


def _deliver(facts: Mapping[str, Any], cloud: AzureCloud) -> tuple[Plan, Deliver]:
    if facts["kind"] != "batch":
        return boot.consumer(facts, cloud)
    plan, deliver_all = boot.batch(facts, cloud)
    return plan, lambda envelope: deliver_all([envelope])[0]


def _send_copies(queues: QueueDriver, queue: str, copies: list[Envelope]) -> None:
    """Send before the host completes: a failure here makes it abandon instead, and nothing is lost."""
    unsent = queues.send(queue, copies)
    if unsent:
        raise unsent[0].error
