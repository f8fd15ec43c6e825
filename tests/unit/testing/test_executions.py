"""Executions in a simulation: what goes wrong is told in one clear error, and crashes lose nothing."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

from cloudless import App, Context, Execution, Retry, fan_out, sleep, uuid4
from cloudless.errors import InvalidArgument, NeverQuiet, NotFound, RemoteError, UnsupportedError
from cloudless.testing import Fault, Faults, Simulation, explore, simulate

app = App("executions")
approval = app.event("approval", str)
unused = app.event("unused", str)
starts = app.queue("starts", str, retry=Retry(attempts=1), dead_letters=False)
keys: list[str] = []


@app.function
def note(text: str, context: Context | None = None) -> str:
    keys.append(context.key if context else "")
    return text


@app.function
def grow(text: str) -> str:
    return text * 10


@app.orchestration
def three(text: str) -> str:
    note(text)
    sleep(timedelta(hours=1))
    note(text)
    return note(text)


@app.orchestration
def many(texts: list[str]) -> list[str]:
    return fan_out((note(text) for text in texts), max_concurrency=3)


@app.orchestration
def large(text: str) -> str:
    text = grow(text)
    return grow(text)


@app.orchestration
def huge(text: str) -> str:
    for _ in range(5):
        text = text + text
    return grow(text)


@app.orchestration
def double(text: str) -> str:
    return text + text


@app.orchestration
def one_by_one(texts: list[str]) -> int:
    done = 0
    for text in texts:
        grow(text)
        done += 1
    return done


@app.orchestration
def identifier() -> UUID:
    return uuid4()


@app.orchestration
def ask() -> str:
    return approval.wait()


@app.orchestration
def ask_too() -> str:
    return approval.wait()


@starts.consumer
def start(text: str) -> None:
    if text == "direct":
        three(text)
    three.start(text).result()


@pytest.fixture(autouse=True)
def _forget() -> None:
    keys.clear()


def test_a_direct_call_carries_out_an_execution_days_included() -> None:
    with simulate(app) as cloud:
        before = cloud.now
        assert three("a") == "a"
        assert cloud.now - before == timedelta(hours=1)
        assert [one.status() for one in cloud.executions(three)] == ["completed"]


@pytest.mark.parametrize(
    ("orchestration", "text", "message"),
    [
        (large, "x" * 5_000, r"what step grow returns is 500,002 bytes, the limit is 196,608"),
        (huge, "x" * 10_000, r"what step grow gets is 320,011 bytes, the limit is 196,608"),
    ],
)
def test_a_value_over_the_limit_in_the_middle_of_a_program_names_its_step(
    orchestration: object, text: str, message: str
) -> None:
    assert callable(orchestration)
    with simulate(app), pytest.raises(RemoteError, match=message) as problem:
        orchestration(text)
    assert problem.value.type == "PayloadTooLarge"


def test_a_result_over_the_limit_fails_the_execution() -> None:
    with simulate(app), pytest.raises(RemoteError, match="what orchestration double returns is 200,002 bytes"):
        double("x" * 100_000)


def test_an_execution_of_many_steps_comes_to_its_end() -> None:
    texts = ["x"] * 20_000
    with simulate(app, history=100_000) as cloud:
        execution = one_by_one.start(texts)
        cloud.run()
        assert execution.result() == len(texts)


def test_identifiers_cannot_be_told_from_the_id_of_the_execution() -> None:
    def drawn(seed: int) -> object:
        with simulate(app, seed=seed):
            return identifier.options(id="x").start().result()

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_calls_of_an_orchestration_are_its_executions() -> None:
    with simulate(app) as cloud, pytest.raises(NotFound, match=r"its executions are those of cloud\.executions"):
        cloud.calls(three)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_an_execution_that_waits_for_what_nobody_sends_says_for_what() -> None:
    with simulate(app), pytest.raises(NeverQuiet, match="it waits for event 'approval', and nobody sends that"):
        ask()


def test_an_event_that_nobody_waits_for_and_an_id_that_two_have_are_refused() -> None:
    with simulate(app):
        with pytest.raises(NotFound, match="no orchestration of this app waits for an event 'unused'"):
            unused.send("x", "yes")
        first = ask.options(id="x").start()
        ask_too.options(id="x").start()
        with pytest.raises(InvalidArgument, match=r"give ask\.execution\('x'\) or ask_too\.execution\('x'\)"):
            approval.send("x", "yes")
        approval.send(first, "yes")
        assert first.result() == "yes"


def test_an_event_for_a_cancelled_execution_is_told_to_its_sender() -> None:
    with simulate(app):
        execution = ask.options(id="x").start()
        execution.cancel()
        with pytest.raises(NotFound, match="and it is cancelled"):
            approval.send("x", "yes")


def test_a_handler_can_neither_carry_out_an_execution_nor_wait_for_one() -> None:
    with simulate(app) as cloud:
        starts.send("direct")
        with pytest.raises(UnsupportedError, match=r"start it, three\.start\(…\)"):
            cloud.run()
    with simulate(app) as cloud:
        starts.send("wait")
        with pytest.raises(UnsupportedError, match="cannot wait for execution"):
            cloud.run()


def ended(cloud: Simulation, text: str = "a") -> Execution[str]:
    execution = three.start(text)
    cloud.advance(timedelta(hours=3))
    return execution


@pytest.mark.parametrize("call", [1, 2, 3, 4])
@pytest.mark.parametrize("after", [False, True])
def test_an_engine_that_dies_anywhere_goes_on_from_what_is_recorded(call: int, after: bool) -> None:
    with simulate(app, faults=[Fault("crash", three, call, after=after)]) as cloud:
        assert ended(cloud).result() == "a"
    again = 0 if after or call == 2 else 1  # the second thing that it is told is a timer
    assert sorted(Counter(keys).values()) == sorted([1] * (3 - again) + [2] * again)


def test_a_step_that_is_carried_out_twice_has_one_key_and_is_recorded_once() -> None:
    with simulate(app, faults=[Fault("duplicate", three, 1, seconds=5)]) as cloud:
        execution = ended(cloud)
        assert [one.kind for one in execution.history() if one.name == "note"] == ["called", "returned"] * 3
    assert len(keys) == 4
    assert len(set(keys)) == 3


def test_what_is_told_late_is_told() -> None:
    with simulate(app, faults=[Fault("delay", three, 1, seconds=30)]) as cloud:
        execution = ended(cloud)
        assert execution.ended_at is not None
        assert execution.ended_at - execution.started_at == timedelta(hours=1, seconds=30)


def test_every_fault_at_once_loses_nothing_and_leaves_results_in_order() -> None:
    texts = [str(number) for number in range(100)]
    faults = Faults(duplicate=0.2, reorder=0.2, delay=0.2, crash=0.1)
    with simulate(app, seed=7, faults=faults) as cloud:
        execution = many.start(texts)
        cloud.run()
        assert execution.result() == texts
    assert len(set(keys)) == 100
    assert len(keys) > 100


def test_explore_finds_a_step_that_is_not_idempotent() -> None:
    @explore(app, examples=40)
    def check(cloud: Simulation) -> None:
        keys.clear()
        ended(cloud)
        assert len(keys) == 3

    with pytest.raises(AssertionError) as problem:
        check()
    (note,) = problem.value.__notes__
    assert 'Fault("' in note


def test_a_fault_that_orchestrations_do_not_have_is_refused() -> None:
    wrong = [Fault("throttle", three, 1)]
    with pytest.raises(InvalidArgument, match="an orchestration takes crash, delay, duplicate, reorder"):
        simulate(app, faults=wrong).__enter__()


def test_an_id_is_free_again_after_ninety_days() -> None:
    with simulate(app) as cloud:
        three.options(id="x").start("a")
        cloud.advance(timedelta(days=91))
        three.options(id="x").start("b")
        cloud.advance(timedelta(hours=2))
        assert three.execution("x").result() == "b"
