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
TRACE = "12d5d9"


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
        assert [n for what, n in shop.noted if what == "begin"] == [1, 2, 0, 3]


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


def test_a_crash_in_the_middle_is_a_death_whatever_the_code_catches() -> None:
    app = App("shop")
    inbox, outbox = app.queue("inbox", dict[str, int]), app.queue("outbox", dict[str, str])

    @inbox.consumer
    def take(body: dict[str, int]) -> None:
        try:
            outbox.send({"what": "work"})
        except BaseException:  # noqa: BLE001
            outbox.send({"what": "survived"})
        finally:
            outbox.send({"what": "cleanup"})

    with simulate(app, faults=[Fault("crash", take, effect=1)]) as cloud:
        inbox.send({"n": 1})
        cloud.advance(timedelta(seconds=1))
        assert [body["what"] for body in cloud.sent(outbox)] == ["work"]
        assert outcomes(cloud, take) == ["crash"]
        cloud.run()


def test_time_never_runs_backwards_after_a_callee_ran_out_of_it() -> None:
    app = App("calls")
    numbers, results = app.queue("numbers", int), app.queue("results", int)

    @app.function(timeout=timedelta(seconds=5))
    def slow(number: int) -> int:
        return number

    @numbers.consumer
    def take(number: int) -> None:
        try:
            slow.invoke(number)
        except TimeoutError:
            results.send(number)
        results.send(number)

    faults = [Fault("slow", slow, seconds=30), Fault("slow", take, effect=2, seconds=20)]
    with simulate(app, faults=faults) as cloud:
        numbers.send(1)
        cloud.run()
        times = [event.at_us for event in cloud.trace if event.kind in {"send", "invoke"}]
        assert times == sorted(times)


def test_a_fault_at_a_line_strikes_its_own_call_and_not_one_that_it_makes() -> None:
    app = App("lines")
    numbers = app.queue("numbers", int)
    seen: list[str] = []

    def helper(who: str) -> None:
        seen.append(who)

    @app.function
    def callee() -> None:
        helper("callee")

    @numbers.consumer
    def caller(number: int) -> None:
        callee.invoke()
        helper("caller")

    line = helper.__code__.co_firstlineno + 1
    with simulate(app, faults=[Fault("crash", caller, line=line)]) as cloud:
        numbers.send(1)
        cloud.advance(timedelta(seconds=1))
        assert seen == ["callee"]
        assert outcomes(cloud, caller) == ["crash"]


def test_a_slow_delivery_can_be_a_duplicate_as_well(shop: Shop) -> None:
    with simulate(shop.app, faults=[Fault("duplicate", "take"), Fault("slow", "take")]) as cloud:
        shop.orders.send_all([{"n": 1}, {"n": 2}])
        cloud.run()
        assert sorted(call.body["n"] for call in cloud.calls(shop.take)) == [1, 1, 2]


def test_a_delivery_that_goes_on_beyond_its_lock_meets_its_own_redelivery(shop: Shop) -> None:
    with simulate(shop.app, faults=[Fault("slow", "take", effect=1, seconds=400)]) as cloud:
        shop.orders.send({"n": 1})
        cloud.run()
        assert [one for one in shop.noted if one[0] != "pack"] == [("begin", 1), ("begin", 1), ("end", 1), ("end", 1)]
        assert outcomes(cloud, shop.take) == ["done", "time-out"]


def test_no_message_is_held_back_or_copied_for_ever(shop: Shop) -> None:
    with simulate(shop.app, faults=Faults(delay=1, duplicate=1)) as cloud:
        shop.orders.send({"n": 1})
        shop.lines.send({"n": 1}, group="a")
        cloud.run()
        assert len(cloud.calls(shop.take)) == 2
        assert len(cloud.calls(shop.fold)) == 2


def test_groups_keep_the_order_in_which_they_were_sent_to(shop: Shop) -> None:
    with simulate(shop.app, faults=[]) as cloud:
        for n, group in enumerate("cab"):
            shop.lines.send({"n": n}, group=group)
        cloud.run()
        assert [n for _, n in shop.noted] == [0, 1, 2]


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
        (lambda: Fault("crash", "take", line="app.py"), "give a number, or a file and one"),
        (lambda: Fault("crash", "take", line=True), "give a number, or a file and one"),
        (lambda: Fault("crash", "take", effect=1, after=True), "three places; give one"),
        (lambda: Fault("duplicate", "take", line=3), "has no line: it takes seconds"),
        (lambda: Fault("crash", None), "give a handler of the app"),
        (lambda: simulate(App("a"), faults=[Fault("crash", "take")]).__enter__(), "has no such handler"),
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
