"""The pages that are written by programs say what the programs say."""

import re

from cloudless.cli.commands import COMMANDS
from cloudless.conformance.index import ELSEWHERE, HEADINGS, ROWS, page
from tests.docs import benchmarks_page, cli_page, conformance_page, errors_page


def test_the_page_of_errors_is_current() -> None:
    assert errors_page.PAGE.read_text("utf-8") == errors_page.page(), "run: python -m tests.docs.errors_page"


def test_the_page_of_the_suite_is_current() -> None:
    assert conformance_page.PAGE.read_text("utf-8") == page(), "run: python -m tests.docs.conformance_page"


def test_the_page_of_benchmarks_is_what_was_recorded() -> None:
    assert benchmarks_page.PAGE.read_text("utf-8") == benchmarks_page.current(), (
        "run: python -m tests.docs.benchmarks_page"
    )


def test_the_page_of_commands_is_current() -> None:
    assert cli_page.PAGE.read_text("utf-8") == cli_page.page(), "run: python -m tests.docs.cli_page"


def test_every_command_has_a_section_with_its_usage_and_its_exit_codes() -> None:
    text = cli_page.PAGE.read_text("utf-8")
    assert re.findall(r"^## cloudless (\S+)$", text, re.MULTILINE) == list(COMMANDS)
    for name, found in cli_page.commands():
        part = text.partition(f"# cloudless {name}\n")[2].partition("\n## ")[0]
        assert part.startswith(f"\n```text\ncloudless {name} ")
        for one in found.params:
            shown = one.opts[0] if one.param_type_name == "option" else cli_page.metavar(one)
            assert (f"| `{shown}" in part) is not one.hidden
        assert "Exit codes: 0" in part or " " in name


def test_what_a_command_says_of_itself_is_shown_as_it_is() -> None:
    said = "Write `*.py`, or *.md, not <b> or a_b|c. Say --speed 60, or: cloudless run --json send orders '{\"a\": 1}'."
    assert cli_page.marked(said).replace(cli_page.JOINED, " ") == (
        r"Write `*.py`, or `*.md`, not \<b> or a\_b\|c. Say `--speed 60`, or: "
        "`cloudless run --json send orders '{\"a\": 1}'`."
    )


def test_every_row_of_the_contract_is_held_by_cases_or_elsewhere() -> None:
    mechanisms = (conformance_page.PAGE.parents[1] / "mechanisms.md").read_text("utf-8")
    headings = set(re.findall(r"^## (.+)$", mechanisms, re.MULTILINE))
    assert {HEADINGS.get(row, row) for row in ROWS} | ELSEWHERE.keys() == headings
    assert ROWS.keys().isdisjoint(ELSEWHERE)
