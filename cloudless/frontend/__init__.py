"""User code → IR.

    App ──collect──► Application ──orchestration──► with orchestrations ──permissions──► with grants ──passes──► IR
              └──checks, all of them──► diagnostics in source order

    app, problems = check(shop)         # everything that is wrong, at once
    app = compile(shop)                 # raises DefinitionError where anything is

Imports the portable types and the passes; never a provider.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from cloudless import passes
from cloudless.app import App
from cloudless.collector import uncollected
from cloudless.errors import DefinitionError, hidden
from cloudless.frontend.checks import CHECKS, DEPLOYABLE
from cloudless.frontend.collect import collect
from cloudless.frontend.known import Known
from cloudless.frontend.permissions import permitted
from cloudless.frontend.report import Report
from cloudless.frontend.source import Sources
from cloudless.frontend.unfilled import unfilled
from cloudless.ir import ERROR, Application, Diagnostic
from cloudless.node import replace
from cloudless.passes.later import only_used
from cloudless.passes.loops import loops

__all__ = ["check", "compile"]


__tracebackhide__ = hidden


def compile(  # noqa: A001  (the stage's name in the design)
    app: App, *, entry: str = "", include: Sequence[str] = (), deployable: bool = False
) -> Application:
    """The application as IR.

    entry: where the App is found, "module:name"; include: further modules that register handlers.
    deployable: for a real cloud: handlers must be importable, and queues of `invoke_later` that no handler
    sends to are left out. A simulation, whose tests may send to any, says False.
    Raises DefinitionError with every error found, in source order. Warnings are `check`'s.
    """
    application, problems = check(app, entry=entry, include=include, deployable=deployable)
    errors = [problem for problem in problems if problem.severity == ERROR]
    if errors:
        raise DefinitionError(errors)
    return application


def check(
    app: App, *, entry: str = "", include: Sequence[str] = (), deployable: bool = False
) -> tuple[Application, list[Diagnostic]]:
    """The application as IR, as far as it can be told, and all its problems in source order.

    Asked again for an app of which nothing has changed, it gives what it gave: see reads.py.
    """
    key = (entry, tuple(include), deployable, os.getcwd())  # noqa: PTH109  (pathlib costs 4 ms of a test run)
    known: Known | None = app.compiled.get(key)
    if known is None or not known.is_current():
        with uncollected():
            known = app.compiled[key] = _known(app, entry, include, deployable)
    return known.application, list(known.problems)


def _known(app: App, entry: str, include: Sequence[str], deployable: bool) -> Known:
    report = Report(Sources())
    application = collect(app, report.sources, entry=entry, include=include)
    if app.orchestrations:
        from cloudless.frontend.orchestration import compile_orchestrations

        application = replace(application, orchestrations=compile_orchestrations(app, report))
    for one in (*CHECKS, *(DEPLOYABLE if deployable else ())):
        one(app, report)
    application = permitted(app, application, report)
    unfilled(app, application, report)
    application = passes.run(only_used(application) if deployable else application)
    for problem in loops(application):
        report.take(problem)
    return Known(app, application, tuple(report.problems()), report.sources.reads)
