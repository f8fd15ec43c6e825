"""Waits, times, ids, and messages: statements that look like calls."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cloudless.frontend.orchestration.constants import NOTHING, evaluated
from cloudless.frontend.orchestration.kinds import IDENTIFIER, NULL, STRING, TIME, WHOLE
from cloudless.frontend.orchestration.steps import allowed, option, visit_arguments
from cloudless.frontend.orchestration.unit import Unit
from cloudless.frontend.orchestration.value import LOST, Value, text, whole
from cloudless.frontend.orchestration.wording import nearest
from cloudless.ir.expression import Arithmetic, Compare, Const, Entry, Expression, Var
from cloudless.ir.statement import Now, Send, Sleep, Uuid, Wait
from cloudless.ir.type import INT, Type
from cloudless.queue import OrderedQueue

_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400, "weeks": 604_800}
_POSITIONAL = ("days", "seconds")


def sleep(unit: Unit, node: ast.Call, found: Any, expected: Type | None) -> Value:  # noqa: ARG001
    """A wait of whole seconds."""
    given = parameters(unit, node, "sleep", ("duration",))
    if given is None or "duration" not in given:
        return (
            LOST
            if given is None
            else unit.error("CL241", node, "`sleep` needs a duration", "write sleep(timedelta(hours=1))")
        )
    seconds = duration(unit, given["duration"])
    if seconds is not None and allowed(unit, node):
        unit.emit(Sleep, node, seconds=seconds)
    return Value(LOST.expression, NULL)


def wait(unit: Unit, node: ast.Call, event: Any, expected: Type | None) -> Value:  # noqa: ARG001
    """approval.wait(timeout=…)."""
    given = parameters(unit, node, f"{event.name}.wait", (), ("timeout",))
    kind = unit.types.of(event.type)
    if given is None or not allowed(unit, node):
        return Value(LOST.expression, kind)
    end = given.get("timeout")
    timeout = None if end is None or _is_none(end) else duration(unit, end)
    unit.found.waits[event.name] = None
    return _kept(unit, node, event.name, kind, Wait, event=event.name, timeout_s=timeout)


def now(unit: Unit, node: ast.Call, found: Any, expected: Type | None) -> Value:  # noqa: ARG001
    """The time."""
    fine = parameters(unit, node, "now", ()) is not None and allowed(unit, node)
    return _kept(unit, node, "now", TIME, Now) if fine else Value(LOST.expression, TIME)


def uuid4(unit: Unit, node: ast.Call, found: Any, expected: Type | None) -> Value:  # noqa: ARG001
    """A random UUID."""
    fine = parameters(unit, node, "uuid4", ()) is not None and allowed(unit, node)
    return _kept(unit, node, "uuid", IDENTIFIER, Uuid) if fine else Value(LOST.expression, IDENTIFIER)


def send(unit: Unit, node: ast.Call, queue: Any, expected: Type | None) -> Value:  # noqa: ARG001
    """orders.send(order)."""
    names = ("group", "attributes") if isinstance(queue, OrderedQueue) else ("delay", "attributes")
    given = parameters(unit, node, f"{queue.name}.send", ("body",), names)
    if given is None or not _has_body(unit, node, given) or not allowed(unit, node):
        return Value(LOST.expression, STRING)
    if isinstance(queue, OrderedQueue) and "group" not in given:
        unit.error("CL241", node, f"queue {queue.name!r} is ordered, and this message has no group", "write group=…")
    body = unit.fitting(given["body"], unit.types.of(queue.type), f"a message of queue {queue.name!r}")
    delay_s = _delay(unit, given.get("delay"), queue)
    group = unit.fitting(given["group"], STRING, "a group").expression if "group" in given else None
    attributes = _attributes(unit, given.get("attributes"))
    unit.grant("queue", queue.name, "send", node)
    return _sent(unit, node, "queue", queue.name, "send", body, attributes, delay_s, group)


def publish(unit: Unit, node: ast.Call, topic: Any, expected: Type | None) -> Value:  # noqa: ARG001
    """placed.publish(order)."""
    given = parameters(unit, node, f"{topic.name}.publish", ("body",), ("attributes",))
    if given is None or not _has_body(unit, node, given) or not allowed(unit, node):
        return Value(LOST.expression, STRING)
    body = unit.fitting(given["body"], unit.types.of(topic.type), f"a message of topic {topic.name!r}")
    attributes = _attributes(unit, given.get("attributes"))
    unit.grant("topic", topic.name, "publish", node)
    return _sent(unit, node, "topic", topic.name, "publish", body, attributes, 0, None)


def stray_saga(unit: Unit, node: ast.Call, found: Any, expected: Type | None) -> Value:  # noqa: ARG001
    """saga() outside of a with statement."""
    return unit.error("CL265", node, "a saga is the block of a `with`", "write with saga() as undo: …")


def stray_timedelta(unit: Unit, node: ast.Call, found: Any, expected: Type | None) -> Value:  # noqa: ARG001
    """timedelta(…) as a value."""
    return unit.error(
        "CL249", node, "a timedelta is written where it is used", "write it as the argument of sleep, wait or an option"
    )


def _sent(  # noqa: PLR0917  (the fields of a Send, in its order)
    unit: Unit,
    node: ast.Call,
    noun: str,
    name: str,
    verb: str,
    body: Value,
    attributes: tuple[Entry, ...],
    delay_s: float,
    group: Expression | None,
) -> Value:
    return _kept(
        unit, node, "message", STRING, Send,
        noun=noun, resource=name, verb=verb, body=body.expression, attributes=attributes, delay_s=delay_s, group=group,
    )  # fmt: skip


def _kept(unit: Unit, node: ast.Call, hint: str, kind: Type, statement: type[Any], **fields: Any) -> Value:
    """A statement whose value is kept, unless nobody wants it."""
    needed = statement in {Now, Uuid}
    if unit.dropped is node and not needed:
        unit.emit(statement, node, target="", **fields)
        return Value(LOST.expression, NULL)
    variable = unit.temporary(hint.replace("-", "_"), kind, node)
    unit.emit(statement, node, target=variable.name, **fields)
    return Value(Var(variable.name), kind)


def _has_body(unit: Unit, node: ast.Call, given: Mapping[str, ast.expr]) -> bool:
    if "body" not in given:
        unit.error("CL241", node, "a message has a body", "give it one: orders.send(order)")
    return "body" in given


def _delay(unit: Unit, node: ast.expr | None, queue: Any) -> float:
    if node is None or _is_none(node):
        return 0
    found = option(unit, node)
    if found is None:
        return 0
    seconds = found.total_seconds() if isinstance(found, timedelta) else -1
    if not 0 <= seconds <= queue.max_delay_s or seconds != int(seconds):
        unit.error(
            "CL249",
            node,
            f"delay={found}: whole seconds up to the queue's max_delay, {queue.max_delay_s:g} s, are possible",
            "write a timedelta(…) of that, or sleep(timedelta(…)) before it is sent",
        )
        return 0
    return float(seconds)


def _attributes(unit: Unit, node: ast.expr | None) -> tuple[Entry, ...]:
    if node is None or _is_none(node):
        return ()
    if not isinstance(node, ast.Dict):
        unit.error("CL241", node, "attributes are written out", 'write attributes={"region": order.region}')
        return ()
    found: list[Entry] = []
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            found.append(Entry(key.value, unit.fitting(value, STRING, f"attribute {key.value!r}").expression))
        else:
            unit.error(
                "CL241",
                key or value,
                "names of attributes are written out",
                'write attributes={"region": order.region}',
            )
    return tuple(found)


def parameters(
    unit: Unit, node: ast.Call, what: str, positional: tuple[str, ...], named: tuple[str, ...] = ()
) -> dict[str, ast.expr] | None:
    """The arguments of one of our own calls by name; None where they were reported."""
    given, fine = dict(zip(positional, node.args, strict=False)), True
    for one in node.args[len(positional) :]:
        unit.error("CL241", one, f"`{what}` takes at most {len(positional)} by position", "leave it out, or name it")
        fine = False
    for keyword in node.keywords:
        if keyword.arg in {*positional, *named} and keyword.arg not in given:
            given[keyword.arg or ""] = keyword.value
            continue
        known = (*positional, *named)
        remedy = nearest(keyword.arg or "", known) or (f"it takes {', '.join(known)}" if known else "leave it out")
        unit.error("CL241", keyword, f"`{what}` has no parameter {keyword.arg!r}", remedy)
        fine = False
    if not fine:
        visit_arguments(unit, node)
    return given if fine else None


# --- durations


def duration(unit: Unit, node: ast.expr) -> Expression | None:
    """Whole seconds of a timedelta that is written out, or that the module has; None where it was reported."""
    known = _constant(unit, node)
    if known is not None:
        return _seconds(unit, node, known)
    if not isinstance(node, ast.Call) or unit.statics.resolve(node.func) is not timedelta:
        visit_arguments(unit, node) if isinstance(node, ast.Call) else None
        number = isinstance(node, ast.Constant) and type(node.value) in {int, float}
        written = f"seconds={ast.unparse(node)}" if number else "minutes=n"
        unit.error("CL249", node, "a duration is written out", f"write timedelta({written})")
        return None
    return _nonnegative(unit, node, _sum(unit, node))


def _constant(unit: Unit, node: ast.expr) -> timedelta | None:
    if any(isinstance(one, ast.Name) and one.id in unit.statics.locals for one in ast.walk(node)):
        return None
    try:
        found = evaluated(node, unit.statics.names)
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        return None
    return None if found is NOTHING or not isinstance(found, timedelta) else found


def _seconds(unit: Unit, node: ast.expr, found: timedelta) -> Expression | None:
    seconds = found.total_seconds()
    if seconds != int(seconds):
        unit.error("CL249", node, f"{found} is no whole number of seconds", "round it up")
        return None
    return _nonnegative(unit, node, whole(int(seconds)))


def _sum(unit: Unit, node: ast.Call) -> Expression | None:
    """The seconds of timedelta(hours=n, minutes=m)."""
    named = [*zip(_POSITIONAL, node.args, strict=False), *((one.arg or "", one.value) for one in node.keywords)]
    total: Expression | None = None
    for name, value in named:
        if name not in _SECONDS:
            unit.error(
                "CL249", value, f"a wait has whole seconds, and no {name or '**'}", f"it takes {', '.join(_SECONDS)}"
            )
            return None
        made = unit.fitting(value, WHOLE, f"`{name}`")
        if made.is_unknown:
            return None
        one = _times(made.expression, _SECONDS[name])
        total = one if total is None else Arithmetic("+", total, one, INT)
    return total or whole(0)


def _times(value: Expression, factor: int) -> Expression:
    if type(value) is Const:
        return whole(value.value * factor)
    return value if factor == 1 else Arithmetic("*", value, whole(factor), INT)


def _nonnegative(unit: Unit, node: ast.expr, seconds: Expression | None) -> Expression | None:
    """Seconds of which a Check has made sure that they are at least 0."""
    if seconds is None or (type(seconds) is Const and seconds.value >= 0):
        return seconds
    kept = unit.bound(Value(seconds, WHOLE), node, "seconds").expression
    unit.check(node, Compare(">=", kept, whole(0)), "ValueError", text("a wait is at least 0 s"))
    return kept


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
