"""The topic driver through boto3, against ministack's SNS and the queues behind it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudless.errors import InvalidArgument, NotFound, Unavailable
from cloudless_aws.wire import envelope_of_message
from providers.aws.tests.drivers.envelopes import NASTY, envelope
from providers.aws.tests.drivers.place import REGION, Place

Topic = tuple[Any, str]


@pytest.fixture
def placed(place: Place) -> str:
    """A topic with a queue behind it; the queue's URL."""
    sns, sqs = place.client("sns"), place.client("sqs")
    topic = sns.create_topic(Name="shop-prod-placed")["TopicArn"]
    url: str = sqs.create_queue(QueueName="shop-prod-placed-mail")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{place.account}:shop-prod-placed-mail"
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    return url


def received(place: Place, url: str) -> list[Any]:
    sqs, found = place.client("sqs"), list[Any]()
    while messages := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"]
    ).get("Messages"):
        found += [envelope_of_message(one) for one in messages]
    return found


@pytest.mark.parametrize("address", ["shop-prod-placed", "arn:aws:sns:{region}:{account}:shop-prod-placed"])
def test_what_is_published_arrives_whole(place: Place, placed: str, address: str) -> None:
    topics = place.cloud(topics={"placed": address.format(region=REGION, account=place.account)}).topics
    sent = envelope(body=NASTY, attributes={"region": "eu"}, trace="a" * 32, correlation="c")
    assert topics.publish("placed", [sent]) == []
    [arrived] = received(place, placed)
    assert (arrived.id, arrived.body, arrived.attributes) == (sent.id, NASTY, {"region": "eu"})
    assert (arrived.trace, arrived.correlation, arrived.attempt) == ("a" * 32, "c", 1)


def test_many_are_published_in_requests_of_ten(place: Place, placed: str) -> None:
    topics = place.cloud(topics={"placed": "shop-prod-placed"}).topics
    assert topics.publish("placed", [envelope(number) for number in range(25)]) == []
    assert len(place.made("sns", "PublishBatch")) == 3
    assert sorted(int(one.id, 16) for one in received(place, placed)) == list(range(25))


def test_requests_keep_to_what_sns_takes_at_once(place: Place, placed: str) -> None:
    topics = place.cloud(topics={"placed": "shop-prod-placed"}).topics
    body = json.dumps("é" * 40_000, ensure_ascii=False)
    assert topics.publish("placed", [envelope(number, body) for number in range(7)]) == []
    assert len(place.made("sns", "PublishBatch")) == 3
    assert len(received(place, placed)) == 7


def test_what_is_throttled_is_published_again(place: Place, placed: str) -> None:
    place.failing += [(400, "Throttling"), (503, "ServiceUnavailable")]
    assert place.cloud(topics={"placed": "shop-prod-placed"}).topics.publish("placed", [envelope(7)]) == []
    assert [int(one.id, 16) for one in received(place, placed)] == [7]


def test_of_a_list_that_was_throttled_at_its_end_the_rest_is_told(place: Place, placed: str) -> None:
    topics = place.cloud(topics={"placed": "shop-prod-placed"}).topics
    topics.publish("placed", [envelope()])
    place.failing += [(400, "Throttling")] * 100
    with pytest.raises(Unavailable, match=r"publishing to topic 'placed' in eu-central-1.*Throttling"):
        topics.publish("placed", [envelope(number) for number in range(200)])
    assert 3 <= 100 - len(place.failing) <= 12, "what a request as a whole met three times, the next ones do not try"


def test_a_message_that_sns_does_not_take_is_an_invalid_argument(place: Place, placed: str) -> None:
    place.failing.append((400, "InvalidParameter"))
    with pytest.raises(InvalidArgument, match="as the test wants it"):
        place.cloud(topics={"placed": "shop-prod-placed"}).topics.publish("placed", [envelope()])


def test_a_topic_that_is_not_there_is_not_found(place: Place) -> None:
    with pytest.raises(NotFound, match=r"publishing to topic 'placed' in eu-central-1.*deploy the stage"):
        place.cloud(topics={"placed": "shop-prod-placed"}).topics.publish("placed", [envelope()])
    with pytest.raises(NotFound, match=r"no address of a topic 'other'; it has: \['placed'\]"):
        place.cloud(topics={"placed": "shop-prod-placed"}).topics.publish("other", [envelope()])


def test_native_gives_the_official_client_and_the_arn(place: Place) -> None:
    cloud = place.cloud(topics={"placed": "shop-prod-placed"})
    client, arn = cloud.topics.native("placed")
    assert (type(client).__name__, arn) == ("SNS", f"arn:aws:sns:{REGION}:{place.account}:shop-prod-placed")
    cloud.close()
