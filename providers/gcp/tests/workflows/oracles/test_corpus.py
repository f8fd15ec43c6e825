"""Every program of the corpus comes to what its file says, on gcwsim."""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from cloudless.conformance.orchestrations.cases import PROGRAMS, Case, cases
from cloudless.conformance.orchestrations.module import Module, loaded
from cloudless.engine import Definition
from cloudless.passes.limits import limits
from cloudless_gcp.limits import LIMITS
from providers.gcp.tests import gcwsim
from providers.gcp.tests.workflows.oracles import emulator as emulators
from providers.gcp.tests.workflows.oracles import modelled
from providers.gcp.tests.workflows.oracles.emitted import Unreadable, document_of, text_of
from providers.gcp.tests.workflows.oracles.emulator import Emulator
from providers.gcp.tests.workflows.oracles.known import MET
from tests.fuzz.engine import WorldHost

TOO_DEEP = frozenset({"row_30_errors_through_branches", "row_48_depth"})
"""Programs that nest gather and fan_out more than twice, which Workflows cannot."""
FITTING = tuple(case for case in cases() if case.file.stem not in TOO_DEEP)
CASES = pytest.mark.parametrize("case", FITTING, ids=lambda case: case.name)
ON_TIME = {35, 36, 37, 38, 39}
"""Rows about what comes first."""
SAMPLE = tuple({case.file: case for case in FITTING if case.row not in ON_TIME}.values())
FILES = sorted(PROGRAMS.glob("*.py"))
PROGRAM = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)

_kept = ExitStack()
atexit.register(_kept.close)


@cache
def emitted(file: Path) -> tuple[Module, bytes]:
    """The module of a program, and its workflow."""
    module = _kept.enter_context(loaded(file.read_text("utf-8")))
    return module, text_of(module.application())


@PROGRAM
def test_nobody_objects_to_what_is_emitted(file: Path) -> None:
    assert gcwsim.problems(document_of(emitted(file)[1])) == []


@PROGRAM
def test_programs_that_nest_too_deep_are_refused(file: Path) -> None:
    found = limits(emitted(file)[0].application(), {"gcp": LIMITS})
    assert any("nesting" in problem.message for problem in found) == (file.stem in TOO_DEEP)


@CASES
def test_gcwsim_comes_to_what_the_corpus_says_by_the_engines_keys_and_attempts(case: Case) -> None:
    module, text = emitted(case.file)
    engine = WorldHost(Definition(module.definition()), module, case.world)
    engine.run()
    observed, attempts = modelled.attempted(text, module, case.world)
    assert case.problems_of(observed) == []
    assert attempts == engine._answers._attempts


@CASES
def test_it_does_not_matter_what_comes_first(case: Case) -> None:
    module, text = emitted(case.file)
    assert case.problems_of(modelled.run(text, module, case.world, seed=1)) == []


@pytest.mark.slow
@pytest.mark.parametrize("case", SAMPLE, ids=lambda case: case.name)
def test_the_emulator_comes_to_what_the_corpus_says(case: Case, emulator: Emulator) -> None:
    """Where a known difference stands in the way, it has not to."""
    module, text = emitted(case.file)
    try:
        found = case.problems_of(emulators.observed(emulator, text, module, case.world))
    except Unreadable as end:
        found = [str(end)]
    assert bool(found) == (case.file.stem in MET), found


def test_what_is_met_is_run() -> None:
    assert MET.keys() <= {case.file.stem for case in SAMPLE}
