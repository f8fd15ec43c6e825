"""The model of Pub/Sub push, held against what Google's documentation says."""

import json
from base64 import b64decode
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pytest

from providers.gcp.tests.pubsubmodel import PubsubMessage, Refused, Settings, Subscription
from tests.virtual import NeverEnds, World

NAME = "projects/shop/subscriptions/orders"
LETTERS = "projects/shop/topics/orders-dead-letters"
US = 1_000_000


class Endpoint:
    """Answers as told, then 204; keeps the requests."""

    def __init__(self, *answers: int | None) -> None:
        self.answers = list(answers)
        self.requests: list[dict[str, Any]] = []

    def __call__(self, body: bytes) -> int | None:
        self.requests.append(json.loads(body))
        return self.answers.pop(0) if self.answers else 204

    def ids(self) -> list[str]:
        return [request["message"]["messageId"] for request in self.requests]


def world_of(subscription: Subscription, messages: Iterable[PubsubMessage]) -> World:
    world = World(subscription)
    for message in messages:
        subscription.accept(message, world.now_us)
    return world


def message(id: str = "1", **changes: Any) -> PubsubMessage:
    return PubsubMessage(id, b"{}", published_us=World().now_us, **changes)


def gaps_s(subscription: Subscription) -> list[float]:
    times = [push.at_us / US for push in subscription.pushes]
    return [later - earlier for earlier, later in pairwise(times)]


@pytest.mark.parametrize("status", [102, 200, 201, 202, 204])
def test_five_statuses_acknowledge(status: int) -> None:
    subscription = Subscription(Settings(NAME), Endpoint(status))
    world_of(subscription, [message()]).run()
    assert len(subscription.pushes) == 1


@pytest.mark.parametrize("status", [203, 299, 302, 400, 429, 500, 503])
def test_any_other_status_brings_the_message_back(status: int) -> None:
    subscription = Subscription(Settings(NAME), Endpoint(status))
    world_of(subscription, [message()]).run()
    assert len(subscription.pushes) == 2


def test_an_unanswered_push_comes_back_after_its_deadline_and_the_back_off() -> None:
    settings = Settings(NAME, ack_deadline_s=30, minimum_backoff_s=4, maximum_backoff_s=60)
    subscription = Subscription(settings, Endpoint(None))
    world_of(subscription, [message()]).run()
    assert gaps_s(subscription) == [34]


def test_back_off_doubles_up_to_its_maximum() -> None:
    settings = Settings(NAME, minimum_backoff_s=1, maximum_backoff_s=5)
    subscription = Subscription(settings, Endpoint(500, 500, 500, 500, 500))
    world_of(subscription, [message()]).run()
    assert gaps_s(subscription) == [1, 2, 4, 5, 5]


def test_without_a_retry_policy_a_message_comes_back_at_once() -> None:
    subscription = Subscription(Settings(NAME), Endpoint(500, 500))
    world_of(subscription, [message()]).run()
    assert gaps_s(subscription) == [0, 0]


def test_attempts_are_counted_only_with_a_dead_letter_policy() -> None:
    plain, counting = Endpoint(500), Endpoint(500)
    world_of(Subscription(Settings(NAME), plain), [message()]).run()
    world_of(Subscription(Settings(NAME, dead_letter_topic=LETTERS), counting), [message()]).run()
    assert [request.get("deliveryAttempt") for request in plain.requests] == [None, None]
    assert [request["deliveryAttempt"] for request in counting.requests] == [1, 2]


def test_a_message_is_forwarded_after_its_last_delivery() -> None:
    letters: list[tuple[str, PubsubMessage]] = []
    settings = Settings(NAME, dead_letter_topic=LETTERS, max_delivery_attempts=6)
    subscription = Subscription(settings, Endpoint(*[500] * 9), lambda topic, letter: letters.append((topic, letter)))
    world_of(subscription, [message(attributes={"region": "eu"})]).run()
    [(topic, letter)] = letters
    assert (topic, len(subscription.pushes), letter.attributes["region"]) == (LETTERS, 6, "eu")
    assert letter.attributes["CloudPubSubDeadLetterSourceDeliveryCount"] == "6"


def test_what_pubsub_may_not_forward_it_goes_on_to_deliver() -> None:
    letters: list[PubsubMessage] = []
    may = [False]
    settings = Settings(
        NAME, dead_letter_topic=LETTERS, max_delivery_attempts=5, minimum_backoff_s=1, maximum_backoff_s=1
    )
    subscription = Subscription(
        settings, Endpoint(*[500] * 9), lambda topic, letter: letters.append(letter), may_forward=lambda: may[0]
    )
    world = world_of(subscription, [message()])
    world.advance(6)
    assert (len(subscription.pushes), letters) == (7, [])
    may[0] = True
    world.run()
    assert (len(subscription.pushes), len(letters)) == (8, 1)


def test_messages_of_a_key_are_delivered_in_order_and_a_failing_one_blocks_its_key() -> None:
    endpoint = Endpoint()
    settings = Settings(NAME, is_ordered=True, minimum_backoff_s=10, maximum_backoff_s=10)
    subscription = Subscription(settings, lambda body: 500 if endpoint(body) and fails(endpoint) else 204)
    sent = [message(f"{key}{at}", ordering_key=key) for at in range(3) for key in "ab"]
    world_of(subscription, sent).run()
    assert [id for id in endpoint.ids() if id[0] == "a"] == ["a0", "a0", "a1", "a2"]
    assert [id for id in endpoint.ids() if id[0] == "b"] == ["b0", "b1", "b2"]
    assert endpoint.ids()[-3:] == ["a0", "a1", "a2"]


def fails(endpoint: Endpoint) -> bool:
    return endpoint.ids()[-1] == "a0" and endpoint.ids().count("a0") == 1


def test_an_unordered_subscription_has_no_order_that_one_could_rely_on() -> None:
    orders: set[tuple[str, ...]] = set()
    for seed in range(5):
        endpoint = Endpoint()
        sent = [message(str(at), ordering_key="same") for at in range(4)]
        world_of(Subscription(Settings(NAME), endpoint, shuffle=seed), sent).run()
        orders.add(tuple(endpoint.ids()))
    assert len(orders) > 1


def test_advancing_delivers_what_is_due_within_the_time_and_no_more() -> None:
    settings = Settings(NAME, minimum_backoff_s=60, maximum_backoff_s=600)
    subscription = Subscription(settings, Endpoint(*[500] * 3))
    world = world_of(subscription, [message()])
    world.advance(59)
    assert len(subscription.pushes) == 1
    world.advance(1)
    assert len(subscription.pushes) == 2


def test_a_message_is_kept_for_its_retention_only() -> None:
    settings = Settings(NAME, minimum_backoff_s=600, maximum_backoff_s=600, retention_s=600)
    subscription = Subscription(settings, Endpoint(500, 500, 500))
    world_of(subscription, [message()]).run()
    assert (len(subscription.pushes), subscription.waiting()) == (2, [])


def test_an_endless_failure_is_told_instead_of_hanging() -> None:
    subscription = Subscription(Settings(NAME), lambda body: 500)
    with pytest.raises(NeverEnds):
        world_of(subscription, [message()]).run()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"data": b"", "attributes": {}}, "needs data or"),
        ({"data": b"x" * 10_000_001}, "a publish request takes"),
        ({"attributes": {f"k{at}": "v" for at in range(101)}}, "a message takes 100"),
        ({"attributes": {"k" * 257: "v"}}, "1 to 256 bytes"),
        ({"attributes": {"googclient": "v"}}, "not goog"),
        ({"attributes": {"k": "é" * 513}}, "the most is 1024"),
        ({"ordering_key": "k" * 1_025}, "at most 1024 bytes"),
    ],
)
def test_what_the_service_refuses_is_refused(changes: dict[str, Any], reason: str) -> None:
    sent = PubsubMessage("1", changes.pop("data", b"x"), **changes)
    with pytest.raises(Refused, match=reason):
        Subscription(Settings(NAME), Endpoint()).accept(sent, 0)


def test_what_is_exactly_at_the_limits_is_taken() -> None:
    attributes = {f"k{at}": "v" for at in range(99)} | {"k" * 256: "é" * 512}
    sent = PubsubMessage("1", b"x", attributes, "k" * 1_024)
    Subscription(Settings(NAME), Endpoint()).accept(sent, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"ack_deadline_s": 9},
        {"ack_deadline_s": 601},
        {"max_delivery_attempts": 4},
        {"max_delivery_attempts": 101},
        {"minimum_backoff_s": 1, "maximum_backoff_s": 601},
        {"minimum_backoff_s": 0, "maximum_backoff_s": 600},
        {"minimum_backoff_s": 20, "maximum_backoff_s": 10},
        {"minimum_backoff_s": 20},
        {"retention_s": 599},
        {"retention_s": 31 * 86_400 + 1},
    ],
)
def test_settings_that_the_service_refuses_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        Settings(NAME, **changes)


def test_the_data_travels_as_base64_and_the_time_as_the_service_writes_it() -> None:
    endpoint = Endpoint()
    world_of(Subscription(Settings(NAME), endpoint), [message(ordering_key="k")]).run()
    [request] = endpoint.requests
    sent = request["message"]
    assert (b64decode(sent["data"]), sent["orderingKey"], request["subscription"]) == (b"{}", "k", NAME)
    assert sent["publishTime"] == sent["publish_time"] == "2026-01-02T12:00:00.000Z"
