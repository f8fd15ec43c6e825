"""The published support matrix is what the capability tables say."""

from __future__ import annotations

import pytest

from cloudless.driver.gap import CAPABILITIES, NEVER, NOT_YET, Gap
from cloudless.errors import InvalidArgument
from tests.docs.support_matrix import MEMORY, ROOT, UNTESTED, Table, matrix, page, readme, shown, tables

REMEDY = "write it anew: python -m tests.docs.support_matrix"


def published() -> Table:
    try:
        return tables()
    except InvalidArgument as problem:
        pytest.skip(str(problem))


def test_the_matrix_of_readme_is_current() -> None:
    text = (ROOT / "README.md").read_text()
    assert readme(text, published()) == text, REMEDY


def test_the_page_of_gaps_is_current() -> None:
    assert (ROOT / "docs" / "reference" / "support.md").read_text() == page(published()), REMEDY


def test_every_capability_has_a_row_and_every_gap_a_cell() -> None:
    of: Table = {"a": ("A", {"queue": Gap(NEVER, "why")}), "b": ("B", {"queue": Gap(NOT_YET, "why")})}
    lines = matrix(of).splitlines()
    assert len(lines) == len(CAPABILITIES) + 2
    assert lines[2] == f"| {CAPABILITIES['queue']} | never | not yet |"
    assert all(line.endswith("| yes | yes |") for line in lines[3:])


def test_memorys_gaps_are_capabilities() -> None:
    assert MEMORY.keys() <= CAPABILITIES.keys()


def test_what_no_suite_has_run_is_not_published_as_supported() -> None:
    never = Gap(NEVER, "why")
    of = shown({"queue.batch": never}, tested=False)
    assert of["queue"] is UNTESTED
    assert of["queue.batch"] is never


def test_what_a_compiler_emits_is_not_published_without_one() -> None:
    compiler = Gap(NOT_YET, "the compiler is not built")
    assert shown({"compile": compiler}, tested=True)["identity.per_function"] is compiler
    assert "identity.per_function" not in shown({}, tested=True)
