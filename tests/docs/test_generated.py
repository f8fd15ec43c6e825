"""The pages that are written by programs say what the programs say."""

import re

from cloudless.conformance.index import ELSEWHERE, HEADINGS, ROWS, page
from tests.docs import conformance_page, errors_page


def test_the_page_of_errors_is_current() -> None:
    assert errors_page.PAGE.read_text("utf-8") == errors_page.page(), "run: python -m tests.docs.errors_page"


def test_the_page_of_the_suite_is_current() -> None:
    assert conformance_page.PAGE.read_text("utf-8") == page(), "run: python -m tests.docs.conformance_page"


def test_every_row_of_the_contract_is_held_by_cases_or_elsewhere() -> None:
    mechanisms = (conformance_page.PAGE.parents[1] / "mechanisms.md").read_text("utf-8")
    headings = set(re.findall(r"^## (.+)$", mechanisms, re.MULTILINE))
    assert {HEADINGS.get(row, row) for row in ROWS} | ELSEWHERE.keys() == headings
    assert ROWS.keys().isdisjoint(ELSEWHERE)
