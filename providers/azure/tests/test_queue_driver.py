"""The queue driver against our broker, through Microsoft's client."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest

from cloudless.codec import BODY_LIMIT
from cloudless.errors import InvalidArgument, NotFound, Unavailable
from cloudless.message import Envelope, Failure
from cloudless_azure.clients.queue import ServiceBusQueues
from cloudless_azure.clients.servicebus import Clients
from providers.azure.tests.servicebus import Broker, Content, Settings
from providers.azure.tests.servicebus.stored import ACTIVE, SCHEDULED
from tests import tools

NASTY = '{"text":"\\u0000 \\ufffe é 漢 🜁 \\" \\\\ <>&"}'
ORDERS, LETTERS = "driver-orders", "driver-orders-dead"
ADDRESSES = {"orders": ORDERS, "letters": LETTERS, "nowhere": "driver-nowhere"}


@pytest.fixture(scope="module")
def opened(broker: Broker) -> Iterator[ServiceBusQueues]:
    """One driver for all tests: opening its senders takes long."""
    broker.add_queue(ORDERS, Settings(max_deliveries=5, forward_dead_letters_to=LETTERS))
    broker.add_queue(LETTERS, Settings(max_deliveries=2_000))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLOUDLESS_SERVICE_BUS", broker.connection_string)
        queues = ServiceBusQueues(ADDRESSES, broker.clock.now_s, Clients())
        yield queues
        queues.close()


@pytest.fixture
def queues(opened: ServiceBusQueues, broker: Broker) -> ServiceBusQueues:
    for queue in (ORDERS, LETTERS):
        broker.on_queue(queue, lambda found: found.clear())
    return opened


def envelope(number: int = 1, body: str = "{}", **facts: Any) -> Envelope:
    return Envelope(f"{number:032x}", body, sent_s=1_767_355_200.25, **facts)


def facts_of(envelope: Envelope) -> dict[str, object]:
    facts = {name: getattr(envelope, name) for name in Envelope.__slots__ if name != "error"}
    error = envelope.error
    return {**facts, "error": error and (error.type, error.text[:2_000], error.attempt)}


def test_what_is_sent_is_received_whole(queues: ServiceBusQueues) -> None:
    sent = envelope(
        body=NASTY,
        attributes={"region": "eu"},
        group="customer-7",
        trace="a" * 32,
        correlation="c",
        attempt=3,
        error=Failure("CardDeclined", "no funds " * 300, 3),
        deduplication="d",
    )
    assert queues.send("orders", [sent]) == []
    [received] = queues.receive("orders", 10)
    assert facts_of(received.envelope) == facts_of(sent)


def test_the_largest_message_of_the_contract_fits(queues: ServiceBusQueues, broker: Broker) -> None:
    attributes = {f"name{at}": "🜁" * 256 for at in range(7)}
    error = Failure("E", "\x00" * 4_000, 1)
    assert queues.send("orders", [envelope(body="x" * BODY_LIMIT, attributes=attributes, error=error)]) == []
    assert len(broker.contents(ORDERS)[0].data()) == BODY_LIMIT


def test_a_list_is_cut_into_requests_and_stays_in_order(queues: ServiceBusQueues, broker: Broker) -> None:
    assert queues.send("orders", [envelope(at, "x" * 100_000) for at in range(7)]) == []
    assert [int(content.id, 16) for content in broker.contents(ORDERS)] == list(range(7))


def test_a_delay_is_a_schedule_of_the_broker(queues: ServiceBusQueues, broker: Broker) -> None:
    before_s = broker.clock.now_s()
    queues.send("orders", [envelope(1, delay_s=30 * 86_400), envelope(2)])
    late, now = broker.stored(ORDERS)
    assert (late.state, now.state) == (SCHEDULED, ACTIVE)
    assert late.scheduled_s and 0 <= late.scheduled_s - before_s - 30 * 86_400 < 60


def test_a_receive_of_an_empty_queue_gives_nothing(queues: ServiceBusQueues) -> None:
    assert queues.receive("orders", 10) == []


def test_many_messages_are_received_at_once(queues: ServiceBusQueues) -> None:
    queues.send("orders", [envelope(at) for at in range(120)])
    assert len(queues.receive("orders", 100)) == 100


def test_a_message_of_a_foreign_program_is_readable(queues: ServiceBusQueues, broker: Broker) -> None:
    content = Content.of(b'{"id": 1}', id="theirs", region="eu", size=5, **{"Diagnostic-Id": "00-1-2-3"})
    broker.on_queue(ORDERS, lambda queue: queue.put(content))
    [received] = queues.receive("orders", 1)
    found = received.envelope
    assert (found.id, found.body, found.attributes) == ("theirs", '{"id": 1}', {"region": "eu", "size": "5"})
    assert (found.attempt, found.sent_s > 1_700_000_000) == (1, True)


def test_released_messages_are_visible_again_and_counted(queues: ServiceBusQueues) -> None:
    queues.send("orders", [envelope(1), envelope(2)])
    taken = queues.receive("orders", 2)
    queues.release("orders", [one.receipt for one in taken])
    again = queues.receive("orders", 2)
    assert [one.envelope.attempt for one in again] == [2, 2]


def test_acknowledged_messages_are_gone(queues: ServiceBusQueues, broker: Broker) -> None:
    queues.send("orders", [envelope(1), envelope(2)])
    taken = queues.receive("orders", 2)
    queues.acknowledge("orders", [one.receipt for one in taken])
    assert broker.stored(ORDERS) == []


def test_a_receipt_whose_lock_has_expired_is_ignored(queues: ServiceBusQueues, broker: Broker) -> None:
    queues.send("orders", [envelope(1), envelope(2)])
    one, other = (delivered.receipt for delivered in queues.receive("orders", 2))
    broker.advance(61)
    queues.acknowledge("orders", [one])
    queues.release("orders", [other])
    assert len(broker.stored(ORDERS)) == 2


def test_a_receipt_that_was_settled_before_is_ignored(queues: ServiceBusQueues) -> None:
    queues.send("orders", [envelope()])
    [taken] = queues.receive("orders", 1)
    queues.acknowledge("orders", [taken.receipt])
    queues.release("orders", [taken.receipt])


def test_an_address_that_nobody_gave_is_not_found(queues: ServiceBusQueues) -> None:
    with pytest.raises(NotFound, match=r"no address of a queue 'mails'; it has: \['letters', 'nowhere', 'orders'\]"):
        queues.send("mails", [envelope()])


def test_a_queue_that_is_not_deployed_is_not_found(queues: ServiceBusQueues) -> None:
    with pytest.raises(NotFound, match="'nowhere'") as caught:
        queues.send("nowhere", [envelope()])
    assert type(caught.value.native).__name__ == "MessagingEntityNotFoundError"


def test_native_is_the_client_and_the_name(queues: ServiceBusQueues) -> None:
    client, entity = queues.native("orders")
    assert (type(client).__name__, entity) == ("ServiceBusClient", ORDERS)


def test_a_look_counts_nothing_and_goes_on_from_page_to_page(queues: ServiceBusQueues, broker: Broker) -> None:
    """However often somebody looks, nothing leaves the queue because of it."""
    queues.send("letters", [envelope(number) for number in range(600)])
    queues.send("letters", [envelope(700, delay_s=60)])
    for _ in range(3):
        assert [one.id for one in queues.peek("letters", 300)] == [f"{number:032x}" for number in range(300)]
    assert queues.count("letters") == 600
    assert {stored.deliveries for stored in broker.stored(LETTERS)} == {0}
    assert len(queues.receive("letters", 2)) == 2


def test_a_look_into_an_empty_queue_sees_nothing(queues: ServiceBusQueues) -> None:
    assert (queues.peek("letters", 10), queues.count("letters")) == ([], 0)


@pytest.fixture
def moving(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[ServiceBusQueues, Broker]]:
    """A broker that may close its connections, and a driver of its own: nobody else's client breaks.

    Microsoft's client forgets the socket of a broken connection without closing it: it is collected here, at the
    latest, since its warning would fail a later test.
    """
    with Broker.running() as broker:
        broker.add_queue(ORDERS, Settings())
        monkeypatch.setenv("CLOUDLESS_SERVICE_BUS", broker.connection_string)
        queues = ServiceBusQueues(ADDRESSES, broker.clock.now_s, Clients())
        yield queues, broker
        queues.close()
    del queues
    gc.collect()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_a_connection_that_the_service_closed_is_opened_again(moving: tuple[ServiceBusQueues, Broker]) -> None:
    queues, broker = moving
    queues.send("orders", [envelope(1)])
    broker.disconnect()
    assert queues.send("orders", [envelope(2)]) == []
    broker.disconnect()
    assert len(queues.receive("orders", 2)) == 2


@pytest.mark.slow
def test_a_service_that_is_away_is_unavailable_after_three_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    away = f"Endpoint=sb://localhost:{tools.free_port()};SharedAccessKeyName=k;SharedAccessKey=v;"
    monkeypatch.setenv("CLOUDLESS_SERVICE_BUS", f"{away}UseDevelopmentEmulator=true;")
    queues = ServiceBusQueues(ADDRESSES, lambda: 0, Clients())
    for call in (lambda: queues.send("orders", [envelope()]), lambda: queues.receive("orders", 1)):
        with pytest.raises(Unavailable, match="queue 'orders'") as caught:
            call()
        assert type(caught.value.native).__name__ == "ServiceBusConnectionError"
    assert str(caught.value).startswith("receiving from queue 'orders' of localhost")
    queues.close()


# --- what the broker does not do --------------------------------------------------------------------


class Batch:
    """Takes two messages."""

    max_size_in_bytes = 262_144

    def __init__(self) -> None:
        self.messages: list[Any] = []

    def add_message(self, message: Any) -> None:
        from azure.servicebus.exceptions import MessageSizeExceededError

        if len(self.messages) == 2 or message.properties.message_id == f"{99:032x}":
            raise MessageSizeExceededError(message="full")
        self.messages.append(message)


class Sender:
    """Fails at the requests that it is told to. kind: the class of the SDK's error."""

    def __init__(self, *failing: int, kind: str = "ServiceBusServerBusyError") -> None:
        self.requests = 0
        self._failing = failing
        self._kind = kind

    def create_message_batch(self, max_size_in_bytes: int | None = None) -> Batch:
        return Batch()

    def send_messages(self, batch: Batch) -> None:
        from azure.servicebus import exceptions

        self.requests += 1
        if self.requests in self._failing:
            raise getattr(exceptions, self._kind)(message="busy")


def queues_of(sender: Sender) -> ServiceBusQueues:
    class Given(Clients):
        def sender(self, entity: str) -> Any:
            from cloudless_azure.clients.servicebus import Kept

            return Kept(sender)

    return ServiceBusQueues({"orders": "orders"}, lambda: 0, Given())


def test_what_follows_a_failed_request_is_not_sent_since_it_would_overtake() -> None:
    sender = Sender(2)
    unsent = queues_of(sender).send("orders", [envelope(at) for at in range(7)])
    assert [one.index for one in unsent] == [2, 3, 4, 5, 6]
    assert {type(one.error) for one in unsent} == {Unavailable}
    assert sender.requests == 2


def test_where_nothing_was_stored_the_error_is_raised() -> None:
    with pytest.raises(Unavailable, match="sending to queue 'orders': busy") as caught:
        queues_of(Sender(1)).send("orders", [envelope(1), envelope(2)])
    assert type(caught.value.native).__name__ == "ServiceBusServerBusyError"
    assert caught.value.__cause__ is caught.value.native


def test_a_message_that_is_too_large_for_any_request_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="message 0 of the list is larger"):
        queues_of(Sender()).send("orders", [envelope(99)])
