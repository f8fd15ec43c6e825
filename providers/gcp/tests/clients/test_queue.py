"""The queue driver against Google's Pub/Sub emulator: by the official client, and, as in a function, over REST."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudless.errors import NotFound, Unavailable, UnsupportedError
from cloudless.message import Envelope, Failure
from cloudless_gcp.clients.queue import PubsubQueues
from cloudless_gcp.clients.sending import batches
from providers.gcp.tests.broker import Broker
from providers.gcp.tests.clients.envelopes import envelope
from providers.gcp.tests.clients.place import Stage
from providers.gcp.tests.pubsubmodel import PubsubMessage
from providers.gcp.tests.pubsubmodel.message import check_message
from tests import tools

NASTY = '{"text":"\\u0000 \\ufffe é 漢 🜁 \\" \\\\ <>&"}'


NAMES = {"orders": "shop-prod-orders", "orders-dead-letters": "shop-prod-orders-dead-letters"}


@pytest.fixture(params=["sdk", "rest"])
def queues(
    broker: Broker, stage: Stage, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> PubsubQueues:
    """Of a caller outside, and of a function."""
    if request.param == "rest":
        monkeypatch.setenv("K_SERVICE", "take")
    topics = {name: broker.make_queue(physical) for name, physical in NAMES.items()}
    subscriptions = {name: broker.subscription(physical) for name, physical in NAMES.items()}
    return stage(queues=topics, subscriptions=subscriptions).queues


def test_what_is_sent_is_received_whole(queues: PubsubQueues) -> None:
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


def facts_of(envelope: Envelope) -> dict[str, object]:
    facts = {name: getattr(envelope, name) for name in Envelope.__slots__ if name != "error"}
    error = envelope.error
    return {**facts, "error": error and (error.type, error.text[:2_000], error.attempt)}


def test_no_attribute_is_longer_than_the_service_takes(queues: PubsubQueues, broker: Broker) -> None:
    """The emulator takes any length, so the strict model judges."""
    user = {f"name{at}": "🜁" * 256 for at in range(7)}
    queues.send("orders", [envelope(attributes=user, error=Failure("E", "\x00🜁" * 4_000, 1), group="g" * 256)])
    [message] = broker.take("shop-prod-orders")
    check_message(message)
    assert {name for name in message.attributes if name not in user} == {"cloudless", *pieces(message)}


def pieces(message: PubsubMessage) -> list[str]:
    return [f"cloudless-{at}" for at in range(1, len(message.attributes) - 7)]


def test_a_receive_of_an_empty_queue_gives_nothing(queues: PubsubQueues) -> None:
    assert queues.receive("orders", 1) == []


def test_a_message_of_a_foreign_program_is_readable(queues: PubsubQueues, broker: Broker) -> None:
    broker.publish(broker.topic("shop-prod-orders"), b'{"id": 1}', {"region": "eu", "googclient_x": "y"})
    [received] = queues.receive("orders", 1)
    assert (received.envelope.body, received.envelope.attributes) == ('{"id": 1}', {"region": "eu"})
    assert received.envelope.attempt == 1
    assert received.envelope.sent_s > 1_700_000_000


def test_a_letter_that_the_service_moved_is_read_as_crashed(queues: PubsubQueues, broker: Broker) -> None:
    moved = {
        "CloudPubSubDeadLetterSourceDeliveryCount": "6",
        "CloudPubSubDeadLetterSourceSubscription": "shop-prod-orders",
    }
    broker.publish(broker.topic("shop-prod-orders-dead-letters"), b"{}", moved)
    [received] = queues.receive("orders-dead-letters", 1)
    error = received.envelope.error
    assert error is not None
    assert (error.type, error.attempt, received.envelope.attributes) == ("Crashed", 6, {})


def test_a_released_message_is_visible_again_and_an_acknowledged_one_is_gone(queues: PubsubQueues) -> None:
    queues.send("orders", [envelope()])
    [first] = queues.receive("orders", 1)
    queues.release("orders", [first.receipt])
    [second] = queues.receive("orders", 1)
    queues.acknowledge("orders", [second.receipt])
    queues.acknowledge("orders", [first.receipt])
    assert queues.receive("orders", 1) == []


def test_more_than_one_request_takes_is_sent_in_several(queues: PubsubQueues, broker: Broker) -> None:
    assert queues.send("orders", [envelope(number) for number in range(2_500)]) == []
    assert len(broker.take("shop-prod-orders")) == 2_500


def test_batches_keep_to_number_and_bytes() -> None:
    small = [envelope(number) for number in range(2_001)]
    large = [envelope(number, "x" * 190_000) for number in range(100)]
    assert [len(batch) for batch in batches(list(enumerate(small)))] == [1_000, 1_000, 1]
    sizes = [sum(len(message.body) for _, message in batch) for batch in batches(list(enumerate(large)))]
    assert sum(sizes) == 19_000_000
    assert max(sizes) < 10_000_000


def test_messages_of_a_group_are_published_in_their_order(queues: PubsubQueues, broker: Broker) -> None:
    queues.send("orders", [envelope(number, str(number), group="ab"[number % 2]) for number in range(20)])
    arrived = broker.take("shop-prod-orders")
    for key in "ab":
        numbers = [int(message.data) for message in arrived if message.ordering_key == key]
        assert numbers == sorted(numbers)


def test_an_unknown_queue_is_not_found(queues: PubsubQueues) -> None:
    with pytest.raises(NotFound, match=r"no address of a queue 'nope'.*orders"):
        queues.send("nope", [envelope()])


def test_a_queue_that_is_consumed_cannot_be_received_from(stage: Stage, broker: Broker) -> None:
    consumed = stage(queues={"orders": broker.topic("shop-prod-orders")}).queues
    with pytest.raises(UnsupportedError, match=r"queue 'orders': a function consumes it.*never"):
        consumed.receive("orders", 1)


def test_a_topic_that_does_not_exist_is_not_found_and_keeps_the_native_error(
    pubsub: str, project: str, stage: Stage
) -> None:
    cloud = stage(queues={"orders": f"projects/{project}/topics/none"})
    with pytest.raises(NotFound, match="sending to queue 'orders'") as caught:
        cloud.queues.send("orders", [envelope()])
    assert type(caught.value.native).__name__ == "NotFound"
    assert caught.value.__cause__ is caught.value.native


def test_a_topic_that_does_not_exist_is_not_found_over_rest(
    pubsub: str, project: str, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("K_SERVICE", "take")
    cloud = stage(queues={"orders": f"projects/{project}/topics/none"})
    with pytest.raises(NotFound, match=r"sending to queue 'orders': NOT_FOUND: .*deploy the stage"):
        cloud.queues.send("orders", [envelope()])


@pytest.mark.parametrize("inside", [False, True])
def test_a_service_that_does_not_answer_is_unavailable(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, *, inside: bool
) -> None:
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{tools.free_port()}")
    if inside:
        monkeypatch.setenv("K_SERVICE", "take")
    cloud = stage(queues={"orders": "projects/p/topics/orders"})
    with pytest.raises(Unavailable, match=r"sending to queue 'orders': .*Connection ?refused"):
        cloud.queues.send("orders", [envelope()])


def test_a_region_is_spoken_to_at_its_own_endpoint(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Credentials are made up: nothing is sent."""
    monkeypatch.delenv("PUBSUB_EMULATOR_HOST", raising=False)
    key = tmp_path / "key.json"
    key.write_text('{"type": "authorized_user", "client_id": "a", "client_secret": "b", "refresh_token": "c"}')
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key))
    client, _ = stage(queues={"orders": "projects/p/topics/orders"}, region="europe-west1").queues.native("orders")
    assert client.api_endpoint == "europe-west1-pubsub.googleapis.com:443"


def test_native_gives_the_official_client_and_the_topic(queues: PubsubQueues, project: str) -> None:
    client, topic = queues.native("orders")
    assert type(client).__module__.startswith("google.cloud.pubsub_v1")
    assert topic == f"projects/{project}/topics/shop-prod-orders"
