"""Plan: one workflow that is being made: its routines, what it calls, and what cannot be said in Workflows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from cloudless.ir import Diagnostic, Orchestration, Span
from cloudless.node import node
from cloudless.passes.limits import OVER
from cloudless_gcp.compile.workflows.variable import Names, Variables

INPUT, KEY, RUN = "input", "key", "run"
"""Variables: of main, what the execution was started with; of all, what keys begin with, and the execution itself."""
GIVEN = "given"
"""Variable: the arguments, of main and of routines with many."""
ANSWER = "answer"
"""Variable: what a call came to, {"v"} or {"err"}."""
SETTLED, AT, FOUND = "settled", "at", "found"
"""Variables: what branches came to, by their numbers; one of these; the values so far."""
ERROR = "err"
WORDS_OF_OURS = (
    "again", "answer", "at", "body", "callback", "crash_s", "crashes", "ctx", "e", "error", "event", "failed",
    "failure_s", "failures", "found", "given", "id", "input", "key", "kind", "left", "limit_s", "missed", "more",
    "most_s", "nothing", "number", "names", "once", "one", "other", "policy", "received", "reply", "run",
    "same", "seconds", "settled", "to", "tries", "wait_s",
)  # fmt: skip
"""Variables of routines of ours, whose names no routine may have."""
DEPTH_MAX = 20
"""Calls: https://cloud.google.com/workflows/quotas#resource_limits"""


@node(kw_only=True)
class Targets:
    """What a workflow calls. base: "https://europe-west1-p.cloudfunctions.net/"; a function's URL is that and its name.

    function: the physical name of a function, by its logical one. worker, broker: physical names of ours.
    workflow: the full name of the workflow, "projects/p/locations/europe-west1/workflows/shop-prod-fulfil".
    """

    base: str
    function: Callable[[str], str]
    worker: str
    broker: str
    workflow: str = ""


class Called(NamedTuple):
    """A routine by its name, and its variables."""

    name: str
    variables: Variables


class Plan:
    """main: the orchestration that is started. known: it and all that it calls, by name, as Workflows can print them.

    routines: those that are made, main first. functions, events: what is called and waited for, so far.
    waiting, wanted: orchestrations, and routines of ours with their names, that are still to be made.
    variables, named: names of variables and of routines: nothing may be called like one of the others.
    """

    def __init__(
        self, main: Orchestration, known: Mapping[str, Orchestration], settings: Mapping[str, Any], targets: Targets
    ) -> None:
        self.main = main
        self.known = known
        self.settings = settings
        self.targets = targets
        self.variables: set[str] = set()
        self.named = {"main"}
        self.names = Names("main", *WORDS_OF_OURS, apart=self.variables)
        self.routines: dict[str, dict[str, Any]] = {"main": {}}
        self.functions: set[str] = set()
        self.events: set[str] = set()
        self.problems: list[Diagnostic] = []
        self.has_work = False
        self.waiting: list[str] = []
        self.wanted: list[tuple[str, str]] = []
        self._orchestrations: dict[str, Called] = {}
        self._ours: dict[str, str] = {}
        self._calls: dict[str, set[str]] = {}

    @property
    def has_deadline(self) -> bool:
        """Whether executions may take so long and no longer."""
        return bool(self.main.timeout_s)

    def orchestration(self, name: str) -> Called:
        """The routine of an orchestration that is called; it is made later."""
        if name not in self._orchestrations:
            self._orchestrations[name] = Called(self.routine(name), self.own())
            self.waiting.append(name)
        return self._orchestrations[name]

    def own(self) -> Variables:
        """The variables of a new routine."""
        taken = (INPUT, KEY, RUN, ANSWER, SETTLED, AT, FOUND, GIVEN)
        return Variables(Names(*taken, apart=self.named, known=self.variables))

    def ours(self, name: str) -> str:
        """A routine of ours, one of `prelude.PRELUDE`; it is made later."""
        if name not in self._ours:
            self._ours[name] = self.routine(name)
            self.wanted.append((name, self._ours[name]))
        return self._ours[name]

    def routine(self, title: str) -> str:
        """The name of a new routine, which takes its place among the others."""
        name = self.names.fresh(title)
        self.named.add(name.lower())
        self.routines[name] = {}
        return name

    def called(self, by: str, name: str) -> str:
        """Note that a routine calls another one."""
        self._calls.setdefault(by, set()).add(name)
        return name

    def depth(self, name: str = "main", above: tuple[str, ...] = ()) -> int:
        """How many routines call one another at most, from one on; a circle is counted once."""
        inner = [self.depth(one, (*above, name)) for one in self._calls.get(name, ()) if one not in (*above, name)]
        return 1 + max(inner, default=0)

    def refuse(self, what: str, span: Span, remedy: str) -> None:
        """Something that Workflows cannot do."""
        link = "https://cloud.google.com/workflows/quotas#resource_limits"
        self.problems.append(Diagnostic(OVER, what, span, f"{remedy}; {link}"))
