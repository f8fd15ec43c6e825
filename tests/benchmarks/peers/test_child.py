"""A round in a peer's process: what it answers, and that what was lost is an error."""

from __future__ import annotations

import pytest

from tests.benchmarks.peers import Contestant, Lost, counted
from tests.benchmarks.peers.child import answer
from tests.benchmarks.peers.references import REFERENCES


def thrice(count: int) -> float:
    return 3.0 * count


def test_seconds_are_of_a_unit_and_stand_beside_the_reference() -> None:
    found = answer(Contestant("queue", "x", thrice, 5, reference=lambda: 2.0), 5)
    assert found == {"seconds": 3.0, "reference": 2.0}


def test_the_reference_is_that_of_the_contest() -> None:
    found = answer(Contestant("steps", "x", thrice, 1), 1)
    assert found["reference"] > 0


def test_a_contest_without_a_reference_has_none() -> None:
    assert answer(Contestant("wait", "x", thrice, 1), 1) == {"seconds": 3.0, "reference": None}


def test_a_round_that_lost_something_is_no_figure(capsys: pytest.CaptureFixture[str]) -> None:
    def lossy(count: int) -> float:
        counted(count - 1, count)
        return 1.0

    assert answer(Contestant("wait", "x", lossy, 5), 5) == {"failed": "Lost: handled 4 of 5"}
    assert "Lost" in capsys.readouterr().err


def test_counting_accepts_exactly_what_was_expected() -> None:
    counted(3, 3)
    with pytest.raises(Lost, match="handled 4 of 3"):
        counted(4, 3)


@pytest.mark.parametrize("contest", REFERENCES)
def test_every_reference_does_its_work(contest: str) -> None:
    assert 0 < REFERENCES[contest]() < 1
