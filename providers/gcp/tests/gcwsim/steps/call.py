"""Steps that call: the standard library, subworkflows, connectors.

https://cloud.google.com/workflows/docs/reference/syntax/calls
https://cloud.google.com/workflows/docs/reference/syntax/subworkflows
https://cloud.google.com/workflows/docs/connectors
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from providers.gcp.tests.gcwsim.block import Signal, Step
from providers.gcp.tests.gcwsim.builder import Builder, Json
from providers.gcp.tests.gcwsim.context import Connector, Frame
from providers.gcp.tests.gcwsim.evaluate import Evaluate
from providers.gcp.tests.gcwsim.exchange import Response, answered
from providers.gcp.tests.gcwsim.library import FUNCTIONS, UNMODELLED, Function, page_of
from providers.gcp.tests.gcwsim.names import applied
from providers.gcp.tests.gcwsim.pages import CALLS, CONNECTORS, SUBWORKFLOWS
from providers.gcp.tests.gcwsim.routine import REQUIRED, Routine
from providers.gcp.tests.gcwsim.steps.assign import Store, storing
from providers.gcp.tests.gcwsim.strand import Body, Pause
from providers.gcp.tests.gcwsim.value import is_map
from tests.virtual import Kind

CONNECTORS_BEGIN = ("googleapis.", "gke.")
Arguments = dict[str, Evaluate]


class Call(NamedTuple):
    """One call that is being built. store: takes its result."""

    target: str
    given: Arguments
    store: Store
    path: str


def build(builder: Builder, node: Json, path: str, step: Step) -> None:
    target = node["call"]
    if not isinstance(target, str):
        builder.invalid(f"{path}/call", "the name of a function is expected", CALLS)
        return
    if "result" in node:
        builder.declare(node["result"], f"{path}/result")
    arguments = _listed(builder, node.get("args", {}), f"{path}/args")

    def finish() -> None:
        given = {name: builder.value(one, f"{path}/args/{name}") for name, one in arguments.items()}
        _finish(builder, Call(target, given, _result(builder, node, path), path), step)

    if target in FUNCTIONS and not FUNCTIONS[target].is_blocking:
        step.plain = lambda frame: None
    builder.later(finish)


def _listed(builder: Builder, node: Any, path: str) -> dict[str, Any]:
    if is_map(node):
        return node
    builder.invalid(path, "arguments are a map", CALLS)
    return {}


def _result(builder: Builder, node: Json, path: str) -> Store:
    place = builder.scope.find(node["result"]) if isinstance(node.get("result"), str) else None
    return storing(place) if place is not None else lambda frame, value: None


def _finish(builder: Builder, call: Call, step: Step) -> None:
    target, path = call.target, f"{call.path}/call"
    if target in builder.routines:
        step.kind = "STEP_SUBWORKFLOW_CALL"
        step.plain, step.body = None, _routine(builder, builder.routines[target], call)
    elif target in FUNCTIONS:
        step.kind = "STEP_STD_LIB_CALL"
        _library(builder, FUNCTIONS[target], call, step)
    elif target in builder.connectors:
        step.kind = "STEP_CONNECTOR_CALL"
        step.plain, step.body = None, _connector(builder.connectors[target], call)
    elif target in UNMODELLED:
        builder.unspecified(path, f"{target} in this model", page_of(target))
    elif target.startswith(CONNECTORS_BEGIN):
        builder.unspecified(path, f"the connector {target} in this model", CONNECTORS)
    else:
        builder.invalid(path, f"{target!r} is no function and no subworkflow", CALLS)


def _check(builder: Builder, call: Call, known: list[str], required: list[str], page: str) -> bool:
    unknown, missing = call.given.keys() - set(known), [name for name in required if name not in call.given]
    for name in sorted(unknown):
        builder.invalid(f"{call.path}/args/{name}", f"unknown argument {name!r}", page)
    for name in missing:
        builder.invalid(f"{call.path}/args", f"the argument {name!r} is missing", page)
    return not unknown and not missing


def _routine(builder: Builder, routine: Routine, call: Call) -> Callable[[Frame], Body]:
    names = list(routine.parameters)
    required = [name for name in names if routine.parameters[name] is REQUIRED]
    if routine.name == "main":
        builder.unspecified(f"{call.path}/call", "calling main", SUBWORKFLOWS)
    _check(builder, call, names, required, SUBWORKFLOWS)
    given, store = call.given, call.store

    def body(frame: Frame) -> Body:
        found = {name: one(frame) for name, one in given.items()}
        values = [found.get(name, default) for name, default in routine.parameters.items()]
        store(frame, (yield from routine.invoke(frame.run, values, frame)))

    return body


def _library(builder: Builder, function: Function, call: Call, step: Step) -> None:
    required = list(function.parameters[: function.required])
    if not _check(builder, call, list(function.parameters), required, function.page):
        return
    if function.is_blocking:
        step.plain, step.body = None, _blocking(function, call)
        return
    names = [name for name in function.parameters if name in call.given]
    evaluate, store = applied(function, [call.given[name] for name in names]), call.store

    def plain(frame: Frame) -> Signal | None:
        store(frame, evaluate(frame))
        return None

    step.plain = plain


def _blocking(function: Function, call: Call) -> Callable[[Frame], Body]:
    given, store = call.given, call.store

    def body(frame: Frame) -> Body:
        store(frame, (yield from function.apply(frame, {name: one(frame) for name, one in given.items()})))

    return body


def _connector(connector: Connector, call: Call) -> Callable[[Frame], Body]:
    """A connector's result is the body of its API's answer."""
    given, store = call.given, call.store

    def body(frame: Frame) -> Body:
        yield Pause(frame.run.agenda, frame.run.now_us(), Kind.NOW)
        result = connector({name: one(frame) for name, one in given.items()})
        store(frame, answered(result)["body"] if isinstance(result, Response) else result)

    return body
