"""Steps: a Task that invokes a function of the program, the worker or the broker; and what takes no step: time, UUIDs.

What is sent with each says which execution, which step, and by which names an error is told to retriers.
https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
"""

from __future__ import annotations

from typing import Any

from cloudless.ir.expression import Const
from cloudless.ir.handler import Retry
from cloudless.ir.orchestration import FUNCTION, ORCHESTRATION
from cloudless.ir.statement import Call, Send, Wait
from cloudless.node import node, replace
from cloudless.passes import states
from cloudless.passes.states import Label
from cloudless_aws.compile.asl import state
from cloudless_aws.compile.asl.failure import caught, names, retriers
from cloudless_aws.compile.asl.frame import Frame, Scopes
from cloudless_aws.compile.asl.jsonata import ADD, Code, expression, joined, literal, variable
from cloudless_aws.compile.asl.state import Edge, Pass, Task
from cloudless_aws.compile.asl.template import constant, given
from cloudless_aws.compile.asl.variable import SENDER

WORKER = ""
"""Among the functions of a plan."""
LONGEST_S = 99_999_999
"""https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html"""


@node(kw_only=True)
class _Invocation:
    """What a Task does. function: with its alias. result: JSONata of the step's value. late: what a time-out says."""

    function: str
    payload: dict[str, Any]
    result: str = "$states.result.Payload.v"
    retry: Retry | None = None
    timeout_s: Any = None
    late: str = ""
    waits: bool = False


def call(step: states.Step, after: Label, frame: Frame, scopes: Scopes) -> Label:
    """Invoke a function; a pure one is the worker's; an orchestration runs in here."""
    one: Any = step.statement
    callee = frame.callee(one.callee)
    if callee.kind == ORCHESTRATION:
        return _inlined(one, after, frame, scopes)
    arguments = given(frame.expressions, one.arguments)
    context = _context(one.id, frame, one.retry)
    is_function = callee.kind == FUNCTION
    frame.plan.functions.add(one.callee if is_function else WORKER)
    invocation = _Invocation(
        function=frame.plan.targets.function(one.callee) if is_function else frame.plan.targets.worker,
        payload={**({} if is_function else {"op": "pure", "name": one.callee}), "args": arguments, "ctx": context},
        retry=one.retry,
        timeout_s=int(one.timeout_s) or None,
        late=f"{one.callee} took longer than {f'{one.timeout_s:g} s' if one.timeout_s else 'it may'}",
    )
    return _task(one, invocation, after, frame, one.callee)


def send(step: states.Step, after: Label, frame: Frame, _: Scopes) -> Label:
    """Send or publish a message, which the worker does."""
    one: Any = step.statement
    frame.plan.functions.add(WORKER)
    invocation = _Invocation(
        function=frame.plan.targets.worker,
        payload={
            "op": one.verb, "resource": one.resource, "body": frame.template(one.body),
            "attributes": given(frame.expressions, one.attributes), "delay_s": one.delay_s,
            "group": frame.template(one.group) if one.group else "",
            "ctx": {**_context(one.id, frame), "orchestration": frame.program.name},
        },
        late=f"{one.noun} {one.resource} took longer than it may",
    )  # fmt: skip
    return _task(one, invocation, after, frame, f"{one.verb} {one.resource}")


def wait(step: states.Step, after: Label, frame: Frame, _: Scopes) -> Label:
    """Leave a token with the broker, which comes back with the event."""
    one: Any = step.statement
    frame.plan.events.add(one.event)
    invocation = _Invocation(
        function=frame.plan.targets.broker,
        payload={
            "op": "wait", "execution": "{% $states.context.Execution.Name %}", "orchestration": frame.plan.main,
            "event": one.event, "token": "{% $states.context.Task.Token %}",
            "started": "{% $states.context.Execution.StartTime %}", "ctx": _context(one.id, frame),
        },
        result="$states.result.v",
        timeout_s=_timeout(one, frame),
        late=f"no event {one.event!r} came in time",
        waits=True,
    )  # fmt: skip
    return _task(one, invocation, after, frame, f"wait for {one.event}")


def _timeout(one: Wait, frame: Frame) -> Any:
    """Seconds, at least one: none is not possible."""
    if one.timeout_s is None:
        return None
    if type(one.timeout_s) is Const:
        return min(max(1, one.timeout_s.value), LONGEST_S)
    return f"{{% $min([$max([{frame.code(one.timeout_s).text}, 1]), {LONGEST_S}]) %}}"


def _task(one: Call | Send | Wait, invocation: _Invocation, after: Label, frame: Frame, title: str) -> Label:
    assign = {frame.variable(one.target): f"{{% {invocation.result} %}}"} if one.target else {}
    return frame.graph.add(
        Task(
            arguments={"FunctionName": invocation.function, "Payload": invocation.payload},
            edge=Edge(after, assign, frame.large(one.target)),
            failed=frame.failing(caught(invocation.late)),
            retry=retriers(invocation.retry),
            timeout_s=invocation.timeout_s,
            waits=invocation.waits,
            title=frame.titled(title),
            note=one.note,
        )
    )


def _context(id: str, frame: Frame, retry: Retry | None = None) -> dict[str, Any]:
    return {
        "execution": "{% $states.context.Execution.Name %}",
        "step": id,
        "key": expression(joined("&", ADD, map(_part, frame.key(id).merged()))),
        "from": expression(variable(SENDER)),
        "attempt": "{% $states.context.State.RetryCount + 1 %}",
        "retry": names(retry),
    }


def _part(one: str | Code) -> Code:
    """Of a key."""
    return literal(one) if isinstance(one, str) else one


class _Inlined:
    """The ends of an orchestration that is called: a return goes on behind the call, an error goes the caller's way."""

    def __init__(self, frame: Frame, target: str, after: Label, title: str) -> None:
        self._frame = frame
        self._target = target
        self._after = after
        self._title = title

    def leave(self, value: Any) -> Label:
        frame, target = self._frame, self._target
        if not target:
            return self._after
        edge = Edge(self._after, {frame.variable(target): value}, frame.large(target))
        return frame.graph.add(Pass(edge, f"{self._title}return"))

    def fail(self, error: str) -> Label:
        return self._frame.failed


def _inlined(one: Call, after: Label, frame: Frame, scopes: Scopes) -> Label:
    """The states of another orchestration: its variables are its own, but for that of an error on its way."""
    callee = frame.plan.orchestrations[one.callee]
    title, flow = f"{frame.title}{callee.name}: ", states.flow_of(callee)
    expressions = frame.plan.expressions(callee)
    expressions.variables.take(flow.error, frame.error)
    inner = replace(
        frame,
        program=callee,
        flow=flow.graph,
        expressions=expressions,
        base=frame.key(one.id).plus(f"/{callee.name}"),
        ends=_Inlined(frame, one.target, after, title),
        title=title,
    )
    entry = scopes(flow.start, inner)
    values = {entry.key: frame.template(entry.value) for entry in one.arguments}
    for parameter in reversed(callee.parameters):
        value = values.get(parameter.name, constant(parameter.default))
        edge = Edge(entry, {inner.variable(parameter.name): value}, inner.large(parameter.name))
        entry = frame.graph.add(Pass(edge, f"{title}{parameter.name}"))
    return entry


def sleep(step: states.Step, after: Label, frame: Frame, _: Scopes) -> Label:
    """Whole seconds; nothing waits longer than Step Functions can."""
    one: Any = step.statement
    if type(one.seconds) is Const:
        seconds: Any = min(max(0, one.seconds.value), LONGEST_S)  # a Check before it has refused what is below
    else:
        seconds = f"{{% $min([{frame.code(one.seconds).text}, {LONGEST_S}]) %}}"
    return frame.graph.add(state.Wait(seconds, Edge(after), frame.titled("sleep"), one.note))


def now(step: states.Step, after: Label, frame: Frame, _: Scopes) -> Label:
    """$now() has three digits of fraction; every engine tells six."""
    return _drawn(step.statement, "{% $substringBefore($now(), 'Z') & '000Z' %}", after, frame, "now")


def uuid(step: states.Step, after: Label, frame: Frame, _: Scopes) -> Label:
    """A UUID of version 4."""
    return _drawn(step.statement, "{% $uuid() %}", after, frame, "uuid")


def _drawn(one: Any, text: str, after: Label, frame: Frame, title: str) -> Label:
    return frame.graph.add(Pass(Edge(after, {frame.variable(one.target): text}), frame.titled(title), one.note))
