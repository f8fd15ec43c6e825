"""Journal: journeys, bounds, and what a slow reader misses."""

from json import loads

import pytest

from cloudless.dev.feed import Wrong
from cloudless.dev.page import journal as module
from cloudless.dev.page.clean import cleaner
from cloudless.dev.page.entry import BODY_MOST, Author
from cloudless.dev.page.journal import Journal
from cloudless.errors import InvalidArgument
from tests.unit.dev.page.conftest import Page
from tests.unit.dev.stall import double, orders, rows


def filled(count: int, most: int = 10) -> Journal:
    journal = Journal(Author(str), lambda: 7, most=most)
    for number in range(1, count + 1):
        journal.tell(Wrong(InvalidArgument(f"wrong {number}")))
    return journal


def test_entries_are_numbered_from_one() -> None:
    page = filled(3).after(0, 100)
    assert [loads(one.text)["number"] for one in page.entries] == [1, 2, 3]
    assert page.missed == 0


@pytest.mark.parametrize(
    ("after", "most", "numbers", "missed"),
    [
        (0, 100, [16, 17, 18, 19, 20, 21, 22, 23, 24, 25], 15),
        (20, 3, [23, 24, 25], 2),
        (24, 3, [25], 0),
        (25, 3, [], 0),
    ],
)
def test_a_reader_that_is_behind_gets_the_newest_and_the_number_of_the_others(
    after: int, most: int, numbers: list[int], missed: int
) -> None:
    page = filled(25).after(after, most)
    assert ([one.number for one in page.entries], page.missed) == (numbers, missed)


def test_a_journey_has_all_that_came_of_a_message(page: Page) -> None:
    orders.send({"id": 1})
    orders.send({"id": 2})
    page.settle()
    first, second = (one for one in page.entries if one["kind"] == "send")
    kinds = [(one["kind"], one["name"]) for one in page.get(f"/journeys/{first['journey']}")]
    assert kinds == [("send", "orders"), ("deliver", "orders"), ("publish", "placed"), ("deliver", "placed-pack")]
    assert second["journey"] != first["journey"]


def test_a_dead_letter_and_its_redrive_belong_to_the_journey(page: Page) -> None:
    orders.send({"reject": True})
    page.settle()
    page.act("redrive", queue="orders-dead-letters")
    (journey,) = {one["journey"] for one in page.entries}
    assert page.lines == [
        "send orders", "deliver orders dead", "dead orders-dead-letters",
        "send orders", "deliver orders dead", "dead orders-dead-letters",
    ]  # fmt: skip
    assert len(page.get(f"/journeys/{journey}")) == 6


def test_an_entry_says_what_the_handler_wrote_how_long_it_took_and_why_it_failed(page: Page) -> None:
    orders.send({"fail": True})
    page.settle()
    delivered = page.entries[1]
    assert delivered["error"]["type"] == "ConnectionError"
    assert delivered["error"]["place"].startswith("stall.py:")
    assert delivered["again_s"] > 0
    assert delivered["took_ms"] > 0
    assert loads(delivered["body"]) == {"fail": True}


def test_values_of_secrets_are_hidden(page: Page) -> None:
    orders.send({"id": 'the correct horse"'})
    page.settle()
    assert "correct horse" not in str(page.entries)
    assert loads(page.entries[0]["body"]) == {"id": 'the •••"'}


def test_a_long_body_is_cut(page: Page) -> None:
    orders.send({"id": "x" * 10_000})
    page.settle()
    entry = page.entries[0]
    assert (len(entry["body"]), entry["size"]) == (BODY_MOST, 10_009)


def test_what_is_usual_is_not_written() -> None:
    assert loads(filled(1).after(0, 1).entries[0].text) == {
        "number": 1, "at_ms": 7, "kind": "error", "name": "InvalidArgument",
        "error": {"type": "InvalidArgument", "text": "wrong 1"},
    }  # fmt: skip


def test_calls_and_failures_are_counted(page: Page) -> None:
    rows.send(1)
    orders.send({})
    double.invoke(2)
    page.settle()
    page.running.feed.flush()
    assert page.running.journal.runs == {"store": [1, 1], "take": [1, 0], "pack": [1, 0], "double": [1, 0]}
    assert page.running.journal.sends == {"rows": 1, "orders": 1, "placed": 1}


def test_another_journal_goes_on_where_one_ended() -> None:
    before = filled(3)
    after = Journal(Author(str), lambda: 8)
    after.resume(before.state())
    after.tell(Wrong(InvalidArgument("more")))
    assert [one.number for one in after.after(0, 10).entries] == [1, 2, 3, 4]


def test_journeys_are_forgotten_in_order(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "JOURNEYS_MOST", 3)
    for number in range(10):
        orders.send({"id": number})
    page.settle()
    assert len(page.running.journal.state()["journeys"]) == 3


def test_short_secrets_are_no_reason_to_hide_what_looks_like_them() -> None:
    assert cleaner(["a", "123"])("a 123") == "a 123"
