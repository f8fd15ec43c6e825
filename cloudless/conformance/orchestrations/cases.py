"""CASES: the corpus. Each program of `programs/` runs in some worlds, and each run has one right outcome.

    programs/row_28_….py     the module, with an orchestration `main`; the number is the row of the table of divergences
    programs/row_28_….json   {"row": 28, "runs": [{"name", …a world…, "expect": {"outcome", "calls", "end_s"}}]}
    refused/row_24_….py      a program that no engine ever sees: the front end refuses it
    refused/row_24_….json    {"row": 24, "problems": [{"code", "line", "says": a part of its message}]}

A provider runs `case.world` through its engine for `case.source`, and asks `case.problems_of(observed)`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from cloudless.conformance.orchestrations.observed import Observed, Seen, differences
from cloudless.conformance.orchestrations.world import World, canonical, world_of

HERE = Path(__file__).parent
PROGRAMS = HERE / "programs"
REFUSED = HERE / "refused"


class Case(NamedTuple):
    """One run of one program. name: "row_28_return_in_finally: raise". expected: calls in order of time."""

    name: str
    row: int
    file: Path
    world: World
    expected: Observed

    @property
    def source(self) -> str:
        """The text of the module."""
        return self.file.read_text("utf-8")

    def problems_of(self, observed: Observed) -> list[str]:
        """How an engine's observation differs from the right one; what the engine does not tell is not compared."""
        return differences(self.expected, observed)


class Refusal(NamedTuple):
    """One program that is refused. problems: (code, line, part of its text) of each."""

    name: str
    row: int
    file: Path
    problems: tuple[tuple[str, int, str], ...]

    @property
    def source(self) -> str:
        """The text of the module."""
        return self.file.read_text("utf-8")


@cache
def cases() -> tuple[Case, ...]:
    """Every run of the corpus, in order of the rows."""
    return tuple(case for file in sorted(PROGRAMS.glob("*.py")) for case in _cases(file))


@cache
def refusals() -> tuple[Refusal, ...]:
    """Every program that is refused, in order of the rows."""
    return tuple(_refusal(file) for file in sorted(REFUSED.glob("*.py")))


def _cases(file: Path) -> Iterator[Case]:
    told = json.loads(file.with_suffix(".json").read_text("utf-8"))
    for run in told["runs"]:
        yield Case(f"{file.stem}: {run['name']}", told["row"], file, world_of(run), observed_of(run.get("expect", {})))


def _refusal(file: Path) -> Refusal:
    told = json.loads(file.with_suffix(".json").read_text("utf-8"))
    problems = tuple((one["code"], one["line"], one["says"]) for one in told["problems"])
    return Refusal(file.stem, told["row"], file, problems)


def observed_of(told: Mapping[str, Any]) -> Observed:
    """An expectation from its JSON."""
    calls = tuple(Seen(function, canonical(arguments), at_s) for function, arguments, at_s in told.get("calls", ()))
    return Observed(told.get("outcome", {}), calls, told.get("end_s"))


def told_of(observed: Observed) -> dict[str, Any]:
    """An observation as the JSON of an expectation."""
    calls = [[one.function, json.loads(one.arguments), one.at_s] for one in observed.calls]
    return {"outcome": dict(observed.outcome), "calls": calls, "end_s": observed.end_s}
