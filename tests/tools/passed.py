"""What has just passed is not run again: a pytest plugin for whoever runs `make test` and then `make test-all`.

pytest -p tests.tools.passed --note-passed=FILE    # list there what passed
pytest -p tests.tools.passed --leave-out=FILE      # run what is not listed there: what was skipped, failed or left out

May import: the standard library and pytest.
"""

import json
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--note-passed", metavar="FILE", help="list in this file the tests that pass")
    parser.addoption("--leave-out", metavar="FILE", help="leave out the tests that are listed in this file")


def pytest_configure(config: pytest.Config) -> None:
    file = config.getoption("note_passed")
    if file and not hasattr(config, "workerinput"):  # a worker of xdist reports to the process that has all of it
        config.pluginmanager.register(Noted(Path(file)))


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what is left out, since the closing line does not, with xdist."""
    file = config.getoption("leave_out")
    return f"left out: {len(_listed(file))} tests that have just passed" if file else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    file = config.getoption("leave_out")
    if file:
        listed = _listed(file)
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid in listed])
        items[:] = [item for item in items if item.nodeid not in listed]


class Noted:
    """Lists the tests that passed: set up, called and torn down without a failure, and neither skipped nor xfailed."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._passed: set[str] = set()
        self._others: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.passed or hasattr(report, "wasxfail"):
            self._others.add(report.nodeid)
        elif report.when == "call":
            self._passed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        self._file.write_text(json.dumps(sorted(self._passed - self._others)))


def _listed(file: str) -> frozenset[str]:
    return frozenset(json.loads(Path(file).read_text()))
