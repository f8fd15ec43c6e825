"""CPython and the engine do the same, whatever the program; what disagrees is told so that it can be tried again."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from cloudless.conformance.orchestrations.observed import Observed
from cloudless.conformance.orchestrations.world import World
from tests.fuzz.__main__ import Run, main
from tests.fuzz.choices import Choices, Repeated
from tests.fuzz.program import Program
from tests.fuzz.runners import NATIVE
from tests.fuzz.seeds import SEEDS
from tests.fuzz.shrink import shrunk
from tests.fuzz.strategy import programs
from tests.fuzz.trial import made, tried

pytestmark = pytest.mark.fuzz
FEW, MANY = 60, 150


class Forgetful:
    """A runner that loses the first call of every program with more than two."""

    name = "forgetful"
    prepared_s = 0.0

    def run(self, program: Program, world: World) -> Observed:
        seen = NATIVE.run(program, world)
        return seen._replace(calls=seen.calls[1:]) if len(seen.calls) > 2 else seen


def agreed(seed: str, programs: range) -> None:
    run = Run(seed)
    run.go(programs, most=1)
    assert not run.failures, f"seed {seed}\n{run.failures[0]}"


@SEEDS
def test_cpython_and_the_engine_agree(seed: str) -> None:
    agreed(seed, range(FEW))


@pytest.mark.slow
@SEEDS
def test_cpython_and_the_engine_agree_on_many(seed: str) -> None:
    agreed(seed, range(FEW, MANY))


@settings(max_examples=25, deadline=None, suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large))
@given(programs())
def test_hypothesis_draws_programs_too(drawn: tuple[Program, World]) -> None:
    assert tried(*drawn) is None


def test_a_disagreement_is_shrunk_and_can_be_tried_again() -> None:
    run = Run("forgetful", [Forgetful()])
    run.go(range(60), most=1)
    (told,) = run.failures
    assert "forgetful does not agree with CPython: calls" in told
    assert "again: python -m tests.fuzz --seed forgetful --only " in told
    body = told.partition("\ndef main")[2].partition("\n\nworld:")[0]
    assert len(body.splitlines()) <= 5, body


def test_the_smallest_decisions_that_fail_are_found() -> None:
    assert shrunk([9, 8, 7, 6, 5], lambda taken: len(taken) > 1 and taken[1] >= 3) == [0, 3]
    assert shrunk([5] * 40, lambda taken: sum(taken) >= 10, tries=2_000) == [5, 5]


def test_equal_seeds_make_equal_programs() -> None:
    (one, world), (other, same) = made(Choices("x:1")), made(Choices("x:1"))
    assert (one.source, world) == (other.source, same)


def test_decisions_that_are_repeated_make_the_same_program() -> None:
    choices = Choices("x:2")
    program, world = made(choices)
    again, same = made(Repeated(choices.taken))
    assert (program.source, world) == (again.source, same)


def test_the_command_tells_its_seed_and_rate(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--programs", "3", "--seed", "x"]) == 0
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first == "seed x"
    assert last.startswith("3 programs, 0 failures, ")
