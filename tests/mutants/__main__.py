"""Run the conformance suite against each mutant, two at a time, and print which case killed it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from multiprocessing import get_context
from multiprocessing.connection import Connection

import pytest

from tests.mutants.faults import FAULTS

SUITE = "tests/test_conformance.py"
LIMIT_S = 120


class Killer:
    """Remembers the first case that failed."""

    def __init__(self) -> None:
        self.case = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.case:
            self.case = report.nodeid.partition("::")[2]


def suite(mutant: str, answer: Connection) -> None:
    """In a process of its own: apply the mutant, run the suite, send the case that failed ("" for none)."""
    os.environ["CLOUDLESS_MUTANT"] = mutant
    if mutant:
        FAULTS[mutant]()
    killer = Killer()
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        pytest.main(["-x", "-q", "-p", "no:cacheprovider", SUITE], plugins=[killer])
    answer.send(killer.case)


def killed_by(mutant: str) -> str:
    """The case that killed a mutant, "" where it survived. A suite that hangs is a killer, too."""
    here, there = get_context("fork").Pipe()
    process = get_context("fork").Process(target=suite, args=(mutant, there))
    process.start()
    there.close()
    try:
        return str(here.recv()) if here.poll(LIMIT_S) else "(does not end)"
    except EOFError:
        return "(ends the process)"
    finally:
        process.kill()
        process.join()


def main(names: Iterable[str]) -> int:
    """Print the table; 1 where a mutant survived, or where the suite fails without one."""
    chosen = list(names) or list(FAULTS)
    if found := killed_by(""):
        sys.stdout.write(f"the suite fails without any mutant: {found}\n")
        return 1
    with ThreadPoolExecutor(2) as pool:
        results = dict(zip(chosen, pool.map(killed_by, chosen), strict=True))
    for mutant, case in results.items():
        sys.stdout.write(f"{mutant:<42} {case or 'SURVIVED'}\n")
    survivors = [mutant for mutant, case in results.items() if not case]
    sys.stdout.write(f"{len(results) - len(survivors)} of {len(results)} mutants killed\n")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
