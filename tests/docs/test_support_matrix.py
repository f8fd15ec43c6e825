"""The published support matrix is what the capability tables say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from cloudless.conformance.orchestrations.cases import PROGRAMS as PROGRAMS_OF_CORPUS
from cloudless.conformance.orchestrations.cases import cases
from cloudless.conformance.orchestrations.module import loaded
from cloudless.driver.gap import CAPABILITIES, NEVER, NOT_YET, Gap
from cloudless.driver.provider import provider
from cloudless.errors import InvalidArgument
from cloudless.ir import Application
from cloudless.memory import capabilities as memory
from cloudless.passes.limits import limits
from tests.docs.support_matrix import ROOT, UNTESTED, Table, matrix, page, readme, records, shown, tables
from tests.matrix.evidence import EVIDENCE, pinned
from tests.matrix.programs import PROGRAMS
from tests.matrix.record import corpus, expected, program, suite

STALE = "the record is of another state of the tests: python -m tests.matrix.record, then tests.docs.support_matrix"
REMEDY = "write it anew: python -m tests.docs.support_matrix"


def kept(cloud: str) -> dict[str, Any]:
    """A record as it is in its file."""
    told: dict[str, Any] = json.loads(EVIDENCE[cloud].record.read_text("utf-8"))
    return told


@cache
def corpus_of_orchestrations() -> dict[str, Application]:
    """Every program of the corpus, by the stem of its file."""
    found: dict[str, Application] = {}
    for file in sorted(PROGRAMS_OF_CORPUS.glob("*.py")):
        with loaded(file.read_text("utf-8")) as module:
            found[file.stem] = module.application()
    return found


def published() -> Table:
    try:
        return tables()
    except InvalidArgument as problem:
        pytest.skip(str(problem))


def test_the_matrix_of_readme_is_current() -> None:
    text = (ROOT / "README.md").read_text()
    assert readme(text, published()) == text, REMEDY


def test_the_page_of_gaps_is_current() -> None:
    assert (ROOT / "docs" / "reference" / "support.md").read_text() == page(published(), records()), REMEDY


@pytest.mark.parametrize("cloud", EVIDENCE)
def test_a_record_is_of_the_cases_and_gaps_that_there_are(cloud: str) -> None:
    gaps: Mapping[str, Gap] = published()[cloud][1] if cloud != "memory" else {}
    assert kept(cloud)["suite"] == suite(expected(gaps, simulated=cloud == "memory")), STALE


@pytest.mark.parametrize("cloud", EVIDENCE)
def test_a_record_is_of_the_corpus_that_there_is(cloud: str) -> None:
    told = kept(cloud)["corpus"]
    runs = [case.name for case in cases() if case.file.stem not in told["refused"]]
    assert told == corpus(runs), STALE


@pytest.mark.parametrize("cloud", EVIDENCE)
def test_what_a_record_calls_refused_is_over_a_limit_and_nothing_else_is(cloud: str) -> None:
    tables_of = {} if cloud == "memory" else {cloud: provider(cloud).limits}
    refused = [stem for stem, one in corpus_of_orchestrations().items() if limits(one, tables_of)]
    assert kept(cloud)["corpus"]["refused"] == refused


@pytest.mark.parametrize("cloud", EVIDENCE)
@pytest.mark.parametrize("example", PROGRAMS)
def test_a_record_is_of_the_programs_that_there_are(cloud: str, example: str) -> None:
    try:
        played = PROGRAMS[example]()
    except FileNotFoundError as lacking:
        pytest.skip(f"what is played is not here: {lacking.filename}")
    assert kept(cloud)["programs"].get(example) == program(played), STALE


@pytest.mark.parametrize("cloud", EVIDENCE)
def test_a_record_has_no_programs_that_are_gone_and_names_what_the_tests_run_on(cloud: str) -> None:
    told = kept(cloud)
    assert told["programs"].keys() <= PROGRAMS.keys()
    assert told["against"].keys() == set(EVIDENCE[cloud].against)
    assert {name: pinned()[name] for name in told["against"].keys() & pinned().keys()}.items() <= told[
        "against"
    ].items()


@pytest.mark.parametrize("cloud", EVIDENCE)
def test_the_tests_that_are_evidence_exist(cloud: str) -> None:
    for test in EVIDENCE[cloud].files():
        file, _, name = test.partition("::")
        assert f"def {name}" in (ROOT / file).read_text("utf-8")


def test_every_capability_has_a_row_and_every_gap_a_cell() -> None:
    of: Table = {"a": ("A", {"queue": Gap(NEVER, "why")}), "b": ("B", {"queue": Gap(NOT_YET, "why")})}
    lines = matrix(of).splitlines()
    assert len(lines) == len(CAPABILITIES) + 2
    assert lines[2] == f"| {CAPABILITIES['queue']} | never | not yet |"
    assert all(line.endswith("| yes | yes |") for line in lines[3:])


def test_memorys_gaps_are_capabilities() -> None:
    assert memory.GAPS.keys() <= CAPABILITIES.keys()


def test_what_no_suite_has_run_is_not_published_as_supported() -> None:
    never = Gap(NEVER, "why")
    of = shown({"queue.batch": never}, tested=False)
    assert of["queue"] is UNTESTED
    assert of["queue.batch"] is never


def test_what_a_compiler_emits_is_not_published_without_one() -> None:
    compiler = Gap(NOT_YET, "the compiler is not built")
    assert shown({"compile": compiler}, tested=True)["identity.per_function"] is compiler
    assert "identity.per_function" not in shown({}, tested=True)
