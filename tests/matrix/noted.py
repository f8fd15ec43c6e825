"""A plugin of pytest: what came of each test, for a record.

pytest -p tests.matrix.noted --note-outcomes=FILE    # {"tests/test_x.py::test_y[z]": "passed" | "failed" | …}

May import: the standard library and pytest.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

PASSED, FAILED, SKIPPED, XFAILED = "passed", "failed", "skipped", "xfailed"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--note-outcomes", metavar="FILE", help="write into this file what came of each test")


def pytest_configure(config: pytest.Config) -> None:
    file = config.getoption("note_outcomes")
    if file and not hasattr(config, "workerinput"):  # a worker of xdist reports to the process that has all of it
        config.pluginmanager.register(Outcomes(Path(file)))


class Outcomes:
    """Of set-up, call and tear-down together: the worst."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._found: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        outcome = outcome_of(report)
        if outcome != PASSED or report.when == "call":
            self._found[report.nodeid] = outcome if self._found.get(report.nodeid) != FAILED else FAILED

    def pytest_sessionfinish(self) -> None:
        self._file.write_text(json.dumps(self._found, indent=0, sort_keys=True))


def outcome_of(report: pytest.TestReport) -> str:
    """What came of one phase of a test."""
    if hasattr(report, "wasxfail"):
        return XFAILED if report.skipped else FAILED
    return report.outcome
