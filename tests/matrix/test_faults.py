"""A fault befalls one call, whoever makes it, and is told where nobody did."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.matrix import faults
from tests.matrix.program import Played, Program, fault, run


def test_a_fault_is_taken_once(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    faults.arm(trace, faults.CRASH, "take")
    assert faults.armed(trace) == ["take"]
    assert faults.taken(trace, "mail") == ""
    assert faults.taken(trace, "take") == faults.CRASH
    assert (faults.taken(trace, "take"), faults.armed(trace)) == ("", [])


def test_a_fault_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="fault 'crahs': there are exception, crash, lost"):
        faults.arm(tmp_path / "trace", "crahs", "take")


def test_a_program_whose_fault_befell_nobody_has_not_been_played(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    faults.arm(trace, faults.LOST, "take")
    with pytest.raises(AssertionError, match="never called again: take"):
        Played.of([], trace)


def test_a_program_says_its_faults_in_one_order() -> None:
    steps = (fault(faults.LOST, "a"), fault(faults.EXCEPTION, "b"), fault(faults.LOST, "b"), run())
    assert Program("01-hello", steps).faults == (faults.EXCEPTION, faults.LOST)
