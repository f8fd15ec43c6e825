"""Executions that handlers start, cancel and send to while they take virtual time; steps that take too much of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from cloudless import App, sleep
from cloudless.errors import ExecutionExists, NeverQuiet
from cloudless.memory import ended
from cloudless.testing import Fault, Simulation, simulate

SECOND = timedelta(seconds=1)

app = App("in-time")
word = app.event("word", str)
orders = app.queue("orders", str)
deliveries = app.queue("deliveries", str)
noted: list[str] = []


@app.function
def note(text: str) -> str:
    noted.append(text)
    return text


@app.function(timeout=30 * SECOND)
def note_twice(text: str) -> str:
    return note.invoke(text) + note.invoke(text)


@app.orchestration
def one(text: str) -> str:
    return note(text)


@app.orchestration
def none(text: str) -> str:
    return text


@app.orchestration
def wait() -> str:
    return word.wait(timeout=timedelta(days=1))


@app.orchestration
def wait_long() -> str:
    return word.wait()


@app.orchestration
def two(text: str) -> str:
    try:
        return note_twice(text)
    except TimeoutError as late:
        return f"{late}"


@app.orchestration
def rest(text: str) -> str:
    sleep(timedelta(hours=1))
    return text


@app.orchestration
def never() -> None:
    while True:
        note("again")


@orders.consumer
async def obey(order: str) -> None:
    await asyncio.sleep(5)
    if order == "start and cancel":
        one.options(id="x").start("a").cancel()
        none.options(id="x").start("a").cancel()
    elif order == "start":
        wait.options(id="x").start()
    else:
        one.execution("x").cancel()


@deliveries.consumer
def begin(text: str) -> None:
    execution = wait.start()
    word.send(execution, text)


@pytest.fixture(autouse=True)
def _begin_anew() -> None:
    noted.clear()


def started(cloud: Simulation) -> None:
    cloud.run_until(lambda: any(event.kind == "start" for event in cloud.trace))


def test_what_is_cancelled_before_it_begins_never_begins() -> None:
    with simulate(app) as cloud:
        orders.send("start and cancel")
        cloud.run()
        assert [execution.status() for execution in (one.execution("x"), none.execution("x"))] == ["cancelled"] * 2
        assert noted == []


@pytest.mark.parametrize("after", [False, True])
def test_an_event_that_comes_before_the_start_is_taken_after_it_and_replayed_so(after: bool) -> None:
    with simulate(app, faults=[Fault("crash", wait, 1, after=after)]) as cloud:
        orders.send("start")
        started(cloud)
        word.send("x", "early")
        cloud.run()
        assert wait.execution("x").result() == "early"


def test_a_handler_cancels_at_its_own_time() -> None:
    with simulate(app) as cloud:
        cloud.takes(note, 2 * SECOND)
        first = one.options(id="x").start("a")
        orders.send("cancel")
        cloud.run()
        assert first.status() == "completed"
    with simulate(app) as cloud:
        cloud.takes(note, 9 * SECOND)
        first = one.options(id="x").start("a")
        orders.send("cancel")
        cloud.run()
        assert first.status() == "cancelled"
        assert first.ended_at == first.started_at + 5 * SECOND


def test_a_step_that_overruns_in_functions_that_it_invokes_has_timed_out() -> None:
    with simulate(app) as cloud:
        cloud.takes(note, 20 * SECOND)
        execution = two.start("a")
        cloud.run()
        assert execution.result() == "note_twice took longer than 30 s"
        assert execution.ended_at == execution.started_at + 30 * SECOND
        assert [call.outcome for call in cloud.calls(note_twice)] == ["time-out"]


def test_a_step_that_stands_still_beyond_its_time_out_has_timed_out() -> None:
    with simulate(app, faults=[Fault("slow", note_twice, 1, seconds=31)]) as cloud:
        execution = two.start("a")
        cloud.run()
        assert execution.result() == "note_twice took longer than 30 s"


def test_the_id_of_an_execution_that_runs_stays_taken() -> None:
    with simulate(app) as cloud:
        execution = wait_long.options(id="x").start()
        cloud.advance(timedelta(days=100))
        assert wait_long.options(id="x").start() == execution
        assert len([event for event in cloud.trace if event.kind == "start"]) == 1
        rest.options(id="x").start("a")
        with pytest.raises(ExecutionExists, match="or still runs"):
            rest.options(id="x").start("b")


@pytest.mark.parametrize(("kind", "effect", "results"), [
    ("crash", 1, [None, "a"]), ("crash", 2, ["a", "a"]), ("throttle", 1, ["a"]), ("throttle", 2, [None, "a"]),
])  # fmt: skip
def test_starts_and_events_are_client_calls_of_a_handler(kind: str, effect: int, results: list[str | None]) -> None:
    with simulate(app, faults=[Fault(kind, begin, 1, effect=effect)]) as cloud:
        deliveries.send("a")
        cloud.run()
        found = cloud.executions(wait)
        assert [one.result() if one.status() == "completed" else None for one in found] == results


def test_waiting_for_a_loop_without_end_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ended, "MOST", 1_000)
    with simulate(app), pytest.raises(NeverQuiet, match="'never' does not end: 1,000 things happened at one moment"):
        never.start().result(timeout=timedelta(hours=1))
    with simulate(app), pytest.raises(NeverQuiet, match="Let its loop end, or sleep"):
        never()


def test_a_simulation_lists_every_execution() -> None:
    with simulate(app) as cloud:
        started_ones = [none.start(f"{number}") for number in range(1_001)]
        assert cloud.executions(none) == started_ones


def test_an_id_that_is_used_again_is_the_latest() -> None:
    with simulate(app) as cloud:
        for id in ("x", "y"):
            one.options(id=id).start("a")
        cloud.advance(timedelta(days=91))
        one.options(id="x").start("a")
        assert [execution.id for execution in one.executions()] == ["x", "y"]
