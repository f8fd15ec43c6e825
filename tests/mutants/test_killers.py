"""The case that killed a mutant last is tried first, and alone says nothing of one that it does not kill."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hosting.launcher import Zygote
from tests.mutants.__main__ import FAULTS
from tests.mutants.killers import kill, known
from tests.mutants.planted import FAULTS as PLANTED
from tests.mutants.process import zygote
from tests.mutants.verdict import SUITE, WORKER

CASE = "TestLedger::test_a_free_key_is_claimed_and_then_held"
PATHS = [f"{SUITE}::TestLedger"]


@pytest.fixture(scope="module")
def forking() -> Iterator[Zygote]:
    with zygote(WORKER) as process:
        yield process


@pytest.mark.slow
def test_the_case_that_killed_last_is_enough(forking: Zygote) -> None:
    found = kill(forking, PLANTED["killed"], {"killed": "test_a_free_key_is_claimed_and_then_held"}, PATHS)
    assert found.killers == [CASE]


@pytest.mark.slow
def test_where_it_is_not_there_any_more_the_whole_suite_is_tried(forking: Zygote) -> None:
    found = kill(forking, PLANTED["killed"], {"killed": "test_that_was_renamed"}, PATHS)
    assert found.killed


@pytest.mark.slow
def test_where_it_does_not_kill_any_more_the_whole_suite_is_tried(forking: Zygote) -> None:
    found = kill(forking, PLANTED["killed"], {"killed": "test_keys_do_not_meet"}, PATHS)
    assert found.killed


def test_what_is_known_is_of_mutants_that_there_are() -> None:
    assert known().keys() <= FAULTS.keys()
