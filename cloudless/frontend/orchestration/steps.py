"""Steps: calls of functions, pure functions and orchestrations, with their arguments and options."""

from __future__ import annotations

import ast
from datetime import timedelta
from typing import Any

from cloudless.errors import CloudlessError
from cloudless.frontend.orchestration.callee import Target
from cloudless.frontend.orchestration.constants import NOTHING, constant, evaluated
from cloudless.frontend.orchestration.kinds import ANY, NULL
from cloudless.frontend.orchestration.statics import Member, is_callee, is_function, is_step
from cloudless.frontend.orchestration.unit import Unit
from cloudless.frontend.orchestration.value import LOST, Value
from cloudless.frontend.orchestration.wording import nearest
from cloudless.frontend.types import retry_data
from cloudless.ir import Retry as RetryData
from cloudless.ir.expression import Entry, Var
from cloudless.ir.orchestration import FUNCTION, ORCHESTRATION
from cloudless.ir.statement import Call
from cloudless.retry import Retry

MOST_S = 900


Called = tuple[Target, "Options"]
"""What a step calls, and how."""


class Options:
    """How a step is carried out. retry: None for one attempt. timeout_s: 0 for the function's own."""

    __slots__ = ("retry", "timeout_s")

    def __init__(self, unit: Unit, target: Target, node: ast.expr, retry: Any = None, timeout: Any = None) -> None:
        found = checked(unit, node, retry or getattr(target.routine, "step_retry", None))
        self.retry: RetryData | None = None if found is None else retry_data(found)
        self.timeout_s = _timeout(unit, node, timeout)
        for kind in found.on if found else ():
            unit.error_class(kind, node)


def _timeout(unit: Unit, node: ast.expr, timeout: Any) -> float:
    if timeout is None:
        return 0
    seconds: float = timeout.total_seconds() if isinstance(timeout, timedelta) else -1
    if not 1 <= seconds <= MOST_S or seconds != int(seconds):
        unit.error(
            "CL242",
            node,
            f"timeout={timeout} of a step: whole seconds, 1 s to 15 minutes, are possible",
            "write a timedelta(…)",
        )
        return 0
    return seconds


def known(unit: Unit, node: ast.expr, found: Any) -> Called | None:
    """What an object of the module stands for as a step; None where it is none."""
    if isinstance(found, Member) and found.name == "invoke" and is_function(found.handle):
        found = found.handle
    if is_step(found):
        target = unit.shared.callees.of(found.function)
        return target, Options(unit, target, node, found.retry, found.timeout)
    if not is_callee(found):
        return None
    target = unit.shared.callees.of(found)
    return target, Options(unit, target, node)


def with_options(unit: Unit, node: ast.Call) -> Called | None:
    """charge.options(…): a step with options; None where it was reported."""
    found = unit.statics.resolve(node.func)
    if not isinstance(found, Member) or found.name != "options" or not is_callee(found.handle):
        unit.error(
            "CL204", node, f"`{ast.unparse(node)}` is no declared function", "call a function under @app.function"
        )
    elif is_function(found.handle):
        target = unit.shared.callees.of(found.handle)
        return target, Options(unit, target, node, **_given(unit, node))
    else:
        unit.error("CL242", node, "only steps that are functions have options", f"write {found.handle.name}(…)")
    return None


def _given(unit: Unit, node: ast.Call) -> dict[str, Any]:
    """The options of one call, as objects."""
    given: dict[str, Any] = {}
    for one in node.args:
        unit.error("CL242", one, "options are given by name", "write retry=… or timeout=…")
    for keyword in node.keywords:
        if keyword.arg not in {"retry", "timeout"}:
            hint = nearest(keyword.arg or "", ["retry", "timeout"]) or "a step has retry= and timeout="
            unit.error("CL242", keyword, f"a step has no option {keyword.arg!r}", hint)
            continue
        given[keyword.arg] = option(unit, keyword.value)
    return given


def option(unit: Unit, node: ast.expr) -> Any:
    """A constant that is an object; None where it was reported."""
    names = unit.statics.names
    taken = [one for one in ast.walk(node) if isinstance(one, ast.Name) and one.id in unit.statics.locals]
    try:
        found = NOTHING if taken else evaluated(node, names)
    except (CloudlessError, TypeError, ValueError, OverflowError, ZeroDivisionError, AttributeError) as problem:
        what = str(problem) if isinstance(problem, CloudlessError) else f"{ast.unparse(node)}: {problem}"
        unit.error("CL242", node, what, "give it values that are possible")
        return None
    if found is NOTHING:
        unit.error(
            "CL242",
            node,
            "options are constants: they are part of the definition",
            "write it out, or give a name to it in the module",
        )
        return None
    return found


def checked(unit: Unit, node: ast.expr, retry: Any) -> Retry | None:
    """A Retry that every engine can carry out; None where it was reported."""
    if retry is None:
        return None
    if not isinstance(retry, Retry):
        unit.error("CL242", node, f"retry={retry!r} is no Retry", "write retry=Retry(attempts=3)")
        return None
    for name, wait in (("delay", retry.delay), ("max_delay", retry.max_delay)):
        seconds = wait.total_seconds()
        if seconds < 1 or seconds != int(seconds):
            unit.error(
                "CL242",
                node,
                f"{name}={wait} of a step's Retry: whole seconds from 1 are possible (Step Functions)",
                f"write {name}=timedelta(seconds=1)",
            )
            return None
    return retry


def call(unit: Unit, node: ast.Call, called: Called) -> Value:
    """A step, and its value."""
    target, options = called
    arguments = bound_arguments(unit, node, target, node.args, node.keywords)
    if arguments is None or not allowed(unit, node):
        return Value(LOST.expression, target.result or LOST.type)
    note_call(unit, node, target)
    if unit.dropped is node:
        emit(unit, node, (target, options), arguments)
        return Value(LOST.expression, NULL)
    if target.result is None:
        return unit.error(
            "CL244",
            node,
            f"`{target.data.name}` does not say what it returns",
            f"annotate it: def {target.data.name}(…) -> str",
        )
    variable = unit.temporary(target.data.name, target.result, node)
    emit(unit, node, (target, options), arguments, variable.name)
    return Value(Var(variable.name), target.result)


def emit(unit: Unit, node: ast.AST, called: Called, arguments: tuple[Entry, ...], target: str = "") -> None:
    """Add the call. target: the variable that keeps its value."""
    callee, options = called
    unit.emit(
        Call,
        node,
        target=target,
        callee=callee.data.name,
        arguments=arguments,
        retry=options.retry,
        timeout_s=options.timeout_s,
    )


def note_call(unit: Unit, node: ast.AST, target: Target) -> None:
    """Note what the orchestration calls, and must be allowed to."""
    data = target.data
    unit.found.calls.setdefault(data.name, data)
    if data.kind == FUNCTION:
        unit.grant("function", data.name, "invoke", node)
    elif data.kind == ORCHESTRATION:
        unit.found.children.append((data.name, unit.span(node)))


def allowed(unit: Unit, node: ast.AST) -> bool:
    """Whether something with effects may stand here."""
    if not unit.confined:
        return True
    unit.error(
        "CL246",
        node,
        f"a call in {unit.confined}",
        "run calls for the items of a list with fan_out((f(x) for x in xs)), or in a for loop",
    )
    return False


def bound_arguments(
    unit: Unit, node: ast.Call, target: Target, args: list[ast.expr], keywords: list[ast.keyword]
) -> tuple[Entry, ...] | None:
    """The arguments by name, in the order in which they are evaluated; None where they were reported."""
    data, known = target.data, {one.name: one for one in target.data.parameters}
    given: dict[str, Entry] = {}
    fine = True
    for name, value, place in _named(unit, target, args, keywords):
        if name is None or name in given:
            unit.value(value)
            fine = False
            continue
        if name not in known:
            unit.value(value)
            remedy = nearest(name, known) or f"it takes {', '.join(known) or 'nothing'}"
            unit.error("CL241", place, f"`{data.name}` has no parameter {name!r}", remedy)
            fine = False
            continue
        made = unit.fitting(value, known[name].type, f"argument {name!r} of `{data.name}`")
        given[name] = Entry(name, made.expression)
    missing = [one.name for one in data.parameters if one.required and one.name not in given]
    if missing and fine:
        unit.error("CL241", node, f"`{data.name}` needs {', '.join(map(repr, missing))}", "give it a value")
        fine = False
    return (*given.values(), *_defaults(unit, target, given)) if fine else None


def _defaults(unit: Unit, target: Target, given: dict[str, Entry]) -> list[Entry]:
    """What an orchestration that is called takes where nothing is given."""
    found: list[Entry] = []
    for one in target.data.parameters:
        if one.name in target.defaults and one.name not in given:
            value = constant(target.defaults[one.name], unit.types, one.type)
            if value is not None:  # else reported where the orchestration is declared
                found.append(Entry(one.name, value.expression))
    return found


def _named(unit: Unit, target: Target, args: list[ast.expr], keywords: list[ast.keyword]) -> list[Any]:
    """(parameter, value, place) of each argument; None for a parameter that was reported."""
    data, found = target.data, list[Any]()
    for at, one in enumerate(args):
        if isinstance(one, ast.Starred):
            unit.error("CL241", one, "arguments are not unpacked with *", "name each of them")
            found.append((None, one.value, one))
        elif at >= target.positional:
            unit.error(
                "CL241",
                one,
                f"`{data.name}` takes at most {target.positional} by position, and gets {len(args)}",
                "leave it out",
            )
            found.append((None, one, one))
        else:
            found.append((data.parameters[at].name, one, one))
    names = {name for name, _, _ in found}
    for keyword in keywords:
        if keyword.arg is None:
            unit.error("CL241", keyword.value, "arguments are not unpacked with **", "name each of them")
        elif keyword.arg in names:
            unit.error("CL241", keyword.value, f"`{data.name}` gets {keyword.arg!r} twice", "leave one of them out")
        found.append((None if keyword.arg in {None, *names} else keyword.arg, keyword.value, keyword))
    return found


def visit_arguments(unit: Unit, node: ast.Call) -> None:
    """Look at the arguments of a call that was refused: they may have problems of their own."""
    for one in (*node.args, *(keyword.value for keyword in node.keywords)):
        if not isinstance(one, ast.Lambda | ast.GeneratorExp | ast.Starred):
            unit.value(one, ANY)
