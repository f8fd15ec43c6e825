"""What is said of peers that are ahead is about contestants and tables that there are."""

from __future__ import annotations

import pytest

from tests.benchmarks.explained import EXPLAINED, Explained
from tests.benchmarks.record import Measured, Record
from tests.benchmarks.row import OURS, PEER, VALUE, Goal, Row, Table
from tests.docs.benchmarks_page import behind, missed, page

OURS_ROW = Row("ours", OURS, 2.0, 2.0, 2.0)
AHEAD = Row("chalice on_sqs_message, dicts", PEER, 1.0, 1.0, 1.0)


@pytest.mark.parametrize("one", EXPLAINED, ids=[f"{one.table}, {one.peer}" for one in EXPLAINED])
def test_a_reason_is_a_reason(one: Explained) -> None:
    assert one.why.endswith(".")
    assert len(one.why) > 60


def test_who_is_ahead_is_found_with_the_reason() -> None:
    text = behind([Table("An event of SQS with 10 messages, a message", "µs", (OURS_ROW, AHEAD))])
    assert text.startswith("- *An event of SQS with 10 messages, a message*: **chalice on_sqs_message, dicts** is ")
    assert "only what failed comes again" in text


def test_who_is_ahead_without_a_reason_is_said_too() -> None:
    assert behind([Table("Something new", "µs", (OURS_ROW, AHEAD))]).endswith("Not explained yet.\n")


def test_what_did_not_run_is_loud() -> None:
    assert missed([Table("x", "", (Row("kombu", PEER, failed="no index"),))]) == (
        "\nNot run, although it should have been:\n\n- kombu: no index\n"
    )


QUEUE = Table("A queue to a handler, a message", "µs", (OURS_ROW._replace(low=16.2, ratio=1.5),))


def test_a_time_that_missed_its_goal_is_told_for_the_machine_of_the_goals_too() -> None:
    wait = Table("A wait", "ms", (OURS_ROW._replace(value=0.08, goal=Goal(0.05, VALUE)),))
    assert missed([QUEUE, wait]).endswith(
        "- *A wait*: ours: 0.080 [≤ 0.05 ms]; where goals were set, 2.0 times as fast, 0.040\n"
    )


def test_a_rate_that_missed_its_goal_would_be_higher_there() -> None:
    rate = Table("Searched", "", (OURS_ROW._replace(value=150.0, goal=Goal(200, VALUE, least=True)),))
    assert missed([QUEUE, rate]).endswith(
        "- *Searched*: ours: 150 [≥ 200]; where goals were set, 2.0 times as fast, 300\n"
    )


def test_a_ratio_or_a_size_is_the_same_everywhere() -> None:
    rows = (OURS_ROW._replace(ratio=3.2, goal=Goal(3)), OURS_ROW._replace(value=151, goal=Goal(150, VALUE)))
    assert missed([QUEUE, Table("A map", "KiB", rows)]).splitlines()[-2:] == [
        "- *A map*: ours: 3.20 [≤ 3 ×]", "- *A map*: ours: 151 [≤ 150 KiB]",
    ]  # fmt: skip


def test_the_page_has_every_area_of_the_record() -> None:
    table = Table("An event", "µs", (OURS_ROW, AHEAD))
    text = page(Record({"Python": "3"}, {"events": Measured((table,), "2026-01-02", 60)}))
    assert "Measured on 2026-01-02 in 1 minutes. Python: 3." in text
    assert "### Warm calls\n\n**An event**" in text
