"""A cloud that goes on from the state of another one: nothing is lost, nothing is done twice that was done."""

from collections.abc import Callable
from datetime import timedelta
from json import dumps, loads
from typing import Any

import pytest

from cloudless import App, Retry, gather, sleep
from cloudless.memory.state import resume, state_of
from cloudless.testing import Simulation, simulate

app = App("relay")
orders = app.queue("orders", dict[str, Any], retry=Retry(attempts=3, delay=timedelta(seconds=10)))
lanes = app.ordered_queue("lanes", int, retry=Retry(attempts=2, delay=timedelta(seconds=10)))
placed = app.topic("placed", dict[str, Any])
approval = app.event("approval", bool)
done: list[Any] = []
broken: set[str] = set()


@orders.consumer(once_by="id")
def take(order: dict[str, Any]) -> None:
    if "take" in broken:
        raise ConnectionError("down")
    done.append(("take", order["id"]))
    placed.publish(order)


@placed.subscriber
def pack(order: dict[str, Any]) -> None:
    done.append(("pack", order["id"]))


@lanes.consumer
def drive(number: int) -> None:
    if "drive" in broken:
        raise ConnectionError("closed")
    done.append(("drive", number))


@app.function(retry=Retry(attempts=3, delay=timedelta(seconds=5)))
def charge(amount: int) -> int:
    if "charge" in broken:
        broken.remove("charge")
        raise ConnectionError("bank")
    done.append(("charge", amount))
    return amount * 2


@app.orchestration
def buy(amount: int) -> int:
    first = charge(amount)
    sleep(timedelta(hours=1))
    if not approval.wait(timeout=timedelta(days=1)):
        return 0
    second, third = gather(charge(first), charge(first + 1))
    return second + third


other = App("relay")
others = other.queue("others", str)


@pytest.fixture(autouse=True)
def fresh() -> None:
    done.clear()
    broken.clear()


def handed_over(before: Simulation, after: Simulation) -> list[str]:
    """What has no place in the other cloud; through JSON, as between processes."""
    return resume(after.cloud, loads(dumps(state_of(before.cloud))))


def relay(*legs: Callable[[Simulation], object]) -> None:
    """Each leg in a cloud of its own, which goes on from the one before."""
    state: Any = None
    for number, leg in enumerate(legs):
        start = {} if state is None else {"start": _time(state["now_us"])}
        with simulate(app, seed=number, **start) as cloud:
            if state is not None:
                assert resume(cloud.cloud, state) == []
            leg(cloud)
            state = loads(dumps(state_of(cloud.cloud)))


def _time(us: int) -> Any:
    from cloudless.message import utc

    return utc(us / 1_000_000)


def test_messages_that_nobody_has_delivered_are_delivered() -> None:
    relay(lambda _: orders.send({"id": 1}), lambda cloud: cloud.run())
    assert done == [("take", 1), ("pack", 1)]


def test_delays_and_back_off_end_when_they_would_have_ended() -> None:
    def send(cloud: Simulation) -> None:
        broken.add("take")
        orders.send({"id": 1})
        orders.send({"id": 2}, delay=timedelta(minutes=5))
        cloud.run_until(lambda: any(call.outcome == "again" for call in cloud.calls(take)))

    def wait(cloud: Simulation) -> None:
        broken.clear()
        cloud.advance(timedelta(minutes=1))
        assert [call.attempt for call in cloud.calls(take)] == [2]
        assert done == [("take", 1), ("pack", 1)]

    relay(send, wait, lambda cloud: cloud.advance(timedelta(minutes=4)))
    assert done[2:] == [("take", 2), ("pack", 2)]


def test_a_group_keeps_its_order_and_waits_for_its_back_off() -> None:
    def send(cloud: Simulation) -> None:
        broken.add("drive")
        lanes.send_all([1, 2, 3], group="a")
        cloud.run_until(lambda: len(cloud.calls(drive)) == 1)

    def stay(cloud: Simulation) -> None:
        broken.clear()
        cloud.advance(timedelta(seconds=1))
        assert done == []

    relay(send, stay, lambda cloud: cloud.advance(timedelta(minutes=1)))
    assert done == [("drive", 1), ("drive", 2), ("drive", 3)]


def test_dead_letters_stay_with_their_errors() -> None:
    def fail(cloud: Simulation) -> None:
        broken.add("take")
        orders.send({"id": 1})
        cloud.run()

    def look(cloud: Simulation) -> None:
        broken.clear()
        (letter,) = cloud.dead_letters(orders)
        assert (letter.error.type, letter.error.attempt) == ("ConnectionError", 3)
        orders.dead_letters.redrive()
        cloud.run()

    relay(fail, look)
    assert done == [("take", 1), ("pack", 1)]


def test_what_was_done_once_is_not_done_again() -> None:
    def send(cloud: Simulation) -> None:
        orders.send({"id": 1})
        cloud.run()

    relay(send, send)
    assert done == [("take", 1), ("pack", 1)]


def test_an_execution_outlives_every_process() -> None:
    def start(cloud: Simulation) -> None:
        buy.options(id="b").start(5)
        cloud.run()

    def approve(cloud: Simulation) -> None:
        approval.send("b", True)

    def result(cloud: Simulation) -> None:
        assert buy.execution("b").result() == 42

    hour = timedelta(hours=1)
    relay(start, lambda cloud: cloud.advance(hour), approve, result, result)
    assert done[:1] + sorted(done[1:]) == [("charge", 5), ("charge", 10), ("charge", 11)]


@pytest.mark.parametrize("events", range(14))
def test_an_execution_may_be_handed_over_after_anything_that_happens(events: int) -> None:
    count = 0

    def is_over() -> bool:
        nonlocal count
        count += 1
        return count > events

    def start(cloud: Simulation) -> None:
        broken.add("charge")  # the first attempt
        buy.options(id="b").start(5)
        approval.send("b", True)
        cloud.cloud.world.run_until(is_over, 2 * 86_400 * 1_000_000)

    def end(cloud: Simulation) -> None:
        assert buy.execution("b").result() == 42
        assert sorted(done) == [("charge", 5), ("charge", 10), ("charge", 11)]

    relay(start, end)


def test_an_event_that_came_before_its_wait_is_kept() -> None:
    def start(cloud: Simulation) -> None:
        buy.options(id="b").start(1)
        approval.send("b", False)
        cloud.run()

    def result(cloud: Simulation) -> None:
        assert buy.execution("b").result() == 0

    relay(start, result)


def test_a_timeout_of_a_wait_ends_when_it_would_have_ended() -> None:
    def start(cloud: Simulation) -> None:
        buy.options(id="b").start(1)
        cloud.advance(timedelta(hours=2))

    def wait(cloud: Simulation) -> None:
        cloud.advance(timedelta(hours=22))
        assert buy.execution("b").status() == "running"
        cloud.advance(timedelta(hours=2))
        assert buy.execution("b").status() == "failed"

    relay(start, wait)


def test_what_has_no_place_any_more_is_said() -> None:
    with simulate(app) as before:
        orders.send({"id": 1})
        orders.send({"id": 2}, delay=timedelta(seconds=1))
        buy.options(id="b").start(1)
        with simulate(other) as after:
            lost = handed_over(before, after)
    assert lost == ["2 messages of 'orders', which is gone", "execution 'b', whose orchestration is gone"]


def test_an_execution_goes_on_with_the_definition_that_it_began_with() -> None:
    changed = App("relay")
    agreed = changed.event("approval", bool)

    @changed.function
    def charge(amount: int) -> int:
        return amount + 100

    @changed.orchestration
    def buy(amount: int) -> int:
        agreed.wait()
        return charge(amount)

    def start(cloud: Simulation) -> Any:
        globals()["buy"].options(id="b").start(5)
        cloud.run()
        return loads(dumps(state_of(cloud.cloud)))

    with simulate(app) as before:
        state = start(before)
    with simulate(changed, start=_time(state["now_us"])) as after:
        assert resume(after.cloud, state) == []
        agreed.send("b", True)
        assert buy.execution("b").result() == 110 + 111  # its own steps, and the functions that there are now
        assert buy.options(id="c").start(1).status() == "running"


def test_a_step_whose_function_is_gone_fails() -> None:
    smaller = App("relay")
    agreed = smaller.event("approval", bool)

    @smaller.orchestration
    def buy(amount: int) -> int:
        agreed.wait()
        return amount

    with simulate(app) as before:
        globals()["buy"].options(id="b").start(5)
        before.run()
        state = loads(dumps(state_of(before.cloud)))
    with simulate(smaller, start=_time(state["now_us"])) as after:
        resume(after.cloud, state)
        agreed.send("b", True)
        after.advance(timedelta(days=2))
        error = buy.execution("b").error
        assert error is not None and "there is no function 'charge'" in error.message
