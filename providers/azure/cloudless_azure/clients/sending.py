"""Sending over Service Bus, to queues and topics alike: envelopes to messages, messages to requests.

The client's batches are filled with messages that we encode (amqp.py): long lists take less than half the time so. That
relies on what a batch is inside. So it is done only where the client, asked once, makes the very same batch,
and else in the client's own way.
https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-messages-payloads
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import ceil

from cloudless.driver.queue import Unsent
from cloudless.errors import CloudlessError, InvalidArgument, PermissionDenied
from cloudless.message import Envelope
from cloudless_azure.clients.amqp import encoded
from cloudless_azure.clients.denied import SENDER, Grant, denied
from cloudless_azure.clients.errors import translated
from cloudless_azure.wire import properties_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from azure.servicebus import ServiceBusMessageBatch, ServiceBusSender
    from azure.servicebus.amqp import AmqpAnnotatedMessage

    from cloudless_azure.clients.servicebus import Clients

    Clock = Callable[[], float]
    """Seconds since the epoch; delays are added to it."""

    Request = tuple[int, int, ServiceBusMessageBatch]
    """Index of the first message, of the last, and what is sent."""

JSON = "application/json"
_DUE = "x-opt-scheduled-enqueue-time"
_VERBS = {"queue": "send", "topic": "publish"}
_OVERHEAD = (5, 8)
"""Bytes around a message of a batch, up to 255 bytes long and longer."""
_ADDRESS = 1_200
"""Bytes that address a batch, as its first message is, by id and session (128 characters each, of up to 4 bytes, and
both twice): the client adds them without counting them, and Service Bus refuses what is too large by one."""
_PROBE = Envelope("0" * 32, "{}", {"a": "b" * 300}, 1, "group", 1)


class Outlet:
    """A queue or topic that is sent to. noun, name: what a program calls it. entity: what Service Bus does."""

    __slots__ = ("entity", "name", "noun")

    def __init__(self, noun: str, name: str, entity: str) -> None:
        self.noun = noun
        self.name = name
        self.entity = entity


def send(clients: Clients, to: Outlet, messages: Sequence[Envelope], now_s: Clock) -> list[Unsent]:
    """Send in order; see QueueDriver.send."""
    kept = clients.sender(to.entity)
    with kept.lock:
        unsent = _send(kept.link, _requests(clients, kept.link, messages, now_s), len(messages), to)
    if len(unsent) == len(messages):
        raise unsent[0].error
    return unsent


def _send(sender: ServiceBusSender, requests: Iterable[Request], count: int, to: Outlet) -> list[Unsent]:
    """What follows a failed request is not sent: it would overtake."""
    at = 0
    try:
        with translated(f"sending to {to.noun} {to.name!r}"):
            for first, last, request in requests:
                at = first
                sender.send_messages(request)
                at = last + 1
    except PermissionDenied as problem:
        refused = denied(Grant(_VERBS[to.noun], to.noun, to.name, SENDER, f"the {to.noun} {to.entity}"), problem)
        return [Unsent(index, refused) for index in range(at, count)]
    except CloudlessError as problem:
        return [Unsent(index, problem) for index in range(at, count)]
    return []


def _requests(
    clients: Clients, sender: ServiceBusSender, messages: Sequence[Envelope], now_s: Clock
) -> Iterator[Request]:
    """Cut a list into what one request takes; the link says how much that is. InvalidArgument for one too large."""
    if clients.is_known is None:
        clients.is_known = _is_as_we_know_it(sender)
    fits = _fits_directly if clients.is_known else _fits
    batch, first = sender.create_message_batch(), 0
    most = batch.max_size_in_bytes - _ADDRESS
    if len(messages) > 1:
        batch = sender.create_message_batch(most)
    for index, envelope in enumerate(messages):
        if fits(batch, envelope, now_s):
            continue
        if index > first:
            yield first, index - 1, batch
        batch, first = sender.create_message_batch(most), index
        if not fits(batch, envelope, now_s):
            raise InvalidArgument(f"message {index} of the list is larger than a request may be")
    yield first, len(messages) - 1, batch


def _fits(batch: ServiceBusMessageBatch, envelope: Envelope, now_s: Clock) -> bool:
    """Add a message to a batch, unless it is full."""
    from azure.servicebus.exceptions import MessageSizeExceededError

    try:
        batch.add_message(message_of(envelope, now_s))
    except MessageSizeExceededError:
        return False
    return True


def _fits_directly(batch: Any, envelope: Envelope, now_s: Clock) -> bool:
    """As `_fits`, past the client. The batch is addressed as its first message is."""
    due_ms = _due_ms(envelope, now_s)
    data = encoded(envelope.id, envelope.body.encode(), properties_of(envelope), envelope.group, due_ms)
    size: int = batch.size_in_bytes + len(data) + _OVERHEAD[len(data) > 255]
    if size > batch.max_size_in_bytes:
        return False
    inside, count = batch._message, len(batch)  # noqa: SLF001  (see the module)
    inside[5].append(data)
    batch._size, batch._count = size, count + 1  # noqa: SLF001
    if not count:
        address = batch._amqp_transport.set_batch_envelope_properties  # noqa: SLF001
        address(inside, envelope.id, envelope.group or None, None)
    return True


def _is_as_we_know_it(sender: ServiceBusSender) -> bool:
    """Whether the client's batches are inside as `_fits_directly` thinks: told by two messages, both ways.

    Where tracing is on, the client adds to messages, and does all of it.
    """
    ours, theirs = sender.create_message_batch(), sender.create_message_batch()
    try:
        for _ in range(2):
            _fits(theirs, _PROBE, _probed_at)
            _fits_directly(ours, _PROBE, _probed_at)
        return _inside(ours) == _inside(theirs)
    except (AttributeError, IndexError, TypeError):
        return False


def _probed_at() -> float:
    return 1.0


def _inside(batch: Any) -> tuple[object, ...]:
    parts: list[Any] = batch._message  # noqa: SLF001
    return [bytes(one) for one in parts[5]], [*parts[:5], *parts[6:]], len(batch), batch.size_in_bytes


def message_of(envelope: Envelope, now_s: Clock) -> AmqpAnnotatedMessage:
    """An envelope as Microsoft's client takes it. Its ServiceBusMessage is the same, and takes three times as long."""
    from azure.servicebus.amqp import AmqpAnnotatedMessage

    properties: dict[str, Any] = {"message_id": envelope.id, "content_type": JSON}
    if envelope.group:
        properties["group_id"] = envelope.group
    options: dict[str, Any] = {"properties": properties, "application_properties": properties_of(envelope)}
    if (due_ms := _due_ms(envelope, now_s)) is not None:
        options["annotations"] = {_DUE: _moment(due_ms)}
    return AmqpAnnotatedMessage(data_body=envelope.body.encode(), **options)


def _due_ms(envelope: Envelope, now_s: Clock) -> int | None:
    """When a delayed message may come, and not before; None at once. AMQP counts milliseconds."""
    return ceil((now_s() + envelope.delay_s) * 1_000) if envelope.delay_s > 0 else None


def _moment(ms: int) -> datetime:
    """A time of which the client, which cuts what is below a millisecond, makes this again."""
    return datetime.fromtimestamp((ms + 0.5) / 1_000, UTC)
