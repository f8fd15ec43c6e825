"""The topic driver against our broker, through Microsoft's client; what both drivers say of rights and deletions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cloudless.driver.current import HERE, leave, use
from cloudless.errors import InvalidArgument, NotFound, PayloadTooLarge, PermissionDenied
from cloudless.message import Envelope
from cloudless_azure.clients.cloud import AzureCloud
from cloudless_azure.clients.queue import ServiceBusQueues
from cloudless_azure.clients.servicebus import Clients
from cloudless_azure.clients.topic import ServiceBusTopics
from providers.azure.tests.calls import program
from providers.azure.tests.servicebus import Broker, Settings
from providers.azure.tests.servicebus.access import LISTEN, SEND, Policy, SharedAccess

PLACED, MAIL = "topic-placed", "topic-placed-mail"
ADDRESSES = {"placed": PLACED, "nowhere": "topic-nowhere"}
NOW_S = 1_767_355_200.0


def envelope(number: int = 1, body: str = "{}", **facts: Any) -> Envelope:
    return Envelope(f"{number:032x}", body, sent_s=NOW_S, **facts)


@pytest.fixture(scope="module")
def topics(broker: Broker) -> Iterator[ServiceBusTopics]:
    """A topic with one subscription, which forwards to a queue of its own, as those of a build do."""

    def make(namespace: Any) -> None:
        namespace.add_topic(PLACED)
        namespace.add_queue(MAIL)
        namespace.add_subscription(PLACED, "mail", Settings(forward_to=MAIL))

    broker.call(make)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLOUDLESS_SERVICE_BUS", broker.connection_string)
        made = ServiceBusTopics(ADDRESSES, broker.clock.now_s, Clients())
        yield made
        made.close()


@pytest.fixture(autouse=True)
def emptied(request: pytest.FixtureRequest, broker: Broker) -> None:
    if "topics" in request.fixturenames:
        request.getfixturevalue("topics")
        broker.on_queue(MAIL, lambda found: found.clear())


def test_what_is_published_comes_to_the_queue_of_its_subscription(topics: ServiceBusTopics, broker: Broker) -> None:
    assert topics.publish("placed", [envelope(1, '{"id":"ü"}', attributes={"id": "ü"}), envelope(2)]) == []
    first, second = broker.contents(MAIL)
    assert (first.data(), first.id, first.application["id"]) == ('{"id":"ü"}'.encode(), f"{1:032x}", "ü")
    assert second.id == f"{2:032x}"


def test_a_topic_that_was_not_deployed_is_not_found(topics: ServiceBusTopics) -> None:
    with pytest.raises(NotFound, match="no address of a topic 'other'"):
        topics.publish("other", [envelope()])


@pytest.mark.slow
def test_a_topic_that_is_not_there_is_not_found(topics: ServiceBusTopics) -> None:
    with pytest.raises(NotFound, match="sending to topic 'nowhere'"):
        topics.publish("nowhere", [envelope()])


def test_a_message_over_the_limit_is_refused_and_what_came_before_it_is_stored(
    topics: ServiceBusTopics, broker: Broker
) -> None:
    """Beyond ours, which is below: what goes by the driver is within it."""
    unsent = topics.publish("placed", [envelope(1), envelope(2, "x" * 300_000), envelope(3)])
    assert [one.index for one in unsent] == [1, 2]
    assert "message 1 of the list is larger than a request may be" in str(unsent[0].error)
    assert [one.id for one in broker.contents(MAIL)] == [f"{1:032x}"]
    with pytest.raises(InvalidArgument, match="larger than a request may be"):
        topics.publish("placed", [envelope(1, "x" * 300_000)])


def test_a_body_over_the_contract_s_limit_never_comes_so_far() -> None:
    token = use(AzureCloud({}))
    try:
        with pytest.raises(PayloadTooLarge):
            program.placed.publish({"x": "y" * 200_000})
    finally:
        leave(token)


def test_native_is_the_client_and_the_name(topics: ServiceBusTopics) -> None:
    client, entity = topics.native("placed")
    assert (type(client).__name__, entity) == ("ServiceBusClient", PLACED)


def test_queues_and_topics_of_a_cloud_share_a_client(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDLESS_SERVICE_BUS", broker.connection_string)
    cloud = AzureCloud({"queues": {"mail": MAIL}, "topics": ADDRESSES})
    assert cloud.queues.native("mail")[0] is cloud.topics.native("placed")[0]
    cloud.close()
    cloud.close()


# --- rights, deletions --------------------------------------------------------------------------------

POLICIES = {"nobody": Policy("k1", [], "other"), "sender": Policy("k2", [SEND]), "listener": Policy("k3", [LISTEN])}


@pytest.fixture(scope="module")
def guarded() -> Iterator[Broker]:
    with Broker.running(authoriser=SharedAccess(POLICIES)) as broker:
        broker.add_queue("orders")
        broker.add_queue("orders-dead-letters")
        broker.call(lambda namespace: namespace.add_topic("order-placed"))
        yield broker


def as_policy(broker: Broker, policy: str, monkeypatch: pytest.MonkeyPatch) -> Clients:
    monkeypatch.setenv("CLOUDLESS_SERVICE_BUS", broker.connection_string_of(policy, POLICIES[policy].key))
    return Clients()


@pytest.mark.slow
def test_who_may_not_send_is_told_what_to_write(guarded: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    clients = as_policy(guarded, "listener", monkeypatch)
    queues = ServiceBusQueues({"orders": "orders"}, lambda: NOW_S, clients)
    topics = ServiceBusTopics({"order-placed": "order-placed"}, lambda: NOW_S, clients)
    token = HERE.set((AzureCloud({}), "take", None))
    try:
        with pytest.raises(PermissionDenied) as sending:
            queues.send("orders", [envelope()])
        with pytest.raises(PermissionDenied) as publishing:
            topics.publish("order-placed", [envelope()])
    finally:
        HERE.reset(token)
        clients.close()
    assert "handler 'take' may not send queue 'orders'" in str(sending.value)
    assert "add uses=[orders.send] to its decorator" in str(sending.value)
    assert type(sending.value.native).__name__ == "ServiceBusAuthorizationError"
    assert "add uses=[order_placed.publish] to its decorator" in str(publishing.value)


@pytest.mark.slow
def test_who_may_not_look_is_told_the_role(guarded: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    clients = as_policy(guarded, "sender", monkeypatch)
    queues = ServiceBusQueues({"orders-dead-letters": "orders-dead-letters"}, lambda: NOW_S, clients)
    with pytest.raises(
        PermissionDenied, match="lacks the role Azure Service Bus Data Receiver on the queue orders-dead-letters"
    ):
        queues.peek("orders-dead-letters", 1)
    clients.close()


@pytest.mark.slow
def test_a_queue_that_somebody_deleted_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    with Broker.running() as broker:
        broker.add_queue("orders")
        monkeypatch.setenv("CLOUDLESS_SERVICE_BUS", broker.connection_string)
        queues = ServiceBusQueues({"orders": "orders"}, lambda: NOW_S, Clients())
        queues.send("orders", [envelope()])
        broker.remove("orders")
        with pytest.raises(NotFound, match="sending to queue 'orders'"):
            queues.send("orders", [envelope()])
        queues.close()
