"""The end of an execution that may not take for ever, and how its routines get there."""

from __future__ import annotations

from cloudless.driver.error import error_of
from cloudless.ir import Orchestration
from cloudless_gcp.compile.workflows.plan import Plan
from cloudless_gcp.compile.workflows.prelude.words import Plain

LAST_S = 0.01
"""What is left of an execution's time when it is over: clocks are no better."""
IS_OVER = f"run.until - sys.now() < {LAST_S}"
"""Whether an execution with an end is at it."""


def until(plan: Plan, step: Plain) -> Plain | None:
    """A step of workflows whose executions have an end."""
    return step if plan.has_deadline else None


def overdue(main: Orchestration) -> Plain:
    """The end of an execution that takes too long: nothing catches it."""
    return {"raise": error_of("TimeoutError", f"the execution took longer than {main.timeout_s:g} s")}


def last() -> Plain:
    """Sleep to the end of the execution's time."""
    return {"call": "sys.sleep", "args": {"seconds": "${run.until - sys.now()}"}, "next": "overdue"}
