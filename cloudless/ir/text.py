"""An orchestration as text that people read: close to Python, one line a statement, with ids where they matter.

    orchestration fulfil(order: Order) -> str
      0    charge_1 = charge(order=order)  retry 3
      1    if charge_1 == "no":
      1.then.0  raise Declined("no")

For goldens, and for looking at what a program became. Nothing reads it back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from cloudless.ir.expression import Const, Entry, Expression
from cloudless.ir.handler import Retry
from cloudless.ir.orchestration import Orchestration
from cloudless.ir.statement import Branch, Except, Range, Statement
from cloudless.ir.type import FLOAT

INDENT = "    "
Lines = Iterator[str]


def text(orchestration: Orchestration, *, ids: bool = False) -> str:
    """The orchestration as text. ids: each statement with its id."""
    one = orchestration
    parameters = ", ".join(f"{it.name}: {it.type}{'' if it.required else ' = …'}" for it in one.parameters)
    lines = [f"orchestration {one.name}({parameters}) -> {one.result}{_timeout(one.timeout_s)}"]
    lines += [f"{INDENT}{line}" for line in block(one.body, ids=ids)]
    return "\n".join(lines) + "\n"


def block(statements: tuple[Statement, ...], *, ids: bool = False) -> list[str]:
    """Statements as lines."""
    writer = _Writer(ids)
    return [line for one in statements for line in writer.lines(one)] or ["pass"]


def expression(one: Expression) -> str:
    """An expression, with parentheses wherever it has parts."""
    return _EXPRESSIONS[type(one).__name__](one)


# --- statements


class _Writer:
    def __init__(self, ids: bool) -> None:
        self._ids = ids

    def lines(self, one: Statement) -> Lines:
        note = f"  # {one.note}" if one.note else ""
        made = iter(_STATEMENTS[type(one).__name__](self, one))
        yield f"{next(made)}{note}{f'  [{one.id}]' if self._ids else ''}"
        yield from made

    def inner(self, statements: tuple[Statement, ...]) -> Lines:
        for line in block(statements, ids=self._ids):
            yield f"{INDENT}{line}"

    def let(self, one: Any) -> Lines:
        yield f"{one.target} = {expression(one.value)}"

    def call(self, one: Any) -> Lines:
        yield f"{_target(one)}{one.callee}({_entries(one.arguments)}){_retry(one.retry)}{_timeout(one.timeout_s)}"

    def send(self, one: Any) -> Lines:
        more = f", attributes={{{_entries(one.attributes)}}}" if one.attributes else ""
        more += f", delay={one.delay_s:g} s" if one.delay_s else ""
        more += f", group={expression(one.group)}" if one.group else ""
        yield f"{_target(one)}{one.noun} {one.resource}.{one.verb}({expression(one.body)}{more})"

    def sleep(self, one: Any) -> Lines:
        yield f"sleep {expression(one.seconds)}"

    def now(self, one: Any) -> Lines:
        yield f"{one.target} = now"

    def uuid(self, one: Any) -> Lines:
        yield f"{one.target} = uuid"

    def wait(self, one: Any) -> Lines:
        end = f" timeout {expression(one.timeout_s)}" if one.timeout_s else ""
        yield f"{_target(one)}wait {one.event}{end}"

    def check(self, one: Any) -> Lines:
        yield f"check {expression(one.test)} else {one.error}({expression(one.message)})"

    def if_(self, one: Any) -> Lines:
        yield f"if {expression(one.test)}:"
        yield from self.inner(one.then)
        if one.otherwise:
            yield "else:"
            yield from self.inner(one.otherwise)

    def loop(self, one: Any) -> Lines:
        yield f"loop {one.label}:"
        yield from self.inner(one.body)

    def for_(self, one: Any) -> Lines:
        yield f"for {one.item} in {_source(one.source)} as {one.label}:"
        yield from self.inner(one.body)

    def jump(self, one: Any) -> Lines:
        yield f"{type(one).__name__.lower()} {one.label}"

    def return_(self, one: Any) -> Lines:
        yield f"return {expression(one.value)}"

    def raise_(self, one: Any) -> Lines:
        yield f"raise {expression(one.error)}"

    def try_(self, one: Any) -> Lines:
        yield "try:"
        yield from self.inner(one.body)
        for handler in one.handlers:
            yield from self.handler(handler)
        for word, statements in (("else", one.otherwise), ("finally", one.last)):
            if statements:
                yield f"{word}:"
                yield from self.inner(statements)

    def handler(self, one: Except) -> Lines:
        name = f" as {one.target}" if one.target else ""
        yield f"except {', '.join(one.names)}{name}:"
        yield from self.inner(one.body)

    def gather(self, one: Any) -> Lines:
        targets = ", ".join(name or "_" for name in one.targets)
        yield f"{targets} = gather:" if targets else "gather:"
        for branch in one.branches:
            yield from self.branch(branch)

    def fan_out(self, one: Any) -> Lines:
        limit = f" limit {one.limit}" if one.limit else ""
        collect = " collect" if one.collect else ""
        yield f"{_target(one)}fan out {one.item} in {expression(one.source)}{limit}{collect}:"
        yield from self.branch(one.branch)

    def branch(self, one: Branch) -> Lines:
        yield f"{INDENT}branch:"
        for line in self.inner(one.body):
            yield f"{INDENT}{line}"


def _target(one: Any) -> str:
    return f"{one.target} = " if one.target else ""


def _entries(entries: tuple[Entry, ...]) -> str:
    return ", ".join(f"{entry.key}={expression(entry.value)}" for entry in entries)


def _retry(retry: Retry | None) -> str:
    if retry is None:
        return ""
    on = "" if retry.on == ("builtins:Exception",) else f" on {', '.join(name.rpartition(':')[2] for name in retry.on)}"
    return f"  retry {retry.attempts}{on} after {retry.delay_s:g} s × {retry.factor:g} ≤ {retry.max_delay_s:g} s"


def _timeout(seconds: float) -> str:
    return f"  timeout {seconds:g} s" if seconds else ""


def _source(source: Expression | Range) -> str:
    if isinstance(source, Range):
        return f"range({expression(source.start)}, {expression(source.stop)}, {source.step})"
    return expression(source)


_STATEMENTS: dict[str, Callable[[_Writer, Any], Lines]] = {
    "Break": _Writer.jump, "Call": _Writer.call, "Check": _Writer.check, "Continue": _Writer.jump,
    "FanOut": _Writer.fan_out, "For": _Writer.for_, "Gather": _Writer.gather, "If": _Writer.if_, "Let": _Writer.let,
    "Loop": _Writer.loop, "Now": _Writer.now, "Raise": _Writer.raise_, "Return": _Writer.return_, "Send": _Writer.send,
    "Sleep": _Writer.sleep, "Try": _Writer.try_, "Uuid": _Writer.uuid, "Wait": _Writer.wait,
}  # fmt: skip


# --- expressions


def _const(one: Const) -> str:
    if one.type.kind == FLOAT and isinstance(one.value, int):
        return f"{one.value}.0"
    return json.dumps(one.value, ensure_ascii=False)


def _infix(one: Any, sign: str) -> str:
    return f"({expression(one.left)} {sign} {expression(one.right)})"


def _dict(one: Any) -> str:
    return f"{{{', '.join(f'{expression(pair.key)}: {expression(pair.value)}' for pair in one.items)}}}"


def _list(one: Any) -> str:
    inside = ", ".join(map(expression, one.items))
    return f"[{inside}]" if one.items else f"[] of {one.of}"


def _unary(one: Any) -> str:
    return f"-{expression(one.of)}" if one.op == "neg" else f"{one.op}({expression(one.of)})"


def _map(one: Any) -> str:
    test = f" if {expression(one.test)}" if one.test else ""
    return f"[{expression(one.element)} for {one.item} in {expression(one.source)}{test}]"


def _text_call(one: Any) -> str:
    first, *rest = one.arguments
    return f"{expression(first)}.{one.name}({', '.join(map(expression, rest))})"


def _new_error(one: Any) -> str:
    data = f", {_entries(one.data)}" if one.data else ""
    return f"{one.type}({expression(one.message)}{data})"


_EXPRESSIONS: dict[str, Callable[[Any], str]] = {
    "And": lambda one: _infix(one, "and"),
    "Arithmetic": lambda one: _infix(one, one.op if one.kind == "int" else f"{one.op}."),
    "Choose": lambda one: f"({expression(one.then)} if {expression(one.test)} else {expression(one.otherwise)})",
    "Compare": lambda one: _infix(one, one.op),
    "Concat": lambda one: _infix(one, "++"),
    "Const": _const,
    "Contains": lambda one: f"({expression(one.part)} in {expression(one.of)})",
    "Dict": _dict,
    "Equal": lambda one: _infix(one, "=="),
    "ErrorData": lambda one: f"{expression(one.of)}.data.{one.key}",
    "ErrorHas": lambda one: f"({expression(one.of)} has {one.key})",
    "ErrorIs": lambda one: f"({expression(one.of)} is a {' or '.join(one.names)})",
    "ErrorPart": lambda one: f"{expression(one.of)}.{one.part}",
    "Field": lambda one: f"{expression(one.of)}.{one.key}",
    "Fold": lambda one: f"{one.op}({expression(one.of)})",
    "HasKey": lambda one: f"({expression(one.key)} in {expression(one.of)})",
    "In": lambda one: f"({expression(one.item)} in {expression(one.of)})",
    "Index": lambda one: f"{expression(one.of)}[{expression(one.at)}]",
    "IsNone": lambda one: f"({expression(one.of)} is none)",
    "Key": lambda one: f"{expression(one.of)}[{expression(one.key)}]",
    "Length": lambda one: f"len({expression(one.of)})",
    "List": _list,
    "Map": _map,
    "Merge": lambda one: _infix(one, "|"),
    "NewError": _new_error,
    "Not": lambda one: f"not {expression(one.of)}",
    "Or": lambda one: _infix(one, "or"),
    "Record": lambda one: f"{one.type}{{{_entries(one.fields)}}}",
    "Setting": lambda one: f"setting {one.name}",
    "Text": lambda one: f"text({', '.join(map(expression, one.parts))})",
    "TextCall": _text_call,
    "ToText": lambda one: f"str({expression(one.of)})",
    "Unary": _unary,
    "Var": lambda one: str(one.name),
}
