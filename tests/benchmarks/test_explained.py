"""What is said of peers that are ahead is about contestants and tables that there are."""

from __future__ import annotations

import pytest

from tests.benchmarks.explained import EXPLAINED, Explained
from tests.benchmarks.record import Measured, Record
from tests.benchmarks.row import OURS, PEER, Row, Table
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


def test_the_page_has_every_area_of_the_record() -> None:
    table = Table("An event", "µs", (OURS_ROW, AHEAD))
    text = page(Record({"Python": "3"}, {"events": Measured((table,), "2026-01-02", 60)}))
    assert "Measured on 2026-01-02 in 1 minutes. Python: 3." in text
    assert "### Warm calls\n\n**An event**" in text
