"""What has just passed is not run again: a pytest plugin for whoever runs `make test` and then `make test-all`.

pytest -p tests.tools.passed --note-passed=FILE    # list there what passed
pytest -p tests.tools.passed --leave-out=FILE      # run what is not listed there: what was skipped, failed or left out

A file of which all has passed is not even imported again: that is most of them.

May import: the standard library and pytest.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--note-passed", metavar="FILE", help="list in this file the tests that pass")
    parser.addoption("--leave-out", metavar="FILE", help="leave out the tests that are listed in this file")


class Passed(NamedTuple):
    """What passed: tests by their node ids, and the files of which nothing is left, relative to the root."""

    tests: frozenset[str]
    files: frozenset[str]


@cache
def read(file: str) -> Passed:
    noted = json.loads(Path(file).read_text())
    return Passed(frozenset(noted["tests"]), frozenset(noted["files"]))


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("note_passed"):
        return
    left = Left()
    config.pluginmanager.register(left)
    if not hasattr(config, "workerinput"):  # a worker of xdist reports to the process that has all of it
        config.pluginmanager.register(Noted(Path(config.getoption("note_passed")), left))


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what is left out, since the closing line does not, with xdist."""
    file = config.getoption("leave_out")
    return f"left out: {len(read(file).tests)} tests that have just passed" if file else None


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    file = config.getoption("leave_out")
    if file and collection_path.suffix == ".py" and _name(collection_path, config) in read(file).files:
        return True
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    file = config.getoption("leave_out")
    if file:
        tests = read(file).tests
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid in tests])
        items[:] = [item for item in items if item.nodeid not in tests]


class Left:
    """The files of tests that were not even run: each process that collects knows them, and one of them tells."""

    def __init__(self) -> None:
        self.files: set[str] = set()

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self.files.update(_file(item.nodeid) for item in items)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["left"] = sorted(self.files)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self.files.update(getattr(node, "workeroutput", {}).get("left", ()))  # none of a process that crashed


class Noted:
    """Lists the tests that passed: set up, called and torn down without a failure, and neither skipped nor xfailed."""

    def __init__(self, file: Path, left: Left) -> None:
        self._file = file
        self._left = left
        self._passed: set[str] = set()
        self._others: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.passed or hasattr(report, "wasxfail"):
            self._others.add(report.nodeid)
        elif report.when == "call":
            self._passed.add(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        passed = self._passed - self._others
        files = set(map(_file, passed)) - set(map(_file, self._others)) - self._left.files
        self._file.write_text(json.dumps({"tests": sorted(passed), "files": sorted(files)}))


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]


def _name(path: Path, config: pytest.Config) -> str:
    return path.relative_to(config.rootpath).as_posix()
