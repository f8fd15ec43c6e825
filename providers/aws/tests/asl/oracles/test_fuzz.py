"""CPython and what is emitted do the same, whatever the program."""

from __future__ import annotations

import pytest

from providers.aws.tests.asl.oracles import moto, statics
from providers.aws.tests.asl.oracles.known import MOTO
from providers.aws.tests.asl.oracles.runners import Emitted, Local, Modelled, Timeless
from providers.aws.tests.stepfunctions import Jsonata
from tests.fuzz.__main__ import Run
from tests.fuzz.choices import Choices
from tests.fuzz.program import Program
from tests.fuzz.seeds import SEEDS, fresh
from tests.fuzz.trial import made, tried

pytestmark = pytest.mark.fuzz
FEW, MANY = 10, 40
PARTS = 4
"""Of many: a test each, so that no process is left with all of them at the end."""


def agreed(run: Run, programs: int) -> None:
    run.go(range(programs), most=1)
    assert not run.failures, f"seed {run.seed}\n{run.failures[0]}"


@SEEDS
def test_cpython_and_asl_agree(seed: str, node: statics.Node, engine: Jsonata) -> None:
    agreed(Run(seed, [Emitted(Local(), node), Emitted(Modelled(engine))], "aws"), FEW)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_cpython_and_asl_agree_on_many(part: int, node: statics.Node, engine: Jsonata) -> None:
    agreed(Run(fresh(f"part {part}"), [Emitted(Local(), node), Emitted(Modelled(engine))], "aws"), MANY // PARTS)


@pytest.mark.slow
def test_cpython_and_asl_on_moto_agree(on_moto: moto.Moto) -> None:
    runner = Emitted(Timeless(MOTO, on_moto))
    for number in range(60):
        program, world = made(Choices(f"moto:{number}"))
        if not depends_on_time(program):
            assert tried(program, world, [runner]) is None, program.text


def depends_on_time(program: Program) -> bool:
    """Whether it waits for events, which come at their time."""
    return ".wait(" in program.text
