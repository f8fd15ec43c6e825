"""The same orchestrator on `durabletask`, Microsoft's own engine: a sample, in real time."""

from __future__ import annotations

import json
from collections.abc import Generator

import pytest

from cloudless.ir.expression import List, Var
from cloudless.ir.handler import Retry
from cloudless.ir.statement import Except, For, Gather, Range, Return, Sleep, Try, Wait
from providers.azure.tests.durable.programs import ANY, Plain, branch, call, const, fan_out, program
from providers.azure.tests.durable.sample import Sample, running


def carry_out(request: Plain) -> str:
    """N + 1; multiples of 7 fail, and are lucky at the third attempt."""
    n: int = request["args"]["n"]
    if n % 7 == 0 and request["ctx"]["attempt"] < 3:
        return json.dumps({
            "err": {"type": "Seven", "mro": ["Seven", "Exception"], "message": str(n), "data": {}}
        })  # fmt: skip
    return json.dumps({"v": n + 1})


@pytest.fixture(scope="module")
def sample() -> Generator[Sample]:
    with running(carry_out) as engine:
        yield engine


SEQUENCE = program(
    For("loop", "i", Range(const(0), const(5), 1), (call("n", "add", n=Var("n")),)), Return(Var("n")), calls=["add"]
)
WIDE = program(fan_out("found", Var("items"), "add", limit=30, collect=True), Return(Var("found")), calls=["add"])
BOTH = program(
    Gather(("a", "b"), (branch("add", n=const(1)), branch("add", n=const(7)))), Return(Var("a")), calls=["add"]
)
CAUGHT = program(
    Try(
        (call("", "add", n=const(7)),), (Except(("Seven",), "e", (Sleep(const(30)), call("n", "add", n=const(1)))),)
    ),
    Return(Var("n")),
    calls=["add"],
)  # fmt: skip
AGAIN = program(
    call("n", "add", n=const(14), retry=Retry(attempts=3, delay_s=10)), Return(Var("n")), calls=["add"]
)  # fmt: skip
EVENTS = program(
    call("n", "add", n=const(1)),
    Wait("a", "go"),
    Wait("b", "go", const(100 * 86_400)),
    Return(List((Var("a"), Var("b")), ANY)),
    calls=["add"],
)
LATE = program(Wait("a", "go", const(60)))


def test_steps_in_sequence(sample: Sample) -> None:
    assert sample.execute(SEQUENCE, {"n": 1}, "sequence") == {"v": 6}


def test_branches(sample: Sample) -> None:
    assert sample.execute(BOTH, {}, "both")["err"]["type"] == "Seven"


def test_a_fan_out_in_portions(sample: Sample) -> None:
    found = sample.execute(WIDE, {"items": list(range(1, 202))}, "wide")["v"]
    assert [one["value"] for one in found] == [None if n % 7 == 0 else n + 1 for n in range(1, 202)]


def test_an_error_that_is_caught(sample: Sample) -> None:
    assert sample.execute(CAUGHT, {}, "caught") == {"v": 2}


def test_retries(sample: Sample) -> None:
    assert sample.execute(AGAIN, {}, "again") == {"v": 15}


def test_early_events(sample: Sample) -> None:
    assert sample.execute(EVENTS, {}, "events", [("other", 0), ("go", 1), ("go", 2)]) == {"v": [1, 2]}


def test_a_wait_that_ends(sample: Sample) -> None:
    assert sample.execute(LATE, {}, "late")["err"]["type"] == "TimeoutError"
