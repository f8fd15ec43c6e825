"""Of a test, what counts: a pytest plugin, for whoever runs thousands of tests in several processes.

pytest -p tests.tools.counting --numprocesses 2

A process of xdist sends five messages for each test: that it begins, what came of its set-up, of itself and of its
tear-down, and that it has ended. Sending them takes longer than most tests do. Here the middle one goes out, and what
did not pass: that is all that the process which counts makes something of, `--durations` aside.

May import: the standard library and pytest.
"""

from __future__ import annotations

import pytest
from _pytest.runner import runtestprotocol  # plugins that run a test again use it too


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") and config.getoption("durations") is None:
        config.pluginmanager.register(Counting())


class Counting:
    """Runs a test as pytest does, and reports what counts."""

    @pytest.hookimpl
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        for report in runtestprotocol(item, log=False, nextitem=nextitem):
            if report.when == "call" or not report.passed:
                item.ihook.pytest_runtest_logreport(report=report)
        return True
