"""Steps: a call of a function of the program, the worker or the broker; and what takes no call: time, UUIDs.

What is sent with each says which execution, which step and which attempt it is.
https://cloud.google.com/workflows/docs/calling-run-functions
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cloudless.engine.retry import policy_of
from cloudless.ir.expression import Const, Expression, Record
from cloudless.ir.handler import Retry
from cloudless.ir.orchestration import FUNCTION, ORCHESTRATION
from cloudless.ir.serial import to_plain
from cloudless.ir.statement import Call, FanOut, Gather, Now, Send, Sleep, Uuid, Wait
from cloudless.passes.states import Step
from cloudless_gcp.compile.workflows import branch
from cloudless_gcp.compile.workflows.plan import ANSWER, RUN
from cloudless_gcp.compile.workflows.prelude.pause import LONGEST_S
from cloudless_gcp.compile.workflows.routine import Line
from cloudless_gcp.compile.workflows.writer import Writer

_VALUE = f"${{{ANSWER}.v}}"
_NOW = (
    '${text.replace_all(time.format(math.floor(%s)), "Z", "." + '
    'text.substring(string(1000000 + math.floor((%s - math.floor(%s)) * 1000000)), 1, 7) + "Z")}'
)
"""time.format is documented for whole seconds only; every engine tells six digits more."""


def titled(id: str, verb: str, name: str = "") -> str:
    """The name of a step by which the history of an execution knows it: s3_body_0_call_charge."""
    return f"s{id.replace('.', '_')}_{verb}_{name.replace('-', '__')}"


def call(step: Step, writer: Writer) -> Line:
    """Call a function; a pure one is the worker's; an orchestration is a routine."""
    one: Any = step.statement
    callee = next(each for each in writer.program.calls if each.name == one.callee)
    if callee.kind == ORCHESTRATION:
        return _orchestration(step, one, writer)
    arguments = writer.value(Record("", one.arguments))
    limits = {**({"most_s": _number(one.timeout_s)} if one.timeout_s else {}), **_again(one.retry)}
    if callee.kind == FUNCTION:
        writer.plan.functions.add(one.callee)
        to = writer.plan.targets.function(one.callee)
        asked = {"to": to, "body": {"args": arguments}, **limits}
        return _asked(step, writer, titled(one.id, "call", one.callee), asked)
    body = {"op": "pure", "name": one.callee, "args": arguments}
    return _worked(step, writer, titled(one.id, "pure", one.callee), body, limits)


def send(step: Step, writer: Writer) -> Line:
    """Send or publish a message, which the worker does."""
    one: Any = step.statement
    body = {
        "op": one.verb, "resource": one.resource, "body": writer.value(one.body),
        "attributes": writer.value(Record("", one.attributes)), "delay_s": _number(one.delay_s),
        "group": writer.value(one.group) if one.group else "", "ctx": {"orchestration": writer.program.name},
    }  # fmt: skip
    return _worked(step, writer, titled(one.id, one.verb, one.resource), body, {})


def _worked(step: Step, writer: Writer, title: str, body: Mapping[str, Any], limits: Mapping[str, Any]) -> Line:
    writer.plan.has_work = True
    return _asked(step, writer, title, {"to": writer.plan.targets.worker, "body": body, **limits})


def _asked(step: Step, writer: Writer, title: str, asked: Mapping[str, Any]) -> Line:
    """Ask a function, and keep what it returns. asked: whom, and for what."""
    one: Any = step.statement
    args = {"run": f"${{{RUN}}}", **asked, "id": one.id, "key": writer.key(one.id, step.rounds)}
    if writer.is_final(step):
        result = {"result": writer.variables.of(one.target)} if one.target else {}
        made = {"call": writer.call(writer.plan.ours("ask")), "args": args, **result}
        return Line(title, writer.way(step.edge), made)
    made = {"call": writer.call(writer.plan.ours("ask_settled")), "args": args}
    return writer.checked(step, made, title, writer.way(step.edge, *writer.kept(one.target, _VALUE), title="keep"))


def _orchestration(step: Step, one: Call, writer: Writer) -> Line:
    """Another orchestration: a routine, which tells its errors."""
    callee = writer.plan.known[one.callee]
    given: dict[str, Expression] = {entry.key: entry.value for entry in one.arguments}
    values = {each.name: given.get(each.name, Const(each.default, each.type)) for each in callee.parameters}
    routine = writer.plan.orchestration(one.callee)
    arguments = {routine.variables.of(name): writer.value(value) for name, value in values.items()}
    args = {"run": f"${{{RUN}}}", "key": writer.key(one.id, step.rounds, f"/{callee.name}"), **arguments}
    made = {"call": writer.call(routine.name), "args": args}
    after = writer.way(step.edge, *writer.kept(one.target, _VALUE), title="keep")
    return writer.checked(step, made, titled(one.id, "run", callee.name), after)


def wait(step: Step, writer: Writer) -> Line:
    """Leave a callback endpoint with the broker, and wait for what is sent there."""
    one: Any = step.statement
    writer.plan.events.add(one.event)
    args = {"run": f"${{{RUN}}}", "event": one.event, "id": one.id, "key": writer.key(one.id, step.rounds)}
    if one.timeout_s is not None:
        args["most_s"] = _most(one.timeout_s, writer)
    made = {"call": writer.call(writer.plan.ours("wait_for")), "args": args}
    after = writer.way(step.edge, *writer.kept(one.target, _VALUE), title="keep")
    return writer.checked(step, made, titled(one.id, "wait", one.event), after)


def sleep(step: Step, writer: Writer) -> Line:
    """Whole seconds."""
    one: Any = step.statement
    seconds, title = writer.value(one.seconds), titled(one.id, "sleep")
    if writer.plan.has_deadline or type(one.seconds) is not Const or seconds > LONGEST_S:
        args = {RUN: f"${{{RUN}}}", "seconds": seconds}
        return Line(title, writer.way(step.edge), {"call": writer.call(writer.plan.ours("pause")), "args": args})
    return Line(title, writer.way(step.edge), {"call": "sys.sleep", "args": {"seconds": seconds}})


def _most(seconds: Expression, writer: Writer) -> Any:
    """Whole seconds that Workflows can wait: none at all is not possible."""
    if type(seconds) is Const:
        return min(max(1, seconds.value), LONGEST_S)
    return f"${{math.max(math.min({writer.expressions.of(seconds).text}, {LONGEST_S}), 1)}}"


def now(step: Step, writer: Writer) -> Line:
    """The time, as every engine writes it."""
    one: Any = step.statement
    target = writer.variables.of(one.target)
    drawn = {target: "${sys.now()}"}, {target: _NOW % (target, target, target)}
    return Line("now", step.edge.to, assign=(*drawn, *writer.assign(step.edge.assign)))


def uuid(step: Step, writer: Writer) -> Line:
    """A UUID of version 4."""
    one: Any = step.statement
    drawn = {writer.variables.of(one.target): "${uuid.generate()}"}
    return Line("uuid", step.edge.to, assign=(drawn, *writer.assign(step.edge.assign)))


def _again(retry: Retry | None) -> dict[str, Any]:
    """What is tried again, for the routine that does it."""
    if retry is None or retry.attempts < 2:
        return {}
    policy = policy_of(to_plain(retry))
    again = {
        "on": sorted(policy.names), "attempts": policy.attempts,
        "delay_s": _number(min(policy.delay_s, policy.max_delay_s)), "factor": _number(policy.factor),
        "most_s": _number(policy.max_delay_s),
    }  # fmt: skip
    return {"again": again}


def _number(value: float) -> float:
    return int(value) if float(value).is_integer() else value


STEPS: dict[type, Callable[[Step, Writer], Line]] = {
    Call: call,
    FanOut: branch.fan_out,
    Gather: branch.gather,
    Now: now,
    Send: send,
    Sleep: sleep,
    Uuid: uuid,
    Wait: wait,
}
"""By class of statement; a test asserts that none is missing."""
