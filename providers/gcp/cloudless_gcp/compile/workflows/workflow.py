"""One orchestration, and all that it calls, as a workflow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cloudless.compiler.translation import Translation, settings_of
from cloudless.errors import DefinitionError
from cloudless.ir import Application, Diagnostic, Orchestration
from cloudless.passes.definition import called
from cloudless.passes.limits import OVER
from cloudless.passes.lowering import lower
from cloudless.passes.states import flow_of, fused
from cloudless.passes.work import Costs, Work
from cloudless_gcp.compile.workflows.capability import WORKFLOWS
from cloudless_gcp.compile.workflows.code import Code, call, expression, operator, variable
from cloudless_gcp.compile.workflows.keys import with_keys_computed
from cloudless_gcp.compile.workflows.parameter import pack
from cloudless_gcp.compile.workflows.plan import ANSWER, DEPTH_MAX, GIVEN, INPUT, KEY, RUN, Called, Plan, Targets
from cloudless_gcp.compile.workflows.prelude import PRELUDE
from cloudless_gcp.compile.workflows.prelude.broker import patiently
from cloudless_gcp.compile.workflows.routine import Line
from cloudless_gcp.compile.workflows.step import STEPS
from cloudless_gcp.compile.workflows.writer import Writer

SOURCE_MAX = 128_000
"""Bytes: https://cloud.google.com/workflows/quotas#resource_limits"""
STEPS_TAKEN = Costs(
    who="Workflows", unit="steps", most=100_000,
    test=1,
    step=10,  # the call, those of the routine that asks, and what keeps the answer
    wait=18, parallel=4, branch=5, round=2,
)  # fmt: skip
"""https://cloud.google.com/workflows/quotas#resource_limits"""


def workflow(
    application: Application, name: str, settings: Mapping[str, Any], targets: Targets, digest: str = ""
) -> Translation:
    """The workflow of an orchestration. settings: the stage's values of configuration entries, as JSON.

    digest: sha256 of the orchestration's definition, which the first call tells the broker. Raises DefinitionError.
    """
    made, problems = attempted(application, name, settings, targets, digest)
    if problems:
        raise DefinitionError(problems)
    return made


def attempted(
    application: Application, name: str, settings: Mapping[str, Any], targets: Targets, digest: str = ""
) -> tuple[Translation, list[Diagnostic]]:
    """The workflow, and what Workflows cannot take of it."""
    known = {one.name: printable(one) for one in called(application, name)}
    plan = Plan(known[name], known, settings_of(application, settings), targets)
    plan.routines["main"] = _main(plan, digest)
    while plan.waiting:
        callee = plan.waiting.pop(0)
        plan.routines[plan.orchestration(callee).name] = _called(plan, known[callee])
    while plan.wanted:
        one, routine = plan.wanted.pop(0)
        plan.routines[routine] = PRELUDE[one](plan, routine)
    pack(plan.routines)
    text = _printed(plan)
    programs = {one.name: one for one in called(application, name)}
    found = Translation(
        text=text,
        functions=tuple(sorted(plan.functions)),
        worker=plan.has_work,
        events=tuple(sorted(plan.events)),
        warnings=tuple(Work(programs, STEPS_TAKEN).warnings(programs[name])),
    )
    return found, [*plan.problems, *_over(plan, text)]


def printable(program: Orchestration) -> Orchestration:
    """The same orchestration, as Workflows can say it."""
    return lower(with_keys_computed(program), WORKFLOWS)


def _main(plan: Plan, digest: str) -> dict[str, Any]:
    """The routine that is started: it asks the broker whether the execution is the one, and with what."""
    flow = flow_of(plan.main)
    writer = Writer(plan, plan.main, flow.graph, Called("main", plan.own()), STEPS, is_main=True)
    writer.routine.parameters = [INPUT]
    body = writer.scope(fused(flow.graph, flow.start))
    return writer.finish(_begin(writer, body, digest))


def _called(plan: Plan, program: Orchestration) -> dict[str, Any]:
    flow = flow_of(program)
    writer = Writer(plan, program, flow.graph, plan.orchestration(program.name), STEPS)
    start = fused(flow.graph, flow.start)
    names = [writer.variables.of(one.name) for one in program.parameters]
    writer.routine.parameters = [RUN, KEY, *names]
    return writer.finish(writer.scope(start))


def _begin(writer: Writer, body: int, digest: str) -> int:
    """The steps before those of the program; gives the label of the first."""
    plan, routine = writer.plan, writer.routine
    program = writer.program
    sender = {f'{RUN}["from"]': f"${{{ANSWER}.from}}"}
    read_all = routine.add(Line("read", body, assign=(sender, *_read(writer))))
    taken = routine.add(Line("taken", None, {"return": {"taken": True}}))
    rules = ((f'${{"taken" in {ANSWER}}}', taken),)
    begun = routine.add(Line("begun", read_all, rules=rules, is_aside=True))
    native = f'${{"{plan.targets.workflow}/executions/" + sys.get_env("GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID")}}'
    ask = {
        "call": writer.call(plan.ours("ask")),
        "args": {
            "run": f"${{{RUN}}}", "to": plan.targets.broker, "id": "begin", "key": f"${{{KEY}}}",
            "body": {
                "op": "begin", "orchestration": program.name, "execution": f"${{{INPUT}.id}}", "native": native,
                "definition": digest, "input": f"${{{INPUT}}}",
            },
            **patiently(),
        },
        "result": ANSWER,
    }  # fmt: skip
    asked = routine.add(Line("begin", begun, ask))
    until = {"until": f"${{sys.now() + {program.timeout_s:g}}}"} if plan.has_deadline else {}
    run: dict[str, Any] = {"execution": f"${{{INPUT}.id}}", "from": {}, **until}
    base = operator("+", Code(f"{INPUT}.id"), writer.expressions.constant(f"/{program.name}"))
    return routine.add(Line("start", asked, assign=({RUN: run}, {KEY: expression(base)})))


def _read(writer: Writer) -> Iterator[Mapping[str, Any]]:
    """What assigns the arguments; nothing of them is kept twice."""
    parameters = writer.program.parameters
    defaults = {one.name: writer.variables.value(one.default) for one in parameters if not one.required}
    source = Code(f"{ANSWER}.args")
    if defaults:
        yield {GIVEN: defaults}
        yield {GIVEN: expression(call("map.merge", variable(GIVEN), source))}
        yield {ANSWER: None}
        source = variable(GIVEN)
    for one in parameters:
        yield {writer.variables.of(one.name): expression(writer.expressions.member(source, one.name))}
    yield {GIVEN if defaults else ANSWER: None}


def _printed(plan: Plan) -> bytes:
    """JSON with a line for each step."""
    routines = ",\n".join(f'"{name}": {_routine(one)}' for name, one in plan.routines.items())
    return f"{{\n{routines}\n}}\n".encode(errors="backslashreplace")  # a lone surrogate becomes its escape


def _routine(plain: Mapping[str, Any]) -> str:
    steps = ",\n".join(f"  {_line(one)}" for one in plain["steps"])
    parameters = f'"params": {_line(plain["params"])}, ' if "params" in plain else ""
    return f'{{{parameters}"steps": [\n{steps}\n]}}'


def _line(plain: Any) -> str:
    return json.dumps(plain, ensure_ascii=False)


def _over(plan: Plan, text: bytes) -> Iterator[Diagnostic]:
    name, span = plan.main.name, plan.main.span
    link = "https://cloud.google.com/workflows/quotas#resource_limits"
    if len(text) > SOURCE_MAX:
        message = f"the source of orchestration {name!r} is {len(text):,} bytes, Workflows takes {SOURCE_MAX:,}"
        yield Diagnostic(
            OVER, message, span, f"move parts of it into functions, or into executions of their own; {link}"
        )
    if (depth := plan.depth()) > DEPTH_MAX:
        message = f"orchestration {name!r} makes {depth} calls in one another, Workflows takes {DEPTH_MAX}"
        yield Diagnostic(OVER, message, span, f"let fewer orchestrations call one another; {link}")
