"""Microsoft's client works with our broker as with the service: so what our drivers do here, they do there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from azure.servicebus import (
    NEXT_AVAILABLE_SESSION,
    AutoLockRenewer,
    ServiceBusClient,
    ServiceBusMessage,
    ServiceBusReceivedMessage,
    ServiceBusReceiveMode,
    ServiceBusReceiver,
)
from azure.servicebus.aio import ServiceBusClient as AsyncServiceBusClient
from azure.servicebus.exceptions import (
    MessageLockLostError,
    MessageSizeExceededError,
    MessagingEntityDisabledError,
    MessagingEntityNotFoundError,
    OperationTimeoutError,
    ServiceBusQuotaExceededError,
    ServiceBusServerBusyError,
    SessionCannotBeLockedError,
)

from providers.azure.tests.sdk import PATIENCE_S, Sdk
from providers.azure.tests.servicebus import Broker, CorrelationRule, Settings, SqlRule
from providers.azure.tests.servicebus.stored import ACTIVE, DEFERRED, LOCKED, SCHEDULED

pytestmark = pytest.mark.slow

QUEUE = "sdk-orders"


@pytest.fixture(scope="session", autouse=True)
def entities(broker: Broker) -> None:
    broker.add_queue(QUEUE, Settings(lock_s=30, max_deliveries=3))
    broker.add_queue("sdk-sessions", Settings(sessions=True))
    broker.add_queue("sdk-brief", Settings(ttl_s=60, dead_letter_expired=True))
    broker.add_queue("sdk-unique", Settings(duplicates_s=600))


@pytest.fixture(autouse=True)
def _empty(broker: Broker) -> Iterator[None]:
    yield
    broker.on_queue(QUEUE, lambda queue: queue.clear())


def count(broker: Broker, *states: str, queue: str = QUEUE) -> int:
    return broker.on_queue(queue, lambda found: found.count(*states))


def numbers(messages: list[ServiceBusReceivedMessage]) -> list[int]:
    assert all(message.sequence_number is not None for message in messages)
    return [message.sequence_number or 0 for message in messages]


def test_a_batch_arrives_message_by_message_in_order(sdk: Sdk, broker: Broker) -> None:
    sender, receiver = sdk.sender(QUEUE), sdk.receiver(QUEUE)
    batch = sender.create_message_batch()
    for at in range(10):
        batch.add_message(ServiceBusMessage(f"m{at}", message_id=str(at), application_properties={"n": at}))
    sender.send_messages(batch)
    received: list[ServiceBusReceivedMessage] = []
    while len(received) < 10:
        received += receiver.receive_messages(10 - len(received), max_wait_time=PATIENCE_S)
    assert [str(message) for message in received] == [f"m{at}" for at in range(10)]
    assert [message.application_properties for message in received] == [{b"n": at} for at in range(10)]
    assert all(message.lock_token and message.locked_until_utc for message in received)
    for message in received:
        receiver.complete_message(message)
    assert count(broker) == 0


def test_an_abandoned_message_returns_and_is_dead_after_the_last_delivery(sdk: Sdk, broker: Broker) -> None:
    sdk.send(QUEUE, "poison")
    counts: list[int | None] = []
    for _ in range(3):
        message = sdk.receive(QUEUE)
        counts.append(message.delivery_count)
        sdk.receiver(QUEUE).abandon_message(message)
    letter = sdk.receive(QUEUE, "deadletter")
    sdk.receiver(QUEUE, "deadletter").complete_message(letter)
    assert counts == [0, 1, 2]
    assert (str(letter), letter.dead_letter_reason) == ("poison", "MaxDeliveryCountExceeded")
    assert letter.dead_letter_source == QUEUE


def test_a_message_is_dead_lettered_with_a_reason(sdk: Sdk) -> None:
    sdk.send(QUEUE, "a", application_properties={"k": "v"})
    sdk.receiver(QUEUE).dead_letter_message(sdk.receive(QUEUE), reason="why", error_description="because")
    letter = sdk.receive(QUEUE, "deadletter")
    sdk.receiver(QUEUE, "deadletter").complete_message(letter)
    assert (letter.dead_letter_reason, letter.dead_letter_error_description) == ("why", "because")
    assert letter.application_properties and letter.application_properties[b"k"] == b"v"


def test_a_lock_that_ended_is_lost_and_the_message_returns(sdk: Sdk, broker: Broker) -> None:
    sdk.send(QUEUE, "slow")
    first = sdk.receive(QUEUE)
    broker.advance(30)
    again = sdk.receive(QUEUE)
    assert again.delivery_count == 1
    with pytest.raises(MessageLockLostError):
        sdk.receiver(QUEUE).complete_message(first)
    sdk.receiver(QUEUE).complete_message(again)


def test_a_lock_is_renewed(sdk: Sdk, broker: Broker) -> None:
    sdk.send(QUEUE, "renewed")
    message = sdk.receive(QUEUE)
    for _ in range(3):
        broker.advance(20)
        sdk.receiver(QUEUE).renew_message_lock(message)
    sdk.receiver(QUEUE).complete_message(message)
    assert count(broker) == 0


def test_the_client_renews_locks_by_itself() -> None:
    with Broker.running() as own, Sdk(own.connection_string) as sdk:  # not ahead: the client compares with real time
        own.add_queue(QUEUE, Settings(lock_s=5))
        sdk.send(QUEUE, "renewed")
        message = sdk.receive(QUEUE)
        until = message.locked_until_utc
        with AutoLockRenewer() as renewer:
            renewer.register(sdk.receiver(QUEUE), message)
            for _ in range(250):
                if message.locked_until_utc != until or Event().wait(0.02):
                    break
        assert until and message.locked_until_utc and message.locked_until_utc > until


def test_scheduled_messages_are_due_later_and_can_be_cancelled(sdk: Sdk, broker: Broker) -> None:
    due = datetime.now(UTC) + timedelta(seconds=60 + broker.clock.ahead_s)
    sender = sdk.sender(QUEUE)
    cancelled, _ = sender.schedule_messages([ServiceBusMessage("s1"), ServiceBusMessage("s2")], due)
    sender.cancel_scheduled_messages(cancelled)
    sdk.send(QUEUE, "s3", scheduled_enqueue_time_utc=due)
    assert (count(broker, SCHEDULED), count(broker, ACTIVE)) == (2, 0)
    broker.advance(60)
    assert sorted(str(sdk.receive(QUEUE)) for _ in range(2)) == ["s2", "s3"]


def test_a_deferred_message_is_received_by_number(sdk: Sdk, broker: Broker) -> None:
    sdk.send(QUEUE, "later")
    message = sdk.receive(QUEUE)
    sdk.receiver(QUEUE).defer_message(message)
    assert count(broker, DEFERRED) == 1
    (deferred,) = sdk.receiver(QUEUE).receive_deferred_messages(numbers([message]))
    sdk.receiver(QUEUE).complete_message(deferred)
    assert str(deferred) == "later"
    assert count(broker) == 0


def test_peeked_messages_stay_and_are_not_counted(sdk: Sdk, broker: Broker) -> None:
    sdk.send(QUEUE, "p1", "p2")
    peeked = sdk.receiver(QUEUE).peek_messages(5)
    assert [str(message) for message in peeked] == ["p1", "p2"]
    assert [stored.deliveries for stored in broker.stored(QUEUE)] == [0, 0]


def test_an_expired_message_is_a_dead_letter(sdk: Sdk, broker: Broker) -> None:
    sdk.send("sdk-brief", "x")
    broker.advance(60)
    assert sdk.receive("sdk-brief", "deadletter").dead_letter_reason == "TTLExpiredException"


def test_a_duplicate_is_dropped(sdk: Sdk, broker: Broker) -> None:
    for id in ("1", "1", "2"):
        sdk.send("sdk-unique", "x", message_id=id)
    assert count(broker, queue="sdk-unique") == 2


def test_a_session_has_one_holder_and_a_state(sdk: Sdk) -> None:
    sdk.send("sdk-sessions", "a1", "a2", session_id="A")
    sdk.send("sdk-sessions", "b1", session_id="B")
    with sdk.client.get_queue_receiver("sdk-sessions", session_id="A") as receiver:
        session = receiver.session
        session.set_state(b"state")
        assert session.get_state() == b"state"
        assert session.renew_lock() > datetime.now(UTC)
        assert [str(message) for message in receiver.receive_messages(2, max_wait_time=PATIENCE_S)] == ["a1", "a2"]
        with pytest.raises(SessionCannotBeLockedError), _session(sdk, "A"):
            pass
        with _session(sdk, None) as other:
            assert other.session.session_id == "B"
            with pytest.raises(OperationTimeoutError), _session(sdk, None):
                pass


def _session(sdk: Sdk, name: str | None) -> ServiceBusReceiver:
    return sdk.client.get_queue_receiver("sdk-sessions", session_id=name or NEXT_AVAILABLE_SESSION, max_wait_time=1)


def test_subscriptions_take_what_their_rules_match(sdk: Sdk, broker: Broker) -> None:
    sql = SqlRule("color IN ('red', 'blue') AND size > 3 AND sys.Label LIKE 'ord%'")
    correlation = CorrelationRule({"region": "eu"}, label="order")
    broker.call(lambda namespace: namespace.add_topic("sdk-events"))
    for name, rules in {"all": None, "sql": {"r": sql}, "correlation": {"r": correlation}}.items():
        broker.call(lambda namespace: namespace.add_subscription("sdk-events", name, rules=rules))  # noqa: B023
    messages = [
        ServiceBusMessage("1", subject="order", application_properties={"color": "red", "size": 5, "region": "eu"}),
        ServiceBusMessage("2", subject="order", application_properties={"color": "red", "size": 2, "region": "us"}),
        ServiceBusMessage("3", subject="ordx", application_properties={"color": "blue", "size": 9}),
        ServiceBusMessage("4", subject="other", application_properties={"color": "blue", "size": 9, "region": "eu"}),
    ]
    sdk.sender("sdk-events").send_messages(messages)
    found = {
        name: [content.data().decode() for content in broker.contents(f"sdk-events/Subscriptions/{name}")]
        for name in ("all", "sql", "correlation")
    }
    assert found == {"all": ["1", "2", "3", "4"], "sql": ["1", "3"], "correlation": ["1"]}


def test_a_subscription_is_received_from(sdk: Sdk, broker: Broker) -> None:
    broker.call(lambda namespace: namespace.add_topic("sdk-news"))
    broker.call(lambda namespace: namespace.add_subscription("sdk-news", "reader"))
    sdk.send("sdk-news", "headline")
    with sdk.client.get_subscription_receiver(
        "sdk-news", "reader", receive_mode=ServiceBusReceiveMode.RECEIVE_AND_DELETE
    ) as receiver:
        assert [str(message) for message in receiver.receive_messages(1, max_wait_time=PATIENCE_S)] == ["headline"]
    assert count(broker, queue="sdk-news/Subscriptions/reader") == 0


def test_256_kib_is_the_limit_of_a_message(sdk: Sdk, broker: Broker) -> None:
    with pytest.raises(MessageSizeExceededError):
        sdk.send(QUEUE, b"x" * 270_000)
    sdk.send(QUEUE, b"x" * 200_000)
    message = sdk.receive(QUEUE)
    assert len(b"".join(bytes(part) for part in message.body)) == 200_000
    assert count(broker, LOCKED) == 1


def test_an_unknown_entity_is_not_found(sdk: Sdk) -> None:
    with pytest.raises(MessagingEntityNotFoundError), sdk.client.get_queue_sender("sdk-nothing") as sender:
        sender.send_messages(ServiceBusMessage("x"))


def test_a_thousand_messages_pass(sdk: Sdk, broker: Broker) -> None:
    for start in range(0, 1_000, 100):
        sdk.send(QUEUE, *map(str, range(start, start + 100)))
    received = 0
    while received < 1_000:
        for message in sdk.receiver(QUEUE).receive_messages(100, max_wait_time=PATIENCE_S):
            sdk.receiver(QUEUE).complete_message(message)
            received += 1
    assert count(broker) == 0


def test_a_throttled_entity_answers_busy_as_often_as_told(sdk: Sdk, broker: Broker) -> None:
    sdk.send(QUEUE, "opens the link")
    broker.throttle(1, QUEUE)
    with pytest.raises(ServiceBusServerBusyError):
        sdk.send(QUEUE, "a")
    sdk.send(QUEUE, "b")
    broker.throttle(1)
    with pytest.raises(ServiceBusServerBusyError):
        sdk.receiver(QUEUE).peek_messages(1)
    assert [content.data() for content in broker.contents(QUEUE)] == [b"opens the link", b"b"]


def test_an_entity_that_is_deleted_behind_our_back_is_not_found(broker: Broker) -> None:
    broker.add_queue("sdk-doomed")
    # The first attempt only finds that the link has ended.
    client = ServiceBusClient.from_connection_string(broker.connection_string, retry_total=1, retry_backoff_factor=0)
    with client, client.get_queue_sender("sdk-doomed") as sender:
        sender.send_messages(ServiceBusMessage("a"))
        broker.remove("sdk-doomed")
        with pytest.raises(MessagingEntityNotFoundError):
            sender.send_messages(ServiceBusMessage("b"))


def test_a_full_entity_exceeds_its_quota(sdk: Sdk, broker: Broker) -> None:
    broker.add_queue("sdk-small", Settings(size_bytes=1_000))
    with pytest.raises(ServiceBusQuotaExceededError, match="1000 bytes"):
        sdk.send("sdk-small", "x" * 1_000)


def test_an_entity_that_is_switched_off_says_so(sdk: Sdk, broker: Broker) -> None:
    broker.add_queue("sdk-off", Settings(status="SendDisabled"))
    with pytest.raises(MessagingEntityDisabledError, match="disabled for send"):
        sdk.send("sdk-off", "a")


def test_the_async_client_sends_receives_and_settles(broker: Broker) -> None:
    async def exchange() -> tuple[str, int]:
        async with AsyncServiceBusClient.from_connection_string(broker.connection_string, retry_total=0) as client:
            async with client.get_queue_sender(QUEUE) as sender:
                await sender.send_messages([ServiceBusMessage("a"), ServiceBusMessage("b")])
            async with client.get_queue_receiver(QUEUE) as receiver:
                found = await receiver.receive_messages(2, max_wait_time=PATIENCE_S)
                await receiver.complete_message(found[0])
                return str(found[0]), len(await receiver.peek_messages(5, sequence_number=1))

    assert asyncio.run(exchange()) == ("a", 1)
