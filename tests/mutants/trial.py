"""One mutant, in a process of its own: apply it, run the suite, print what became of it as a line of JSON.

What a forked process is given: MODULE MUTANT MOST PATH…, where MUTANT is "" for none. What it prints last:
{"killers": [case, …], "broken": [why, …]}.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest

from tests.mutants.fault import own, stale
from tests.mutants.process import ROOT

CASES = Path(__file__).parents[2] / "cloudless" / "conformance"
SUITES = (
    "function",
    "http",
    "ledger",
    "memory",
    "orchestration",
    "ordered",
    "permission",
    "queue",
    "schedule",
    "topic",
)
MODULES = (
    *("pytest", "pydantic", "cloudless.testing", "tests.mutants.faults", "tests.mutants.http_faults"),
    *("tests.mutants.orchestration_faults", "tests.mutants.planted", "cloudless.conformance.simulated"),
    *(f"cloudless.conformance.{name}" for name in SUITES),
)
"""What is imported before processes are forked, once for all mutants: not the suite of the in-memory cloud itself."""
RAN = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
MISFITS = (AttributeError, ImportError, NameError, SyntaxError, TypeError)
"""What code raises that does not fit together: no wrong outcome, unless a line of a case itself raised it."""


class Watch:
    """A pytest plugin: which cases failed, and what else went wrong."""

    def __init__(self) -> None:
        self.killers: list[str] = []
        self.broken: list[str] = []

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken.append(f"{report.nodeid or 'the suite'} cannot be collected: {_last_line(report.longreprtext)}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and report.when == "call":
            self.killers.append(_case(report.nodeid))
        elif report.failed:
            self.broken.append(f"{report.when} of {_case(report.nodeid)}: {_last_line(report.longreprtext)}")

    def pytest_exception_interact(self, node: pytest.Item | pytest.Collector, call: pytest.CallInfo[object]) -> None:
        problem = call.excinfo
        if problem is None or call.when != "call":
            return
        misfit = isinstance(problem.value, MISFITS) and CASES not in Path(problem.traceback[-1].path).parents
        if own(problem.tb) or misfit:
            self.broken.append(f"{_case(node.nodeid)}: {problem.exconly(tryshort=True)}")


def trial(module: str, mutant: str, most: str, paths: list[str]) -> Watch:
    """Apply the mutant, run the suite at these paths until so many cases have failed."""
    watch = Watch()
    try:
        if mutant:
            import_module(module).FAULTS[mutant].apply()
    except Exception as problem:  # noqa: BLE001  (whatever a patch raises, it is no kill)
        watch.broken.append(f"it cannot be applied: {type(problem).__name__}: {problem}")
        return watch
    code = pytest.main(["-q", "--tb=line", f"--maxfail={most}", "-pno:cacheprovider", *paths], plugins=[watch])
    watch.broken += stale
    if code not in RAN and not watch.broken:
        watch.broken.append(f"the suite did not run: {pytest.ExitCode(code).name}")
    return watch


def _case(nodeid: str) -> str:
    return nodeid.partition("::")[2] or nodeid


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2]


def forked(arguments: Sequence[str], descriptors: Sequence[int]) -> None:
    """The life of a process."""
    os.chdir(ROOT)
    module, mutant, most, *paths = arguments
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        found = trial(module, mutant, most, paths)
    sys.stdout.write("\n" + json.dumps({"killers": found.killers, "broken": found.broken}) + "\n")
    sys.stdout.flush()
    os._exit(0)
