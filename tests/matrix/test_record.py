"""A record says what a run has shown, and nothing that it has not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cloudless.conformance.index import cases as cases_of_suite
from cloudless.conformance.orchestrations.cases import cases
from cloudless.driver.gap import NEVER, Gap
from cloudless.driver.verified import read
from tests.matrix.evidence import EVIDENCE, MATRIX, Evidence, pinned
from tests.matrix.noted import FAILED, PASSED, SKIPPED, XFAILED
from tests.matrix.programs import PROGRAMS
from tests.matrix.record import Incomplete, corpus, expected, program, shown, suite, written

GAPS = {"queue.once": Gap(NEVER, "no ledger")}
SUITE = {name: XFAILED if "queue.once" in needs else PASSED for _, _, name, needs in cases_of_suite()}


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    return Evidence(
        record=tmp_path / "verified.json",
        suite="t/test_conformance.py",
        corpus=("t/test_corpus.py::test_one", "t/test_corpus.py::test_other"),
        programs="aws",
        against=("CPython", "ministack"),
    )


def run_of_suite(**changed: str) -> dict[str, str]:
    """A run as pytest names it. changed: outcomes, by the name of the test."""
    found: dict[str, str] = {}
    for name, outcome in SUITE.items():
        part, _, test = name.partition(".")
        node = f"t/test_conformance.py::Test{part.removesuffix('Suite')}::{test}"
        found[f"{node}[a]"] = found[f"{node}[b]"] = changed.get(test, outcome)
    return found


def run_of_corpus(*left_out: str) -> dict[str, str]:
    names = [case.name for case in cases() if case.file.stem not in left_out]
    one = {f"t/test_corpus.py::test_one[{name}]": PASSED for name in names}
    return one | {f"t/test_corpus.py::test_other[{name}-in order]": PASSED for name in names}


def run_of_programs(outcome: str = PASSED) -> dict[str, str]:
    test = f"{MATRIX}::test_an_example_does_the_same_as_in_memory"
    return {f"{test}[aws-01-hello]": outcome, f"{test}[azure-04-trip-saga]": PASSED}


def test_the_suite_is_counted_by_capability(evidence: Evidence) -> None:
    found = shown(evidence, run_of_suite())["suite"]
    once = sum(outcome == XFAILED for outcome in SUITE.values())
    assert (found["passed"], found["failed"]) == (len(SUITE) - once, once)
    assert found["capabilities"]["queue.once"] == 0 < found["capabilities"]["queue"]
    assert found == suite(expected(GAPS, simulated=True))


@pytest.mark.parametrize("outcome", [FAILED, SKIPPED])
def test_a_case_that_did_not_pass_is_no_record(evidence: Evidence, outcome: str) -> None:
    test = next(name.partition(".")[2] for name in SUITE)
    with pytest.raises(Incomplete, match=r"test_conformance.py: 1 not passed, e.g. .*Suite."):
        shown(evidence, run_of_suite(**{test: outcome}))


def test_a_part_of_the_suite_is_no_record(evidence: Evidence) -> None:
    run = run_of_suite()
    run = {test: outcome for test, outcome in run.items() if "TestTopic" not in test}
    with pytest.raises(Incomplete, match="TopicSuite"):
        shown(evidence, run)


def test_a_gap_that_is_gone_is_another_record() -> None:
    assert suite(expected(GAPS, simulated=True))["digest"] != suite(expected({}, simulated=True))["digest"]


def test_runs_of_the_corpus_are_those_that_every_test_has(evidence: Evidence) -> None:
    found = shown(evidence, run_of_corpus("row_48_depth"))["corpus"]
    assert found["refused"] == ["row_48_depth"]
    assert found == corpus(case.name for case in cases() if case.file.stem != "row_48_depth")
    run = {test: outcome for test, outcome in run_of_corpus().items() if "test_other[row_01" not in test}
    assert shown(evidence, run)["corpus"]["refused"] == ["row_01_lists_of_few"]


def test_a_run_of_the_corpus_that_failed_is_no_record(evidence: Evidence) -> None:
    run = run_of_corpus()
    with pytest.raises(Incomplete, match="corpus: 1 not passed"):
        shown(evidence, {**run, next(iter(run)): FAILED})


def test_programs_are_those_of_the_cloud(evidence: Evidence) -> None:
    assert shown(evidence, run_of_programs())["programs"] == {"01-hello": program(PROGRAMS["01-hello"]())}
    with pytest.raises(Incomplete, match="01-hello"):
        shown(evidence, run_of_programs(SKIPPED))


def test_what_was_not_run_stays_as_it_is(evidence: Evidence) -> None:
    evidence.record.write_text(written(evidence, shown(evidence, run_of_suite() | run_of_corpus())))
    before = json.loads(evidence.record.read_text())
    evidence.record.write_text(written(evidence, shown(evidence, run_of_programs())))
    after = json.loads(evidence.record.read_text())
    assert {name: after[name] for name in ("suite", "corpus", "against")} == {
        name: before[name] for name in ("suite", "corpus", "against")
    }
    assert list(after["programs"]) == ["01-hello"]


def test_a_program_that_is_gone_is_left_out(evidence: Evidence) -> None:
    evidence.record.write_text(json.dumps({"programs": {"99-gone": {"faults": []}}}))
    assert json.loads(written(evidence, {}))["programs"] == {}


def test_equal_runs_give_equal_bytes(evidence: Evidence) -> None:
    run = run_of_suite() | run_of_corpus() | run_of_programs()
    backwards = dict(reversed(list(run.items())))
    assert written(evidence, shown(evidence, run)) == written(evidence, shown(evidence, backwards))


def test_a_record_is_read_as_what_users_are_shown(evidence: Evidence) -> None:
    assert read(evidence.record) is None
    evidence.record.write_text(
        written(evidence, shown(evidence, run_of_suite() | run_of_corpus("row_48_depth") | run_of_programs()))
    )
    found = read(evidence.record)
    assert found
    assert (found.runs, found.refused) == (len(cases()) - 1, ("row_48_depth",))
    assert found.programs == {"01-hello": ("exception", "crash", "lost")}
    assert found.against["ministack"] == pinned()["ministack"]


def test_another_program_is_another_record() -> None:
    assert len({program(make())["digest"] for name, make in PROGRAMS.items() if name != "03-webhooks"}) > 4


def test_every_cloud_has_its_own_evidence() -> None:
    assert len({one.suite for one in EVIDENCE.values()}) == len(EVIDENCE)
