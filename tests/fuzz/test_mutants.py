"""A mutant of the engine is found, and one that does not fit the code is told from it."""

from __future__ import annotations

import pytest

from tests.fuzz.mutants import WORKER, main, verdict
from tests.mutants.process import zygote

pytestmark = pytest.mark.fuzz


def test_a_fault_of_the_engine_is_found() -> None:
    with zygote(WORKER) as forking:
        told = verdict(forking, "limit_is_ignored")
    assert told["kind"] == "calls"
    assert int(str(told["number"])) <= 100


def test_what_is_no_mutant_fails_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    with zygote(WORKER) as forking:
        told = verdict(forking, "limit_is_ignord")
    assert told == {"broken": "KeyError: 'limit_is_ignord'"}
    assert main(["limit_is_ignord"]) == 1
    assert capsys.readouterr().out == "there is no mutant limit_is_ignord\n"
