"""CPython and what is emitted do the same, whatever the program."""

from __future__ import annotations

import pytest

from cloudless.engine import Definition
from providers.gcp.tests.workflows.oracles import modelled
from providers.gcp.tests.workflows.oracles.emulator import Emulator
from providers.gcp.tests.workflows.oracles.runners import Emitted, Emulated, emitted
from tests.fuzz.__main__ import Run
from tests.fuzz.choices import Choices
from tests.fuzz.engine import WorldHost
from tests.fuzz.runners import OutOfBounds, compiled
from tests.fuzz.seeds import SEEDS, fresh
from tests.fuzz.trial import is_too_large, made, tried

pytestmark = pytest.mark.fuzz
FEW, MANY, ON_EMULATOR = 10, 60, 40
PARTS = 4
"""Of many: a test each, so that no process is left with all of them at the end."""
COMMON = 10
"""Of those, at least so many are within what the emulator can do."""


def agreed(run: Run, programs: int) -> None:
    run.go(range(programs), most=1)
    assert not run.failures, f"seed {run.seed}\n{run.failures[0]}"


@SEEDS
def test_cpython_and_workflows_agree(seed: str) -> None:
    agreed(Run(seed, [Emitted(), Emitted(seed=1)], "gcp"), FEW)


@SEEDS
def test_keys_and_attempts_of_steps_are_the_engines(seed: str) -> None:
    for number in range(FEW):
        program, world = made(Choices(f"{seed}:{number}"))
        try:
            module, text = emitted(program)
        except OutOfBounds:
            continue
        engine = WorldHost(Definition(compiled(program)[1]), module, world)
        if not is_too_large(engine.run()):
            assert modelled.attempted(text, module, world)[1] == engine._answers._attempts, (
                f"seed {seed}\n{program.text}"
            )


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_cpython_and_workflows_agree_on_many(part: int) -> None:
    agreed(Run(fresh(f"part {part}"), [Emitted(), Emitted(seed=2)], "gcp"), MANY // PARTS)


@pytest.mark.slow
def test_cpython_and_workflows_on_the_emulator_agree(emulator: Emulator) -> None:
    runner = Emulated(emulator)
    for number in range(ON_EMULATOR):
        program, world = made(Choices(f"emulator:{number}"))
        assert tried(program, world, [runner]) is None, program.text
    assert runner.count >= COMMON
