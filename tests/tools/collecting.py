"""What collecting leaves behind, for whoever collects thousands of tests in several processes: a pytest plugin.

pytest -p tests.tools.collecting --numprocesses 2

- Bytecode, of everything that collecting imports, also where PYTHONDONTWRITEBYTECODE is set. Rewriting the asserts of
  all test modules is half of what collecting takes, and each Python that a test starts would rewrite Hypothesis, or
  compile what it imports of ours. What tests write and import themselves is not kept: a program that is written twice
  in a second, with one length, would be the first one again.
- Every second process of xdist collects from the other end, and finds what the others have left there.
- Modules and tests, which live as long as the process, are looked at by no collection of garbage any more.

May import: the standard library and pytest.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Generator
from itertools import chain, groupby

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep bytecode."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    try:
        return (yield)
    finally:
        sys.dont_write_bytecode = before


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


def pytest_configure(config: pytest.Config) -> None:
    worker: str = getattr(config, "workerinput", {}).get("workerid", "gw0")
    if int(worker.removeprefix("gw")) % 2:
        config.pluginmanager.register(Backwards())


class Backwards:
    """Collects the last file first; the tests come in their usual order, as xdist demands of all processes."""

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        if isinstance(collector, pytest.Session | pytest.Directory):
            report.result.reverse()
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        files = [list(tests) for _, tests in groupby(items, key=lambda item: item.path)]
        items[:] = chain.from_iterable(reversed(files))
