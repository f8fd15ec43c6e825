"""One orchestration, and all that it calls, as a state machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import ceil
from typing import Any

from cloudless.compiler.pretty import pretty
from cloudless.compiler.translation import Translation, settings_of
from cloudless.ir import Application, Orchestration
from cloudless.ir.orchestration import Argument
from cloudless.passes import states
from cloudless.passes.definition import called
from cloudless.passes.states import Key, Label
from cloudless.passes.work import Costs, Work
from cloudless_aws.compile.asl.document import Document
from cloudless_aws.compile.asl.failure import cause, table
from cloudless_aws.compile.asl.frame import Frame, Plan, Targets
from cloudless_aws.compile.asl.fuse import fused
from cloudless_aws.compile.asl.jsonata import Code, call, condition, expression, literal, member
from cloudless_aws.compile.asl.state import Choice, Edge, End, Fail, Graph, Map, Parallel, Pass, Rule, Task, reached
from cloudless_aws.compile.asl.step import WORKER
from cloudless_aws.compile.asl.variable import PLATFORM, SENDER
from cloudless_aws.compile.asl.writer import scope

DEFINITION_MAX = 1_048_576
"""Bytes: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html"""
EVENTS = Costs(
    who="Step Functions", unit="events of history", most=25_000,
    test=2,  # a state is entered and exited
    step=5,  # and scheduled, started, succeeded
    wait=6,  # and submitted
    parallel=4, branch=6, round=2,
)  # fmt: skip
"""https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html#service-limits-state-machine-executions"""
_INPUT = Code("$states.input")
_NAME = Code("$states.context.Execution.Name")


def machine(
    application: Application, name: str, settings: Mapping[str, Any], targets: Targets, digest: str = ""
) -> Translation:
    """The state machine of an orchestration. settings: the stage's values of configuration entries, as JSON.

    digest: sha256 of the orchestration's definition, which the machine's comment holds: "fulfil 3f0c…".
    """
    known = {one.name: one for one in called(application, name)}
    plan = Plan(main=name, orchestrations=known, settings=settings_of(application, settings), targets=targets)
    start = fused(plan.graph, _states(known[name], plan))
    document = Document(plan.graph, start, targets.partition)
    return Translation(
        text=_printed(known[name], document.plain, digest),
        functions=tuple(sorted(plan.functions - {WORKER})),
        worker=WORKER in plan.functions,
        events=tuple(sorted(plan.events)),
        warnings=tuple(Work(known, EVENTS).warnings(known[name])),
    )


class _Whole:
    """The ends of a machine."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def leave(self, value: Any) -> Label:
        return self._graph.add(End({"v": value}, "return"))

    def fail(self, error: str) -> Label:
        return self._graph.add(Fail(*cause(error), "failed"))


def _states(main: Orchestration, plan: Plan) -> Label:
    """All states of a machine; gives the label of the first, which assigns what the execution was started with."""
    graph, flow, expressions = plan.graph, states.flow_of(main), plan.expressions(main)
    ends, base = _Whole(graph), Key((_NAME, f"/{main.name}"))
    frame = Frame(plan=plan, program=main, flow=flow.graph, expressions=expressions, base=base, ends=ends)
    given = {expressions.variables.of(one.name): _given(one) for one in main.parameters}
    body = scope(flow.start, frame)
    start = graph.add(Pass(Edge(body, {**given, **_known(graph)}, 1), "start"))
    is_ending = any(isinstance(graph.states[one], End | Fail) for one in reached(graph, start))
    return start if is_ending else _endless(start, frame)


def _endless(start: Label, frame: Frame) -> Label:
    """Step Functions refuses a machine without a state that ends it: one that nothing ever comes to."""
    never = Rule("{% false %}", Edge(frame.ends.leave(None)))
    return frame.graph.add(Choice((never,), Edge(start), "never"))


def _known(graph: Graph) -> dict[str, Any]:
    """What every Task reads, and every catcher."""
    if not any(isinstance(one, Task | Map | Parallel) for one in graph.states.values()):
        return {}
    return {SENDER: _or(_INPUT, "from", {}), PLATFORM: table()}


def _given(one: Argument) -> str:
    """An argument of the execution; its default where it is not given."""
    arguments = member(_INPUT, "args")
    return expression(member(arguments, one.name)) if one.required else _or(arguments, one.name, one.default)


def _or(of: Code, key: str, default: Any) -> str:
    found = member(of, key)
    return expression(condition(call("exists", found), found, literal(default)))


def _printed(main: Orchestration, plain: dict[str, Any], digest: str) -> bytes:
    end = {"TimeoutSeconds": ceil(main.timeout_s)} if main.timeout_s else {}
    comment = f"{main.name} {digest}".rstrip()
    document = {"Comment": comment, "QueryLanguage": "JSONata", **end, **plain}
    text = pretty(document)
    return text if len(text) <= DEFINITION_MAX else _compact(document)


def _compact(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode(errors="backslashreplace")
