"""Every program of the corpus comes to what its file says: in CPython and in the engine."""

from __future__ import annotations

import json

import pytest

from cloudless.conformance.orchestrations.cases import PROGRAMS, Case, Refusal, cases, refusals
from cloudless.conformance.orchestrations.module import loaded
from cloudless.engine import Definition
from cloudless.errors import DefinitionError
from tests.fuzz import corpus, rewrite
from tests.fuzz.engine import WorldHost

CASES = cases()
ABOUT_VERSIONS = {50}
"""Rows of the table of divergences that no single program shows."""
ROWS = set(range(1, 52)) - ABOUT_VERSIONS


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_cpython_comes_to_what_the_corpus_says(case: Case) -> None:
    assert case.problems_of(rewrite.run(rewrite.loaded(case.source), case.world)) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_engine_comes_to_what_the_corpus_says(case: Case) -> None:
    with loaded(case.source) as module:
        assert case.problems_of(WorldHost(Definition(module.definition()), module, case.world).run()) == []


@pytest.mark.parametrize("refusal", refusals(), ids=lambda refusal: refusal.name)
def test_the_front_end_refuses_what_engines_could_not_do_alike(refusal: Refusal) -> None:
    with loaded(refusal.source) as module, pytest.raises(DefinitionError) as raised:
        module.application()
    found = raised.value.problems
    assert [(one.code, one.span.line) for one in found] == [(code, line) for code, line, _ in refusal.problems]
    assert all(says in one.message for one, (_, _, says) in zip(found, refusal.problems, strict=True))


def test_every_row_has_a_program() -> None:
    assert {case.row for case in CASES} | {refusal.row for refusal in refusals()} == ROWS


def test_the_files_are_as_the_writer_writes_them() -> None:
    for file in PROGRAMS.glob("*.json"):
        text = file.read_text("utf-8")
        told = json.loads(text)
        assert corpus.written(told) == text, f"{file.name}: python -m tests.fuzz.corpus"
