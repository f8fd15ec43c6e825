"""Generated programs: CPython's outcome is that of Durable's replay, in any order and through crashes.

PROGRAMS (60), SEED (0): how many, and the first one's.
"""

from __future__ import annotations

import os

import pytest

from cloudless.conformance.orchestrations.module import loaded
from cloudless.conformance.orchestrations.observed import differences
from providers.azure.tests.durable.chaos import Chaos, CrashEverywhere, Hostile
from providers.azure.tests.durable.runner import Run
from tests.fuzz import rewrite
from tests.fuzz.choices import Choices
from tests.fuzz.program import program
from tests.fuzz.worlds import Worlds

FIRST = int(os.environ.get("SEED", "0"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("PROGRAMS", "60")))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_generated_program_comes_to_what_python_makes_of_it(seed: int) -> None:
    choices = Choices(seed)
    made = program(choices)
    world = Worlds(choices, made.vocabulary).world(made)
    native = rewrite.run(rewrite.loaded_program(made), world)
    weather: tuple[Chaos, ...] = (Chaos(), Hostile(seed, 0.1), CrashEverywhere())
    with loaded(made.source) as module:
        definition = module.definition()
        for chaos in weather:
            found = Run(module, definition, world, chaos).observed
            assert differences(native, found) == [], f"{type(chaos).__name__}\n{made.text}"
