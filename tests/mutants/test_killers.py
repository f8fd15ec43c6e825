"""The case that killed a mutant last is tried first, and alone says nothing of one that it does not kill."""

from __future__ import annotations

from tests.mutants.__main__ import FAULTS
from tests.mutants.killers import kill, known
from tests.mutants.planted import FAULTS as PLANTED
from tests.mutants.verdict import SUITE

CASE = "TestLedger::test_a_free_key_is_claimed_and_then_held"
PATHS = [f"{SUITE}::TestLedger"]


def test_the_case_that_killed_last_is_enough() -> None:
    found = kill(PLANTED["killed"], {"killed": "test_a_free_key_is_claimed_and_then_held"}, PATHS)
    assert found.killers == [CASE]


def test_where_it_is_not_there_any_more_the_whole_suite_is_tried() -> None:
    found = kill(PLANTED["killed"], {"killed": "test_that_was_renamed"}, PATHS)
    assert found.killed


def test_where_it_does_not_kill_any_more_the_whole_suite_is_tried() -> None:
    found = kill(PLANTED["killed"], {"killed": "test_keys_do_not_meet"}, PATHS)
    assert found.killed


def test_what_is_known_is_of_mutants_that_there_are() -> None:
    assert known().keys() <= FAULTS.keys()
