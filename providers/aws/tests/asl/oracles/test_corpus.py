"""Every program of the corpus comes to what its file says, on all that runs state machines."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from cloudless.conformance.orchestrations.cases import PROGRAMS, Case, cases
from cloudless.conformance.orchestrations.module import Module, loaded
from providers.aws.tests.asl.oracles import ministack, moto, statics
from providers.aws.tests.asl.oracles.emitted import Unreadable, text_of
from providers.aws.tests.asl.oracles.known import KNOWN, MET, MINISTACK, MOTO
from providers.aws.tests.asl.oracles.runners import Interpreter, Local, Modelled, Timeless, observed
from providers.aws.tests.stepfunctions import Jsonata

CASES = pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
PROGRAM = pytest.mark.parametrize("file", sorted(PROGRAMS.glob("*.py")), ids=lambda file: file.stem)
ON_TIME = {35, 36, 37, 38, 39}
"""Rows about what comes first."""
TIMELESS = tuple(case for case in cases() if case.row not in ON_TIME)
ONE_EACH = tuple({case.file: case for case in TIMELESS}.values())
SAMPLE = pytest.mark.parametrize("case", ONE_EACH, ids=lambda case: case.name)


_kept = ExitStack()


@cache
def emitted(file: Path) -> tuple[Module, bytes]:
    """The module of a program, and its state machine."""
    module = _kept.enter_context(loaded(file.read_text("utf-8")))
    return module, text_of(module.application())


def problems(case: Case, interpreter: Interpreter) -> list[str]:
    module, text = emitted(case.file)
    return case.problems_of(observed(interpreter, text, module, case.world))


@PROGRAM
def test_nobody_objects_to_what_is_emitted(file: Path, node: statics.Node) -> None:
    assert statics.problems(emitted(file)[1], node) == []


@CASES
def test_sfnx_comes_to_what_the_corpus_says(case: Case) -> None:
    assert problems(case, Local()) == []


@CASES
def test_the_model_comes_to_what_the_corpus_says(case: Case, engine: Jsonata) -> None:
    assert problems(case, Modelled(engine)) == []


@pytest.mark.slow
@SAMPLE
def test_moto_comes_to_what_the_corpus_says(case: Case, on_moto: moto.Moto) -> None:
    assert is_met(MOTO, case) == bool(found(case, Timeless(MOTO, on_moto)))


@pytest.mark.slow
@SAMPLE
def test_ministack_comes_to_what_the_corpus_says(case: Case, on_ministack: ministack.Ministack) -> None:
    assert is_met(MINISTACK, case) == bool(found(case, Timeless(MINISTACK, on_ministack)))


def is_met(who: str, case: Case) -> bool:
    """Whether a known difference stands in the way: then the case has to fail."""
    return case.file.stem in MET[who]


def found(case: Case, interpreter: Interpreter) -> list[str]:
    """Problems; an end that is none of ours is one."""
    try:
        return problems(case, interpreter)
    except Unreadable as end:
        return [str(end)]


def test_what_is_met_stands_in_the_table() -> None:
    rows = {row.name: row for row in KNOWN}
    assert all(who in rows[name].otherwise for who, several in MET.items() for name in several.values())
    assert {program for several in MET.values() for program in several} <= {case.file.stem for case in TIMELESS}
