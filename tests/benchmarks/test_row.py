"""Rows, tables and records as plain data: goals, who is ahead, and the way to JSON and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.benchmarks.record import Measured, Record, machine, read
from tests.benchmarks.report import markdown, number
from tests.benchmarks.rounds import MOST
from tests.benchmarks.row import OURS, PEER, REFERENCE, VALUE, Goal, Row, Table, failed

REFERENCE_ROW = Row("by hand", REFERENCE, 5.0, 4.0, 6.0, 1.0)
OURS_ROW = Row("ours", OURS, 8.0, 7.0, 9.0, 1.6, Goal(1.8), "0.1.0")
SLOWER = Row("slower", PEER, 7.0, 7.0, 7.0, 1.9, version="2.0")
FASTER = Row("faster", PEER, 9.0, 9.0, 9.0, 1.5, version="3.0")
BROKEN = Row("broken", PEER, failed="not installed")
TABLE = Table("A queue", "µs", (REFERENCE_ROW, FASTER, OURS_ROW, SLOWER, BROKEN), "× by hand")


@pytest.mark.parametrize(
    ("goal", "met"),
    [(Goal(1.6), True), (Goal(1.5), False), (Goal(8.0, VALUE), True), (Goal(7.9, VALUE), False)],
)
def test_a_goal_is_held_against_the_ratio_or_the_value(goal: Goal, met: bool) -> None:
    assert goal.is_met(OURS_ROW) is met


def test_a_rate_has_to_be_reached() -> None:
    assert Goal(8.0, VALUE, least=True).is_met(OURS_ROW)
    assert not Goal(8.1, VALUE, least=True).is_met(OURS_ROW)


def test_what_has_no_figure_meets_no_goal() -> None:
    assert not Goal(1e9).is_met(BROKEN)
    assert not Goal(1e9).is_met(OURS_ROW._replace(ratio=None))


def test_ratios_say_who_is_ahead_where_there_are_some() -> None:
    assert TABLE.behind() == [(FASTER, OURS_ROW)]


def test_values_say_who_is_ahead_where_there_are_no_ratios() -> None:
    rows = tuple(row._replace(ratio=None) for row in TABLE.rows)
    assert [(peer.name, best.name) for peer, best in Table("A wait", "ms", rows).behind()] == [("slower", "ours")]


def test_the_best_of_ours_counts() -> None:
    assert not TABLE._replace(rows=(*TABLE.rows, OURS_ROW._replace(name="best", ratio=1.2))).behind()


def test_what_failed_is_found_and_is_ahead_of_nobody() -> None:
    assert failed([TABLE]) == [BROKEN]


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    record = Record({"Python": "CPython 3"}, {"messaging": Measured((TABLE,), "2026-01-02", 7)})
    file = tmp_path / "record.json"
    file.write_text(record.text(), "utf-8")
    assert read(file) == record


def test_a_record_has_four_digits_and_nothing_that_is_not_said() -> None:
    plain = json.loads(json.dumps(Row("ours", OURS, 1.23456, 1.0, 2.0).dumped()))
    assert plain == {"name": "ours", "kind": OURS, "value": 1.235, "low": 1.0, "high": 2.0}


def test_a_record_of_a_quick_look_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MOST, raising=False)
    assert "only a look" not in machine()
    monkeypatch.setenv(MOST, "3")
    assert machine()["only a look"] == "at most 3 rounds"


def test_there_may_be_no_record_yet(tmp_path: Path) -> None:
    assert read(tmp_path / "none.json") == Record({}, {})


def test_a_table_shows_references_first_then_the_fastest_and_failures_last() -> None:
    lines = markdown(TABLE).splitlines()
    assert lines[:3] == ["**A queue**", "", "× by hand."]
    assert [line.split("|")[1].strip() for line in lines[6:]] == ["by hand", "faster", "**ours**", "slower", "broken"]
    assert lines[8] == "| **ours** | 8.00 | 7.00 … 9.00 | 1.60 | ≤ 1.8 × |  |"
    assert lines[-1] == "| broken | not run | not installed |  |  |  |"


def test_a_goal_that_is_missed_is_said() -> None:
    missed = OURS_ROW._replace(goal=Goal(1.5))
    assert "≤ 1.5 ×, missed" in markdown(Table("A queue", "µs", (REFERENCE_ROW, missed)))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.0001234, "0.00012"), (0.5, "0.500"), (1.234, "1.23"), (12.34, "12.3"), (1234.5, "1,234")],
)
def test_numbers_have_three_digits(value: float, text: str) -> None:
    assert number(value) == text
