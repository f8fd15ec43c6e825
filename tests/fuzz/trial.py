"""Trial: one program in one world, run by CPython and by others, and what they do not agree on."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from typing import NamedTuple

from cloudless.conformance.orchestrations.observed import Observed, differences
from cloudless.conformance.orchestrations.world import World
from cloudless.errors import DefinitionError
from tests.fuzz.choices import Choices
from tests.fuzz.program import Program, program
from tests.fuzz.runners import ENGINE, NATIVE, OutOfBounds, Runner
from tests.fuzz.worlds import Worlds


class Disagreement(NamedTuple):
    """What a runner did otherwise than CPython. kind: what shrinking keeps. told: lines for people."""

    runner: str
    kind: str
    told: Sequence[str]
    expected: Observed
    observed: Observed | None


def made(choices: Choices) -> tuple[Program, World]:
    """The program and the world of some decisions."""
    one = program(choices)
    return one, Worlds(choices, one.vocabulary).world(one)


def tried(one: Program, world: World, runners: Sequence[Runner] = (ENGINE,)) -> Disagreement | None:
    """The first disagreement with CPython; None where all agree."""
    expected = NATIVE.run(one, world)
    return next((found for runner in runners if (found := _against(expected, runner, one, world))), None)


def _against(expected: Observed, runner: Runner, one: Program, world: World) -> Disagreement | None:
    try:
        observed = runner.run(one, world)
    except OutOfBounds:
        return None
    except DefinitionError as refusal:
        first = refusal.problems[0]
        return Disagreement(runner.name, f"refused {first.code}", [first.render()], expected, None)
    except Exception as problem:  # noqa: BLE001  (a crash of the front end or an engine is a finding)
        told = traceback.format_exception(problem, limit=-6)
        return Disagreement(runner.name, f"crashed {type(problem).__name__}", told, expected, None)
    if is_too_large(observed):
        return None
    found = differences(expected, observed)
    kind = found[0].partition(":")[0] if found else ""
    return Disagreement(runner.name, kind, found, expected, observed) if found else None


def is_too_large(observed: Observed) -> bool:
    """Whether a number has left the domain: what comes of it then is nobody's promise."""
    return bool(observed.outcome.get("err", {}).get("type") == "OverflowError")
