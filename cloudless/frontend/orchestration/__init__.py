"""Code of orchestrations → IR.

    source ──Sources──► AST ──visitors, typed──► drafts ──numbered──► ir.Orchestration
                              └──everything that is wrong──► report

    annotation.py kinds.py records.py faults.py   types: of annotations, what fits where, classes of records and errors
    statics.py constants.py callee.py             what the module says: names, constants, what steps call
    scope.py flow.py aliasing.py                  variables: names, what is known of them where, what they share
    unit.py value.py draft.py                     one orchestration; an expression of it, a statement of it
    names.py literals.py operators.py compare.py comprehension.py                    visitors of expressions
    calls.py steps.py effects.py parallel.py builtin.py methods.py make.py           calls, by what is called
    assign.py change.py control.py trying.py raising.py saga.py reject.py            visitors of statements
    program.py                                    an orchestration whole, and what holds between several

Loaded only for apps that have orchestrations.
"""

from __future__ import annotations

from cloudless import ir
from cloudless.app import App
from cloudless.frontend.orchestration.program import Program
from cloudless.frontend.report import Report


def compile_orchestrations(app: App, report: Report) -> tuple[ir.Orchestration, ...]:
    """The orchestrations of an app in order of their names, as far as they can be told; what is wrong is reported."""
    return Program(app, report).compiled()
