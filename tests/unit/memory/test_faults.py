"""Each kind of fault does what it says, none loses a message, and equal seeds give equal runs."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from cloudless import App, Retry
from cloudless.errors import InvalidArgument, RemoteError, UnknownOption
from cloudless.testing import Fault, Faults, Simulation, simulate

EVERYTHING = Faults(duplicate=0.1, reorder=0.2, delay=0.1, crash=0.1, throttle=0.1, slow=0.05)
TRACE = "75375c"


class Shop:
    """An app of every kind of handler, which notes what it does."""

    def __init__(self) -> None:
        self.app = App("shop")
        self.noted: list[Any] = []
        self.orders = self.app.queue("orders", dict[str, int], retry=Retry(attempts=9))
        self.lines = self.app.ordered_queue("lines", dict[str, int], retry=Retry(attempts=99))
        self.placed = self.app.topic("placed", dict[str, int])
        self._register()

    def _register(self) -> None:
        app, noted, placed, orders = self.app, self.noted, self.placed, self.orders

        @orders.consumer
        def take(order: dict[str, int]) -> None:
            noted.append(("begin", order["n"]))
            placed.publish(order)
            placed.publish(order)
            noted.append(("end", order["n"]))

        @placed.subscriber
        async def pack(order: dict[str, int]) -> None:
            noted.append(("pack", order["n"]))

        @self.lines.consumer
        def fold(line: dict[str, int]) -> None:
            noted.append(("fold", line["n"]))

        @app.function
        def double(number: int) -> int:
            noted.append(("double", number))
            return number * 2

        @app.post("/orders", public=True)
        def create(order: dict[str, int]) -> None:
            orders.send(order)
            noted.append(("created", order["n"]))

        self.take, self.pack, self.fold, self.double, self.create = take, pack, fold, double, create


@pytest.fixture
def shop() -> Shop:
    return Shop()


def outcomes(cloud: Simulation, handler: Any) -> list[str]:
    return [call.outcome for call in cloud.calls(handler)]


def test_without_a_named_fault_everything_happens_in_order(shop: Shop) -> None:
    with simulate(shop.app, faults=[]) as cloud:
        shop.orders.send_all([{"n": n} for n in range(50)])
        cloud.run()
        assert [n for what, n in shop.noted if what == "end"] == list(range(50))


@pytest.mark.parametrize(
    ("options", "effects"),
    [
        ({}, []),
        ({"effect": 1}, ["begin", "pack"]),
        ({"effect": 2}, ["begin", "pack", "pack"]),
        ({"after": True}, ["begin", "end", "pack", "pack"]),
        ({"effect": 9}, ["begin", "end", "pack", "pack"]),
    ],
)
def test_a_crash_comes_before_in_the_middle_of_or_after_the_effects(
    shop: Shop, options: dict[str, Any], effects: list[str]
) -> None:
    with simulate(shop.app, faults=[Fault("crash", shop.take, **options)]) as cloud:
        shop.orders.send({"n": 1})
        cloud.advance(timedelta(seconds=1))
        assert [what for what, _ in shop.noted] == effects
        cloud.run()
        assert outcomes(cloud, shop.take) == ["crash", "done"]


def test_a_crash_comes_before_a_line(shop: Shop) -> None:
    line = shop.take.function.__code__.co_firstlineno + 4
    for place in (line, f"test_faults.py:{line}"):
        shop.noted.clear()
        with simulate(shop.app, faults=[Fault("crash", "take", line=place)]) as cloud:
            shop.orders.send({"n": 1})
            cloud.advance(timedelta(seconds=1))
            assert [what for what, _ in shop.noted] == ["begin", "pack"]


def test_a_duplicate_comes_again_although_it_was_done(shop: Shop) -> None:
    with simulate(shop.app, faults=[Fault("duplicate", "take", seconds=5)]) as cloud:
        shop.orders.send({"n": 1})
        cloud.run()
        first, second = cloud.calls(shop.take)
        assert (first.outcome, second.outcome, second.attempt) == ("done", "done", 1)
        assert second.at - first.at == timedelta(seconds=5)


def test_a_message_that_is_reordered_lets_others_go_first(shop: Shop) -> None:
    with simulate(shop.app, faults=[Fault("reorder", "take", skip=2)]) as cloud:
        shop.orders.send_all([{"n": n} for n in range(4)])
        cloud.run()
        assert [n for what, n in shop.noted if what == "begin"] == [2, 0, 1, 3]


def test_a_message_that_is_delayed_comes_later(shop: Shop) -> None:
    with simulate(shop.app, faults=[Fault("delay", "take", seconds=30)]) as cloud:
        shop.orders.send_all([{"n": 1}, {"n": 2}])
        cloud.run()
        assert [call.body["n"] for call in cloud.calls(shop.take)] == [2, 1]


def test_a_client_call_that_is_throttled_stores_nothing_and_the_handler_is_tried_again(shop: Shop) -> None:
    with simulate(shop.app, faults=[Fault("throttle", "take", effect=2)]) as cloud:
        shop.orders.send({"n": 1})
        cloud.run()
        assert outcomes(cloud, shop.take) == ["again", "done"]
        assert [what for what, _ in shop.noted] == ["begin", "pack", "begin", "end", "pack", "pack"]
        assert cloud.calls(shop.take)[0].error.type == "Unavailable"  # type: ignore[union-attr]


def test_while_a_handler_is_slow_others_go_on(shop: Shop) -> None:
    with simulate(shop.app, faults=[Fault("slow", "take", effect=1)]) as cloud:
        shop.orders.send_all([{"n": 1}, {"n": 2}])
        cloud.run()
        assert [one for one in shop.noted if one[0] != "pack"] == [("begin", 1), ("begin", 2), ("end", 2), ("end", 1)]
        assert outcomes(cloud, shop.take) == ["done", "done"]


def test_a_handler_that_is_slower_than_its_time_out_is_given_up_after_its_effects(shop: Shop) -> None:
    with simulate(shop.app, faults=[Fault("slow", "take", after=True, seconds=61)]) as cloud:
        shop.orders.send({"n": 1})
        cloud.run()
        assert outcomes(cloud, shop.take) == ["time-out", "done"]


def test_an_ordered_queue_stays_in_order_under_every_fault(shop: Shop) -> None:
    for seed in range(20):
        shop.noted.clear()
        with simulate(shop.app, seed=seed, faults=EVERYTHING) as cloud:
            shop.lines.send_all([{"n": n} for n in range(20)], group="a")
            cloud.run()
            numbers = [n for _, n in shop.noted]
            assert list(dict.fromkeys(numbers)) == list(range(20))
            assert numbers == sorted(numbers)


def test_a_function_that_crashes_tells_its_caller(shop: Shop) -> None:
    with simulate(shop.app, faults=[Fault("crash", "double", after=True)]):
        with pytest.raises(RemoteError, match="Crashed"):
            shop.double.invoke(1)
        assert shop.double.invoke(2) == 4
    assert shop.noted == [("double", 1), ("double", 2)]


def test_an_endpoint_that_crashes_or_is_throttled_or_slow_answers_5xx(shop: Shop) -> None:
    faults = [
        Fault("crash", "create", 1, effect=1),
        Fault("throttle", "create", 2),
        Fault("slow", "create", 3, seconds=30),
    ]
    with simulate(shop.app, faults=faults) as cloud:
        assert [cloud.http.post("/orders", json={"n": n}).status for n in range(4)] == [502, 503, 504, 204]
        cloud.run()
        assert sorted(call.body["n"] for call in cloud.calls(shop.take)) == [0, 2, 3]


def test_nothing_is_lost_under_every_fault(shop: Shop) -> None:
    for seed in range(20):
        shop.noted.clear()
        with simulate(shop.app, seed=seed, faults=EVERYTHING) as cloud:
            shop.orders.send_all([{"n": n} for n in range(100)])
            cloud.run()
            dead = {letter.body["n"] for letter in cloud.dead_letters(shop.orders)}
            assert dead | {n for what, n in shop.noted if what == "end"} == set(range(100))


def trace_of(shop: Shop, seed: int, faults: Faults | None) -> str:
    with simulate(shop.app, seed=seed, faults=faults) as cloud:
        shop.orders.send_all([{"n": n} for n in range(100)])
        shop.lines.send_all([{"n": n} for n in range(9)], group="a")
        cloud.run()
        return hashlib.sha256("\n".join(map(repr, cloud.trace)).encode()).hexdigest()[:6]


def test_equal_seeds_give_equal_traces_on_every_version_of_python(shop: Shop) -> None:
    assert trace_of(shop, 7, EVERYTHING) == trace_of(shop, 7, EVERYTHING) == TRACE
    assert len({trace_of(shop, seed, EVERYTHING) for seed in range(5)}) == 5
    assert trace_of(shop, 7, None) != TRACE


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Fault("crashes", "take"), "did you mean 'crash'"),
        (lambda: Fault("crash", "take", 0), "counted from 1"),
        (
            lambda: Fault("crash", "take", effekt=1),  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
            "did you mean 'effect'",
        ),
        (lambda: Faults(crash=2), r"Faults\(crash=2\): a chance is 0 to 1"),
        (lambda: Faults(crash="often"), "give a number"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        (lambda: Faults(crashes=1), "did you mean 'crash'"),  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    ],
)
def test_what_is_no_fault_is_refused(make: Any, text: str) -> None:
    with pytest.raises((InvalidArgument, UnknownOption), match=text):
        make()
