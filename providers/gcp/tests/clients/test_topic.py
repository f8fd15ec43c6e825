"""The topic driver against Google's emulator, as a function whose account may publish there."""

from __future__ import annotations

import pytest

from cloudless.errors import NotFound
from cloudless_gcp.clients.cloud import GoogleCloud
from providers.gcp.tests.broker import Broker
from providers.gcp.tests.clients.envelopes import envelope
from providers.gcp.tests.clients.place import REGION, Place


@pytest.fixture
def cloud(place: Place, broker: Broker) -> GoogleCloud:
    topic = broker.make_queue("shop-prod-order-placed")
    place.allow(topic, "roles/pubsub.publisher")
    return place.cloud(topics={"order-placed": topic})


def test_what_is_published_reaches_a_subscription(cloud: GoogleCloud, broker: Broker) -> None:
    messages = [envelope(number, str(number), attributes={"region": "eu"}) for number in range(3)]
    assert cloud.topics.publish("order-placed", messages) == []
    taken = broker.take("shop-prod-order-placed")
    assert sorted(one.data for one in taken) == [b"0", b"1", b"2"]
    assert {one.attributes["region"] for one in taken} == {"eu"}


def test_messages_go_to_the_endpoint_of_the_region(place: Place, cloud: GoogleCloud) -> None:
    cloud.topics.publish("order-placed", [envelope()])
    [call] = place.made("pubsub", "projects.topics.publish")
    assert call.request.header("Host") == f"{REGION}-pubsub.googleapis.com"


def test_a_list_takes_as_few_requests_as_it_can(place: Place, cloud: GoogleCloud, broker: Broker) -> None:
    cloud.topics.publish("order-placed", [envelope(number) for number in range(2_001)])
    assert [len(call.body["messages"]) for call in place.made("pubsub", "projects.topics.publish")] == [1_000, 1_000, 1]


def test_what_follows_a_failure_is_not_sent_and_is_told(place: Place, cloud: GoogleCloud) -> None:
    original = place.backends["pubsub"]

    def once(call: object) -> object:
        place.failing += [503, 503, 503]
        return original(call)  # type: ignore[arg-type]

    place.backends["pubsub"] = once  # type: ignore[assignment]
    unsent = cloud.topics.publish("order-placed", [envelope(number) for number in range(2_500)])
    assert [one.index for one in unsent] == list(range(1_000, 2_500))


def test_a_topic_that_was_deleted_behind_our_back_is_not_found(cloud: GoogleCloud, broker: Broker) -> None:
    broker.publisher.delete_topic(topic=broker.topic("shop-prod-order-placed"))
    with pytest.raises(NotFound, match=r"publishing to topic 'order-placed': NOT_FOUND: .*deploy the stage"):
        cloud.topics.publish("order-placed", [envelope()])


def test_an_unknown_topic_is_not_found(cloud: GoogleCloud) -> None:
    with pytest.raises(NotFound, match=r"no address of a topic 'nope'; it has: \['order-placed'\]"):
        cloud.topics.publish("nope", [envelope()])
