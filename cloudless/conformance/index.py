"""The index of the suite: row of the contract × fault → cases. `docs/reference/conformance.md` is made from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from cloudless.conformance.function import FunctionSuite
from cloudless.conformance.ledger import LedgerSuite
from cloudless.conformance.ordered import OrderedSuite
from cloudless.conformance.permission import PermissionSuite
from cloudless.conformance.queue import QueueSuite
from cloudless.conformance.schedule import ScheduleSuite
from cloudless.conformance.simulated import SimulatedSuite
from cloudless.conformance.suite import Suite
from cloudless.conformance.topic import TopicSuite

SUITES: tuple[type[Suite], ...] = (
    QueueSuite,
    OrderedSuite,
    TopicSuite,
    ScheduleSuite,
    FunctionSuite,
    PermissionSuite,
    LedgerSuite,
    SimulatedSuite,
)

ROWS = (
    "delivery", "failure", "who retries", "lock", "back-off", "dead letters", "batches", "delay", "order", "once", "ledger", "body",
    "attributes", "topics", "schedules", "time-outs", "functions", "secrets", "tracing", "permissions",
)  # fmt: skip
"""Rows of docs/mechanisms.md that the suite holds; loops, limits and gaps are held by tests of the front end."""


def cases() -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Every case: row, fault, "Suite.test", capabilities that it needs."""
    for suite in SUITES:
        found = {name: test for part in reversed(suite.__mro__) for name, test in vars(part).items()}
        for name, test in found.items():
            if name.startswith("test_"):
                row, fault = test.covers
                yield row, fault, f"{suite.__name__}.{name}", getattr(test, "needs", ())


def page() -> str:
    """The index as Markdown."""
    table: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row, fault, case, _ in cases():
        table[row][fault].append(case)
    lines = ["# The conformance suite", "", _INTRODUCTION, ""]
    for row in ROWS:
        lines += [f"## {row.capitalize()}", ""]
        for fault, found in sorted(table[row].items()):
            lines += [f"**{'in general' if fault == 'none' else fault}**", ""]
            lines += [f"- {_claim(case)}" for case in found] + [""]
    return "\n".join(lines).rstrip() + "\n"


def _claim(case: str) -> str:
    suite, _, test = case.partition(".")
    return f"{test.removeprefix('test_').replace('_', ' ')} (`{suite}`)"


_INTRODUCTION = """\
What every provider must do, as tests: by row of the [contract](../mechanisms.md), and by the fault under which it is
looked at. The suite ships with the core (`cloudless.conformance`); a provider subclasses it and writes only a harness.
A capability that a provider declares as a gap is expected to fail there, strictly. This page is made from the suite
by `python -m tests.tools.conformance_page`."""
