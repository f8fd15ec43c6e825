"""The arithmetic of rounds: medians, ratios round by round, and when a comparison ends."""

from __future__ import annotations

from tests.benchmarks.rounds import LEAST, Figure, compare, enough, figure, over, table
from tests.benchmarks.row import OURS, REFERENCE, Goal


def test_a_ratio_is_the_median_of_the_ratios_of_each_round() -> None:
    found = figure([2.0, 30.0, 4.0], [1.0, 10.0, 4.0])
    assert found == Figure(value=4.0, low=2.0, high=30.0, ratio=2.0)


def test_a_machine_that_slows_down_slows_both_sides_of_a_ratio() -> None:
    assert figure([2.0, 20.0, 200.0], [1.0, 10.0, 100.0]).ratio == 2.0


def test_what_has_no_reference_has_no_ratio() -> None:
    assert figure([1.0]).ratio is None


def test_what_is_over_is_taken_off_round_by_round() -> None:
    assert over([11.0, 25.0, 33.0], [1.0, 20.0, 30.0]) == Figure(5.0, 3.0, 10.0)


def test_contestants_take_turns_and_are_warmed_once() -> None:
    turns: list[str] = []

    def contestant(name: str, took: float) -> float:
        turns.append(name)
        return took

    found = compare({"a": lambda: contestant("a", 1.0), "b": lambda: contestant("b", 3.0)}, rounds=2)
    assert turns == ["a", "b"] * 3
    assert found["b"] == Figure(3.0, 3.0, 3.0, 3.0)


def test_a_comparison_ends_with_its_rounds_or_with_its_budget_but_never_before_the_least() -> None:
    assert enough(7, 7, began=0.0, budget_s=1e12)
    assert not enough(6, 7, began=0.0, budget_s=1e12)
    assert enough(LEAST, 7, began=0.0, budget_s=0.0)
    assert not enough(LEAST - 1, 7, began=0.0, budget_s=0.0)


def test_a_table_is_in_its_unit_and_knows_who_is_ours() -> None:
    figures = {"by hand": Figure(1e-6, 1e-6, 1e-6, 1.0), "ours": Figure(2e-6, 1e-6, 4e-6, 2.0)}
    hand, ours = table("calls", figures, {"ours": 2.5}).rows
    assert (hand.kind, hand.goal) == (REFERENCE, None)
    assert (ours.kind, ours.value, ours.high, ours.ratio) == (OURS, 2.0, 4.0, 2.0)
    assert ours.goal == Goal(2.5)
