"""Fields of cron, which providers write in their own dialects."""

from __future__ import annotations

import pytest

from cloudless.compiler.ticks import DAYS, HOURS, MINUTES, Ticks, restricted, runs


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ((0,), "0"),
        ((0, 1), "0-1"),
        ((0, 30), "0,30"),
        ((1, 2, 3, 7, 9, 10), "1-3,7,9-10"),
        (tuple(range(23)), "0-22"),
        (tuple(range(24)), "*"),
    ],
)
def test_values_that_follow_one_another_are_a_range_and_all_are_a_star(values: tuple[int, ...], field: str) -> None:
    assert runs(values, HOURS) == field


def test_each_field_has_its_own_all() -> None:
    assert (runs(tuple(DAYS), DAYS), runs(tuple(DAYS), MINUTES)) == ("*", "1-31")


def test_only_fields_that_are_restricted_are_told() -> None:
    assert restricted(Ticks(minutes=(0, 30), hours=tuple(HOURS))) == {"minutes": [0, 30]}
    assert restricted(Ticks(minutes=tuple(MINUTES), hours=(6,), days=(1,))) == {"hours": [6], "days": [1]}
