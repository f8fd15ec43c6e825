"""Orchestrations → Google Workflows, as JSON: a workflow for each, callees within it.

    expression.py  arithmetic.py  text.py   expressions → those of Workflows (code.py: their text; variable.py: names)
    template.py    values → JSON with expressions in it         keys.py        keys that Workflows would evaluate
    writer.py  step.py  branch.py  settled.py  states (cloudless.passes.states) → steps; routine.py: their order
    prelude/       routines of ours: calls that are tried again, events, pauses, what is equal
    parameter.py   routines with many parameters                plan.py        a workflow while it is made
    workflow.py    one orchestration, from end to end           workflows.py   all of a stage

workflows(application, stage, definitions) ──► {orchestration: Translation(text=…, functions=…)}

The engine (cloudless.engine) defines what is to come out; Google's documentation, what may go in: where it is silent,
something else is written. So every routine is one list of steps with jumps; errors are values, which no `except` meets
but the one around an HTTP request; branches are routines, too, and tell what they came to under a number of their own.
Attempts are counted by a loop of ours: `retry` does not tell a function their number, and counts them for one policy.
"""

from __future__ import annotations

from cloudless_gcp.compile.workflows.plan import Targets
from cloudless_gcp.compile.workflows.workflow import workflow
from cloudless_gcp.compile.workflows.workflows import targets_of, workflows

__all__ = ["Targets", "targets_of", "workflow", "workflows"]
