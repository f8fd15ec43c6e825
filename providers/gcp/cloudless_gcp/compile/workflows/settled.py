"""What branches came to: kept under their numbers while they run, and looked at in order once all have ended.

The error of the lowest number goes its way, if there is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudless.ir.statement import FanOut
from cloudless.passes.states import Label, Step
from cloudless_gcp.compile.workflows.plan import ANSWER, AT, ERROR, FOUND, SETTLED
from cloudless_gcp.compile.workflows.prelude.end import IS_OVER, overdue
from cloudless_gcp.compile.workflows.routine import Line
from cloudless_gcp.compile.workflows.writer import Writer

_ONE = f"{SETTLED}[string({AT})]"
_IS_LAST = f"${{{AT} >= len({SETTLED})}}"
_NEXT: Mapping[str, str] = {AT: f"${{{AT} + 1}}"}
_FORGET: Mapping[str, None] = {_ONE: None}
"""All variables together have 512 KB: what is kept is not kept twice."""

Plain = dict[str, Any]


def begun(step: Step, writer: Writer, made: Plain, after: Label) -> Line:
    """What holds the results, then the branches."""
    parallel: Plain = {"parallel": {"shared": [SETTLED], **made}}
    if writer.plan.has_deadline:
        parallel = _timely(parallel, writer)
    title = f"s{step.statement.id.replace('.', '_')}_{'fan_out' if isinstance(step.statement, FanOut) else 'gather'}"
    ready = writer.routine.add(Line("ended", after, assign=({AT: 0}, {FOUND: []})))
    ran = writer.routine.add(Line(title, ready, parallel))
    return Line("settled", ran, assign=({SETTLED: {}},))


def looked(step: Step, writer: Writer, after: Label, *, keeps: bool = False) -> Label:
    """Look at what each branch came to, in order, and go the way of the first error. keeps: values, in a list."""
    routine = writer.routine
    failed = routine.add(Line("branch_failed", writer.failed(step), assign=({ANSWER: f"${{{_ONE}}}"}, {SETTLED: None})))
    look = routine.label()
    rules = ((_IS_LAST, after), (f'${{"{ERROR}" in {_ONE}}}', failed))
    kept = ({FOUND: f"${{list.concat({FOUND}, {_ONE}.v)}}"}, _FORGET) if keeps else ()
    return routine.put(look, Line("look", routine.add(Line("next", look, assign=(*kept, _NEXT))), rules=rules))


def collected(writer: Writer, after: Label) -> Label:
    """The same, of records that tell values and errors."""
    routine, one = writer.routine, writer.variables.names.fresh("outcome")
    error = {"type": f"${{{_ONE}.{ERROR}.type}}", "message": f"${{{_ONE}.{ERROR}.message}}"}
    look = routine.label()
    kept = ({FOUND: f"${{list.concat({FOUND}, {one})}}"}, _FORGET, {one: None}, _NEXT)
    keep = routine.add(Line("next", look, assign=kept))
    failed = routine.add(Line("failed_one", keep, assign=({one: {"value": None, "error": error}},)))
    worked = routine.add(Line("value_of", keep, assign=({one: {"value": f"${{{_ONE}.v}}", "error": None}},)))
    rules = ((_IS_LAST, after), (f'${{"{ERROR}" in {_ONE}}}', failed))
    return routine.put(look, Line("look", worked, rules=rules))


def _timely(parallel: Plain, writer: Writer) -> Plain:
    """Branches raise nothing but that the execution took too long: that is told as it is anywhere else."""
    names = writer.routine.names
    late, other, asked = names.fresh("overdue"), names.fresh("raise_again"), names.fresh("is_overdue")
    steps = [
        {asked: {"switch": [{"condition": f"${{{IS_OVER}}}", "next": late}]}},
        {other: {"raise": "${e}"}},
        {late: overdue(writer.plan.main)},
    ]
    return {"try": {"steps": [{names.fresh("branches"): parallel}]}, "except": {"as": "e", "steps": steps}}
