"""The runner says which mutants are killed, and by what; survivors and broken mutants fail it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from tests.mutants.__main__ import main, report
from tests.mutants.planted import FAULTS
from tests.mutants.process import zygote
from tests.mutants.verdict import WORKER, Verdict, verdict

pytestmark = pytest.mark.slow

CASE = "tests/test_conformance.py::TestLedger::test_a_free_key_is_claimed_and_then_held"
PATHS = (CASE, "tests/test_conformance.py::TestQueue::test_a_handler_knows_how_much_time_it_has")
ENOUGH_S, SHORT_S = 60.0, 0.1  # the short one ends before any process could

BROKEN = {
    "raises": "it cannot be applied: RuntimeError: the patch itself",
    "changes_what_is_not_there": "it cannot be applied: AttributeError: clam",
    "calls_with_stale_arguments": "takes 3 positional arguments but 5 were given",
    "reads_what_is_not_there": "no attribute '_rows'",
    "makes_the_cloud_call_what_is_not_there": "'NoneType' object is not callable",
    "raises_where_the_runtime_catches_it": "no attribute 'there_is_no_such_thing'",
    "takes_away_a_suite": "cannot be collected: ",
    "takes_away_the_deployment": "setup of TestLedger::",
    "ends_the_process": "the process ends with 9, and it does not say so",
    "hangs": "the suite does not end within 0.1 s, and it does not say so",
    "says_that_it_hangs_and_does_not": "it never hangs, as it says",
}


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    """Of every planted mutant, by name."""
    limits = [SHORT_S if name.startswith("hangs") else ENOUGH_S for name in FAULTS]
    with zygote(WORKER) as forking, ThreadPoolExecutor(4) as pool:
        found = pool.map(partial(verdict, forking), FAULTS.values(), [PATHS] * len(FAULTS), limits)
        return dict(zip(FAULTS, found, strict=True))


def test_a_kill_names_its_cases(verdicts: dict[str, Verdict]) -> None:
    killed = verdicts["killed"]
    assert killed.killed
    assert killed.told() == "TestLedger::test_a_free_key_is_claimed_and_then_held"


def test_a_mutant_that_changes_nothing_that_a_case_sees_survives(verdicts: dict[str, Verdict]) -> None:
    survivor = verdicts["survivor"]
    assert not survivor.killed
    assert survivor.told() == "SURVIVED"


@pytest.mark.parametrize(("mutant", "why"), BROKEN.items(), ids=BROKEN)
def test_a_broken_mutant_is_not_killed_and_says_what_is_wrong(
    verdicts: dict[str, Verdict], mutant: str, why: str
) -> None:
    broken = verdicts[mutant]
    assert not broken.killed
    assert broken.told().startswith("BROKEN MUTANT: ")
    assert why in broken.told()


@pytest.mark.parametrize("mutant", ["ends_the_process_and_says_so", "hangs_and_says_so"])
def test_an_end_that_the_declaration_names_is_a_kill(verdicts: dict[str, Verdict], mutant: str) -> None:
    assert verdicts[mutant].killed


def test_every_planted_mutant_is_looked_at(verdicts: dict[str, Verdict]) -> None:
    seen = {"killed", "survivor", "ends_the_process_and_says_so", "hangs_and_says_so", *BROKEN}
    assert seen == verdicts.keys()


def test_the_table_names_survivors_and_broken_mutants(
    verdicts: dict[str, Verdict], capsys: pytest.CaptureFixture[str]
) -> None:
    report([verdicts[name] for name in ("killed", "survivor", "raises")])
    assert capsys.readouterr().out.splitlines() == [
        "killed    TestLedger::test_a_free_key_is_claimed_and_then_held",
        "survivor  SURVIVED",
        "raises    BROKEN MUTANT: it cannot be applied: RuntimeError: the patch itself",
        "1 of 3 mutants killed",
        "survived: survivor",
        "broken: raises",
    ]


@pytest.mark.parametrize(("mutant", "code"), [("killed", 0), ("survivor", 1), ("raises", 1)])
def test_one_survivor_or_one_broken_mutant_fails_the_run(verdicts: dict[str, Verdict], mutant: str, code: int) -> None:
    assert report([verdicts["killed"], verdicts[mutant]]) == code


def test_the_command_runs_the_suite_without_a_mutant_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["survivor"], FAULTS, [CASE]) == 1
    assert main(["survivor"], FAULTS, ["tests/no_such_file.py"]) == 1
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first == "survivor  SURVIVED"
    assert last.startswith("the suite fails without any mutant: the suite did not run")


def test_a_name_that_is_no_mutant_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lost_atempt"]) == 1
    assert capsys.readouterr().out == "there is no mutant lost_atempt\n"
