"""What handlers print and log is noted, and still goes where it went."""

import logging
import sys

import pytest

from cloudless.dev.feed import LINES_MOST, Line
from cloudless.dev.words import LONGEST, noted
from tests.unit.dev.stall import double, running


def test_prints_and_logs_are_noted_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    found: list[Line] = []
    with noted(found.append):
        print("one", "two")  # noqa: T201
        logging.getLogger("shop").warning("three %d", 3)
        sys.stdout.write("fo")
        sys.stdout.writelines(["ur\n", "five\n"])
    print("six")  # noqa: T201
    assert [(one.level, one.text) for one in found] == [
        ("print", "one two"),
        ("warning", "three 3"),
        ("print", "four"),
        ("print", "five"),
    ]
    assert capsys.readouterr().out == "one two\nfour\nfive\nsix\n"


def test_a_long_line_is_cut_where_it_is_noted_only(capsys: pytest.CaptureFixture[str]) -> None:
    found: list[Line] = []
    with noted(found.append):
        print("x" * 5_000)  # noqa: T201
    assert len(found[0].text) == LONGEST
    assert len(capsys.readouterr().out) == 5_001


def test_lines_belong_to_the_call_that_wrote_them() -> None:
    with running() as stall, noted(stall.feed.note):
        print("nobody's")  # noqa: T201
        double.invoke(4)
        stall.feed.flush()
    (call,) = stall.happened
    assert [one.text for one in call.lines] == ["doubling 4"]


def test_a_call_that_prints_without_end_is_kept_in_part() -> None:
    with running() as stall:

        def chatter(number: int) -> int:
            for _ in range(9_999):
                stall.feed.note(Line("print", "x"))
            return number

        stall.simulation.replace(double, stall.feed._watched(chatter))
        double.invoke(1)
        stall.feed.flush()
    assert len(stall.happened[0].lines) == LINES_MOST
