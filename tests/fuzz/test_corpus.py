"""Every program of the corpus comes to what its file says: in CPython and in the engine."""

from __future__ import annotations

import json

import pytest

from cloudless.conformance.orchestrations.cases import PROGRAMS, Case, cases
from cloudless.conformance.orchestrations.module import loaded
from cloudless.engine import Definition
from tests.fuzz import corpus, rewrite
from tests.fuzz.engine import WorldHost

CASES = cases()
ENGINE_ROWS = {
    1, 2, 3, 4, 6, 7, 8, 9, 12, 13, 15, 16, 18, 19, 20, 22, 23, 24, 25, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38,
    39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 51,
}  # fmt: skip
"""Rows of the table of divergences that a program shows. 50 is about versions, and no program shows it."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_cpython_comes_to_what_the_corpus_says(case: Case) -> None:
    assert case.problems_of(rewrite.run(rewrite.loaded(case.source), case.world)) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_engine_comes_to_what_the_corpus_says(case: Case) -> None:
    with loaded(case.source) as module:
        assert case.problems_of(WorldHost(Definition(module.definition()), module, case.world).run()) == []


def test_every_row_that_concerns_an_engine_has_a_program() -> None:
    assert {case.row for case in CASES} == ENGINE_ROWS


def test_the_files_are_as_the_writer_writes_them() -> None:
    for file in PROGRAMS.glob("*.json"):
        text = file.read_text("utf-8")
        told = json.loads(text)
        assert corpus.written(told) == text, f"{file.name}: python -m tests.fuzz.corpus"
