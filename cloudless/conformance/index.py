"""The index of the suite: row of the contract × fault → cases. `docs/reference/conformance.md` is made from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from cloudless.conformance.function import FunctionSuite
from cloudless.conformance.http import HttpSuite
from cloudless.conformance.ledger import LedgerSuite
from cloudless.conformance.orchestration import OrchestrationSuite
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
    HttpSuite,
    OrchestrationSuite,
    PermissionSuite,
    LedgerSuite,
    SimulatedSuite,
)

ROWS: Mapping[str, tuple[str, ...]] = {
    "delivery": ("none", "disorder", "foreign program", "isolation", "slow handler", "two consumers"),
    "failure": ("crash", "exception", "long error", "messages may be lost", "poison message", "reject"),
    "who retries": ("exception",),
    "lock": ("crash",),
    "back-off": ("RetryAfter", "exception", "slow handler"),
    "dead letters": ("none", "crash", "exception", "out of range"),
    "batches": ("none", "crash", "disorder", "exception", "partial failure", "poison message", "time-out"),
    "delay": ("none", "exception", "out of range", "size"),
    "order": (
        "none", "crash", "exception", "nasty strings", "out of range", "poison message", "reject", "slow handler",
        "time-out",
    ),
    "once": (
        "none", "crash", "duplicate", "exception", "nasty strings", "out of range", "poison message", "slow handler",
        "time-out",
    ),
    "ledger": ("none", "crash", "nasty strings", "race", "size", "wrong owner"),
    "body": ("none", "lone surrogate", "nasty strings", "size", "wrong payload"),
    "attributes": ("none", "limit", "nasty strings", "out of range"),
    "topics": ("none", "crash", "exception", "filter", "nasty strings", "poison message", "slow handler"),
    "schedules": ("none", "calendar edges", "crash", "daylight saving", "exception", "slow handler"),
    "time-outs": ("none", "time-out"),
    "functions": (
        "none", "crash", "exception", "nasty strings", "poison message", "reject", "size", "time-out", "wrong payload",
    ),
    "HTTP": (
        "none", "crash", "denied", "encodings", "exception", "other origin", "size", "time-out", "tracing",
        "wrong method", "wrong path", "wrong values",
    ),
    "orchestrations": (
        "none", "cancel", "crash", "duplicate", "exception", "size", "time-out", "wrong payload",
    ),
    "secrets": ("none", "denied", "missing", "rotated"),
    "tracing": ("none", "crash", "exception"),
    "permissions": ("none", "not mentioned"),
}  # fmt: skip
"""Each row that the suite holds, and the faults under which it must be looked at: no case, no row."""

HEADINGS: Mapping[str, str] = {"HTTP": "HTTP in detail", "dead letters": "failure", "secrets": "permissions"}
"""Rows of ours that stand under another heading in docs/mechanisms.md."""

ELSEWHERE: Mapping[str, str] = {
    "running work": "not built",
    "limits": "tests of the passes and of the simulator",
    "loops": "tests of the passes",
    "honesty": "the mutants, and tests of the simulator",
    "gaps": "the strict expected failures of every case",
}
"""Headings of docs/mechanisms.md without cases, and what holds them."""


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
    for row, faults in ROWS.items():
        lines += [f"## {row[0].upper() + row[1:]}", ""]
        for fault in faults:
            lines += [f"**{'in general' if fault == 'none' else fault}**", ""]
            lines += [f"- {_claim(case)}" for case in table[row][fault]] + [""]
    return "\n".join(lines).rstrip() + "\n"


def _claim(case: str) -> str:
    suite, _, test = case.partition(".")
    return f"{test.removeprefix('test_').replace('_', ' ')} (`{suite}`)"


_INTRODUCTION = """\
What every provider must do, as tests: by row of the [contract](../mechanisms.md), and by the fault under which it is
looked at. The suite ships with the core (`cloudless.conformance`); a provider subclasses it and writes only a harness.
A capability that a provider declares as a gap is expected to fail there, strictly. This page is made from the suite
by `python -m tests.docs.conformance_page`."""
