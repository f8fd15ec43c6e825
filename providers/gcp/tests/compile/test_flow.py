"""What is there before what: subscriptions before who sends, functions before what pushes to them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from cloudless import App
from cloudless.ir import Application
from cloudless_gcp.compile.circle import circles
from cloudless_gcp.compile.permission import TOPIC_MEMBER
from cloudless_gcp.compile.wait import HOLDS_S
from providers.gcp.tests.compile import documents
from providers.gcp.tests.compile.documents import document, example, program

SUBSCRIPTION, FUNCTION = "google_pubsub_subscription", "google_cloudfunctions2_function"
_REFERENCE = re.compile(r"\b((?:google_|time_sleep)\w*\.[\w-]+)")


class Order:
    """What of a document comes after what, by references and `depends_on`."""

    def __init__(self, made: Mapping[str, Any]) -> None:
        self.blocks = {
            f"{type}.{label}": one for type, labels in made["resource"].items() for label, one in labels.items()
        }
        self._locals = made.get("locals", {})
        self._before = {address: self._referred(one) for address, one in self.blocks.items()}

    def _referred(self, block: Mapping[str, Any]) -> set[str]:
        text = json.dumps({key: part for key, part in block.items() if key != "//"})
        for name in re.findall(r"\blocal\.([\w-]+)", text):
            text += json.dumps(self._locals.get(name))
        return {one for one in _REFERENCE.findall(text) if one in self.blocks}

    def before(self, address: str) -> set[str]:
        """All that is there before a resource."""
        found: set[str] = set()
        waiting = [address]
        while waiting:
            new = self._before[waiting.pop()] - found
            found |= new
            waiting += new
        return found


def fed(order: Order) -> Iterator[tuple[str, str]]:
    """Subscriptions that push, and the functions that they push to."""
    functions = {one["name"]: label for label, one in order.blocks.items() if label.startswith(f"{FUNCTION}.")}
    for address, one in order.blocks.items():
        if address.startswith(f"{SUBSCRIPTION}.") and "push_config" in one:
            yield address, functions[one["push_config"]["push_endpoint"].rpartition("/")[2]]


def sent(order: Order) -> Iterator[tuple[str, str]]:
    """Functions, and subscriptions of what they may publish to: read off the members of policies."""
    for address, one in order.blocks.items():
        label, _, what = address.partition(".")[2].partition("--sends--")
        if address.startswith(f"{TOPIC_MEMBER}.") and what and f"{FUNCTION}.{label}" in order.blocks:
            yield from ((f"{FUNCTION}.{label}", other) for other in taking(order, one["topic"]))


def taking(order: Order, topic: str) -> Iterator[str]:
    for address, one in order.blocks.items():
        if address.startswith(f"{SUBSCRIPTION}.") and one["topic"] == topic:
            yield address


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_nothing_is_sent_before_its_subscription_is_there(application: Callable[[], Application]) -> None:
    """Or it is sent by who is called through subscriptions alone, of which each is made after it."""
    order = Order(document(application()))
    feeds: dict[str, set[str]] = {}
    for subscription, function in fed(order):
        feeds.setdefault(function, set()).add(subscription)
    for function, subscription in sent(order):
        if subscription not in order.before(function):
            assert feeds[function], (function, subscription)
            for one in feeds[function] - {subscription}:
                assert subscription in order.before(one) or one in order.before(subscription), (function, one)


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_nothing_is_pushed_before_its_function_may_be_called(application: Callable[[], Application]) -> None:
    order = Order(document(application()))
    for subscription, function in fed(order):
        before, label = order.before(subscription), function.partition(".")[2]
        member = f"google_cloud_run_v2_service_iam_member.cloudless--push--calls--{label}"
        assert {function, member, f"time_sleep.{label}"} <= before, (subscription, function)
        assert order.blocks[f"time_sleep.{label}"]["create_duration"] == f"{HOLDS_S}s"


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_dead_letters_have_somewhere_to_go_before_anything_is_pushed(application: Callable[[], Application]) -> None:
    order = Order(document(application()))
    for subscription, _ in fed(order):
        letters = order.blocks[subscription]["dead_letter_policy"]["dead_letter_topic"]
        for other in taking(order, letters):
            assert other in order.before(subscription) or subscription in order.before(other)


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_functions_and_builds_wait_until_what_they_may_holds(application: Callable[[], Application]) -> None:
    order = Order(document(application()))
    functions = [address for address in order.blocks if address.startswith(f"{FUNCTION}.")]
    if not functions:
        return
    held = order.before("time_sleep.cloudless--roles")
    builds = [one for one in order.blocks if one.rpartition("--")[0].endswith(".cloudless--build")]
    assert len(builds) == 3
    assert held.issuperset(builds)
    for function in functions:
        own = {one for one in order.blocks if one.partition(".")[2].startswith(f"{function.partition('.')[2]}--")}
        calls = {one for one in own if one.startswith("google_cloud_run_v2_service_iam_member.")}
        assert own - calls <= held
        assert "time_sleep.cloudless--roles" in order.before(function)


def test_ticks_begin_when_there_is_somebody_for_them() -> None:
    order = Order(document(example("02-orders")))
    assert {f"{SUBSCRIPTION}.repair", f"{FUNCTION}.repair"} <= order.before("google_cloud_scheduler_job.repair")


def recursive() -> App:
    app = App("shop")
    pages = app.queue("pages", dict[str, int])

    @pages.consumer(recursive=True)
    def read(page: dict[str, int]) -> None:
        pages.send(page)

    return app


def test_who_sends_to_its_own_queue_is_there_before_its_subscription() -> None:
    """All that it gets has come through that subscription."""
    order = Order(document(program(recursive())))
    assert f"{FUNCTION}.read" in order.before(f"{SUBSCRIPTION}.pages")
    assert f"{SUBSCRIPTION}.pages" not in order.before(f"{FUNCTION}.read")


def circle() -> App:
    app = App("shop")
    ping, pong = app.queue("ping", dict[str, int]), app.queue("pong", dict[str, int])

    @ping.consumer(recursive=True)
    def hit(ball: dict[str, int]) -> None:
        pong.send(ball)

    @pong.consumer
    def back(ball: dict[str, int]) -> None:
        ping.send(ball)

    @app.post("/serve", public=True)
    def serve(ball: dict[str, int]) -> None:
        ping.send(ball)

    return app


def test_in_a_circle_subscriptions_come_first_and_who_sends_into_it_last() -> None:
    order = Order(document(program(circle())))
    subscriptions = {f"{SUBSCRIPTION}.ping", f"{SUBSCRIPTION}.pong"}
    assert f"{SUBSCRIPTION}.pong" in order.before(f"{FUNCTION}.hit")
    assert f"{SUBSCRIPTION}.ping" in order.before(f"{FUNCTION}.back")
    assert subscriptions | {"time_sleep.hit", "time_sleep.back"} <= order.before(f"{FUNCTION}.serve")
    for one in subscriptions:
        assert not {f"{FUNCTION}.hit", f"{FUNCTION}.back"} & order.before(one)


def test_who_sends_dead_letters_again_is_no_circle() -> None:
    app = App("shop")
    orders = app.queue("orders", dict[str, int])

    @orders.consumer
    def take(order: dict[str, int]) -> None: ...

    @orders.dead_letters.consumer
    def again(order: dict[str, int]) -> None:
        orders.send(order)

    order = Order(document(program(app)))
    assert {f"{SUBSCRIPTION}.orders-dead-letters", f"{FUNCTION}.again", f"{FUNCTION}.take"} <= order.before(
        f"{SUBSCRIPTION}.orders"
    )


def test_letters_that_find_a_way_back_are_a_circle() -> None:
    app = App("shop")
    orders, repairs = app.queue("orders", dict[str, int]), app.queue("repairs", dict[str, int])

    @orders.consumer
    def take(order: dict[str, int]) -> None: ...

    @orders.dead_letters.consumer
    def give(order: dict[str, int]) -> None:
        repairs.send(order)

    @repairs.consumer
    def repair(order: dict[str, int]) -> None:
        orders.send(order)

    order = Order(document(program(app)))
    assert f"{SUBSCRIPTION}.orders-dead-letters" in order.before(f"{SUBSCRIPTION}.orders")
    assert f"{SUBSCRIPTION}.repairs" in order.before(f"{FUNCTION}.give")
    assert f"{SUBSCRIPTION}.orders" in order.before(f"{FUNCTION}.repair")
    assert not [one for one in order.blocks if one in order.before(one)]


@pytest.mark.parametrize(
    "member",
    [
        "google_pubsub_topic_iam_member.cloudless--callers--topics",
        "google_cloud_tasks_queue_iam_member.cloudless--callers--delays",
    ],
)
def test_others_may_send_once_everything_is_there(member: str) -> None:
    order = Order(document(program(circle())))
    before = order.before(member)
    assert {f"{SUBSCRIPTION}.ping", f"{SUBSCRIPTION}.pong", "time_sleep.hit", "time_sleep.back"} <= before


@pytest.mark.parametrize(
    ("after", "found"),
    [
        ({"a": "b", "b": "c", "c": ""}, []),
        ({"a": "a", "b": ""}, ["a"]),
        ({"a": "b", "b": "a", "c": "a", "d": "c"}, ["ab"]),
        ({"a": "b", "b": "ac", "c": "d", "d": "ce", "e": ""}, ["ab", "cd"]),
        ({"a": "bc", "b": "c", "c": "d", "d": "b"}, ["bcd"]),
        ({"a": "b", "b": "c", "c": "ad", "d": "b", "e": "ad"}, ["abcd"]),
    ],
)
def test_circles_are_found(after: dict[str, str], found: list[str]) -> None:
    assert circles(after) == {node: frozenset(circle) for circle in found for node in circle}


def test_a_circle_may_be_long() -> None:
    after = {str(number): [str((number + 1) % 10_000)] for number in range(10_000)}
    assert len(circles(after)["0"]) == 10_000
