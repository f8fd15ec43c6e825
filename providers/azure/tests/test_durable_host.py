"""The stand-in for the Durable extension does what the real one does, as far as orchestrators can tell."""

from __future__ import annotations

import json
from collections.abc import Generator
from datetime import timedelta
from typing import Any

import pytest

from providers.azure.tests.durable.actions import NotDeterministic
from providers.azure.tests.durable.chaos import Chaos, CrashAt, Hostile
from providers.azure.tests.durable.host import Host, plain, reparsed, replayed
from providers.azure.tests.durable.instance import Instance

pytestmark = pytest.mark.filterwarnings("ignore:azure.functions df_loads was called without expected_type")
Waits = Generator[Any, Any, Any]


class Tried:
    """One orchestrator on a host, with activities that add one, fail, or note that they ran."""

    def __init__(self, orchestrator: Any, chaos: Chaos | None = None, *, slow_s: float = 5) -> None:
        self.ran: list[Any] = []
        self.host = Host(
            {"main": replayed(orchestrator), "child": replayed(child)},
            {"add": plain(self.add), "slow": plain(self.add), "fail": plain(fail)},
            latency=lambda name, input: slow_s if name == "slow" else 0,
            chaos=chaos,
        )

    def add(self, number: int) -> int:
        self.ran.append(number)
        return number + 1

    def run(self, input: Any = None) -> Instance:
        instance = self.host.start("main", input, "one")
        self.host.run()
        return instance


def fail(number: int) -> int:
    raise ValueError(f"no {number}")


def child(context: Any) -> Waits:
    found = yield context.call_activity("add", context.get_input())
    if found > 100:
        raise RuntimeError("too much")
    return found


def in_sequence(context: Any) -> Waits:
    found = 0
    for _ in range(context.get_input()):
        found = yield context.call_activity("add", found)
    return found


def all_at_once(context: Any) -> Waits:
    return (yield context.task_all([context.call_activity("add", number) for number in range(context.get_input())]))


def test_each_result_is_a_turn() -> None:
    instance = Tried(in_sequence).run(3)
    assert (instance.status, instance.output, instance.turns) == ("Completed", 3, 4)


def test_what_arrives_together_is_one_turn() -> None:
    instance = Tried(all_at_once).run(20)
    assert (instance.output, instance.turns) == (list(range(1, 21)), 2)


@pytest.mark.parametrize("seed", range(5))
def test_a_hostile_host_gives_the_same_in_another_order(seed: int) -> None:
    tried = Tried(all_at_once, Hostile(seed))
    instance = tried.run(20)
    assert instance.output == list(range(1, 21))
    assert set(tried.ran) == set(range(20))
    assert tried.ran[:20] != list(range(20))


def test_an_activity_whose_result_is_lost_runs_again() -> None:
    tried = Tried(in_sequence, CrashAt(activity=1))
    assert tried.run(3).output == 3
    assert tried.ran == [0, 1, 1, 2]


def test_a_turn_whose_worker_is_lost_is_repeated() -> None:
    tried = Tried(in_sequence, CrashAt(turn=2))
    assert (tried.run(3).output, tried.ran, tried.host.repeated) == (3, [0, 1, 2], 1)


def test_an_orchestrator_that_does_not_repeat_itself_is_found_out() -> None:
    numbers = iter(range(10))

    def fickle(context: Any) -> Waits:
        yield context.call_activity("add", next(numbers))
        yield context.call_activity("add", 0)

    with pytest.raises(NotDeterministic, match="action 0 was"):
        Tried(fickle).run()


def test_time_is_virtual_and_long_timers_are_made_of_short_ones() -> None:
    def month(context: Any) -> Waits:
        began = context.current_utc_datetime
        yield context.create_timer(began + timedelta(days=30))
        return (context.current_utc_datetime - began).total_seconds()

    tried = Tried(month)
    instance = tried.run()
    assert instance.output == tried.host.now_s == 30 * 86_400
    assert len(instance.actions) == 9  # of three days, and the last of six


def test_a_cancelled_timer_does_not_fire() -> None:
    def hurried(context: Any) -> Waits:
        timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
        slow = context.call_activity("slow", 1)
        assert (yield context.task_any([slow, timer])) is slow
        timer.cancel()
        return (yield context.call_activity("slow", 2))

    tried = Tried(hurried)
    instance = tried.run()
    assert (instance.status, instance.output, instance.turns) == ("Completed", 3, 3)


@pytest.mark.parametrize(("cancels", "ended_s"), [(True, 5), (False, 3_600)])
def test_a_timer_that_is_not_cancelled_keeps_an_instance_running(cancels: bool, ended_s: float) -> None:
    def left(context: Any) -> Waits:
        timer = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
        slow = context.call_activity("slow", 1)
        yield context.task_all([context.call_activity("add", 1)])
        yield context.task_any([slow])
        yield context.task_any([timer, slow])
        if cancels:
            timer.cancel()

    tried = Tried(left)
    tried.host.start("main", None, "one")
    tried.host.run(until_s=5)
    assert (tried.host.instances["one"].status == "Completed") is (ended_s == 5)


def test_events_are_given_out_as_the_sdk_does_it() -> None:
    def two(context: Any) -> Waits:
        first = yield context.wait_for_external_event("go")
        second = yield context.wait_for_external_event("go")
        return [first, second]

    tried = Tried(two)
    instance = tried.host.start("main", None, "one")
    tried.host.send("one", "go", "a", at_s=1)
    tried.host.send("one", "go", "b", at_s=2)
    tried.host.run()
    assert instance.output == ["a", "b"]


def test_the_extension_awaits_one_action_after_the_other() -> None:
    """An event that comes early leaves it waiting for the next one, while the SDK has long gone on."""

    def stuck(context: Any) -> Waits:
        inbox, slow = context.wait_for_external_event("go"), context.call_activity("slow", 1)
        assert (yield context.task_any([inbox, slow])) is inbox
        inbox = context.wait_for_external_event("go")
        assert (yield context.task_any([inbox, slow])) is slow
        return (yield context.call_activity("add", 7))

    tried = Tried(stuck)
    instance = tried.host.start("main", None, "one")
    tried.host.send("one", "go", "early", at_s=1)
    tried.host.run()
    assert (instance.status, tried.ran) == ("Running", [1])
    tried.host.send("one", "go", "late", at_s=60)
    tried.host.run()
    assert (instance.status, tried.ran) == ("Completed", [1, 7])


def test_a_child_is_an_instance_of_its_own() -> None:
    def parent(context: Any) -> Waits:
        found = yield context.call_sub_orchestrator("child", 1)
        try:
            yield context.call_sub_orchestrator("child", 100)
        except Exception as error:  # noqa: BLE001  (the SDK raises nothing else)
            return [found, str(error)]

    tried = Tried(parent)
    found, error = tried.run().output
    assert found == 2
    assert "Orchestrator function 'child' failed: too much" in error
    assert list(tried.host.instances) == ["one", "one:0", "one:1"]


def test_an_activity_that_raises_leaves_a_text() -> None:
    def caught(context: Any) -> Waits:
        try:
            yield context.call_activity("fail", 1)
        except Exception as error:  # noqa: BLE001  (the SDK raises nothing else)
            return [type(error).__name__, str(error)]

    kind, text = Tried(caught).run().output
    assert kind == "Exception"
    assert text.startswith("Activity function 'fail' failed: ValueError: no 1")


def test_a_failure_is_a_text() -> None:
    def failing(context: Any) -> Waits:
        yield context.call_activity("add", 1)
        raise KeyError("k")

    instance = Tried(failing).run()
    assert (instance.status, instance.output) == ("Failed", "Orchestrator function 'main' failed: 'k'")


def test_a_terminated_instance_hears_nothing_more() -> None:
    def forever(context: Any) -> Waits:
        yield context.create_timer(context.current_utc_datetime + timedelta(days=1))
        yield context.call_activity("add", 1)

    tried = Tried(forever)
    instance = tried.host.start("main", None, "one")
    tried.host.run(until_s=10)
    tried.host.terminate("one")
    tried.host.run()
    assert (instance.status, tried.ran) == ("Terminated", [])


def test_values_arrive_as_net_writes_them_and_texts_as_they_are() -> None:
    value = {"at": "2026-01-01T00:00:00.250000Z", "n": [1.0, None]}
    assert json.loads(reparsed(json.dumps(value))) == {"at": "2026-01-01T00:00:00+00:00", "n": [1.0, None]}
    assert json.loads(reparsed(json.dumps(json.dumps(value)))) == json.dumps(value)
