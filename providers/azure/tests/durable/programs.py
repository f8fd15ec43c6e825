"""Small definitions, written in the IR. Who reads the types of an engine's programs? Nobody: all are JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cloudless.codec import is_list, is_object
from cloudless.ir import Application, Callee, Orchestration, Span
from cloudless.ir.expression import Const, Entry, Expression, Var
from cloudless.ir.handler import Retry
from cloudless.ir.orchestration import FUNCTION, ORCHESTRATION
from cloudless.ir.statement import Branch, Call, FanOut, Return, Statement
from cloudless.ir.type import JSON, Type
from cloudless.passes.definition import definition

ANY = Type(JSON)
Plain = dict[str, Any]


def const(value: Any) -> Const:
    return Const(value, ANY)


def call(target: str, function: str, *, retry: Retry | None = None, timeout_s: float = 0, **given: Expression) -> Call:
    """A step."""
    return Call(target, function, tuple(Entry(name, value) for name, value in given.items()), retry, timeout_s)


def branch(function: str, **given: Expression) -> Branch:
    """One call, and its value."""
    entries = tuple(Entry(name, value) for name, value in given.items())
    return Branch((Call("found", function, entries), Return(Var("found"))))


def fan_out(target: str, source: Expression, function: str, *, limit: int = 0, collect: bool = False) -> FanOut:
    """A function over a list, as its parameter n."""
    return FanOut(target, "item", source, limit, branch(function, n=Var("item")), collect)


def orchestration(
    name: str, *body: Statement, calls: Sequence[str] = (), children: Sequence[str] = ()
) -> Orchestration:
    known = [Callee(one, FUNCTION, (), ANY) for one in calls]
    known += [Callee(one, ORCHESTRATION, (), ANY) for one in children]
    return Orchestration(
        name=name,
        module="m",
        qualname=name,
        parameters=(),
        result=ANY,
        body=tuple(body),
        calls=tuple(known),
        span=Span("", 0),
    )


def program(
    *body: Statement, calls: Sequence[str] = (), children: Sequence[Orchestration] = (), timeout_s: float = 0
) -> Plain:
    """The definition of an orchestration "main"; its statements have numbers for ids."""
    main = orchestration("main", *body, calls=calls, children=[child.name for child in children])
    found = definition(Application(name="app", orchestrations=(main, *children)), "main")
    found["orchestrations"]["main"]["timeout_s"] = timeout_s
    for number, statement in enumerate(_statements(found)):
        statement["id"] = str(number)
    return found


def _statements(plain: Any) -> Iterator[Plain]:
    if is_object(plain):
        if "node" in plain and "id" in plain:
            yield plain
        for part in plain.values():
            yield from _statements(part)
    elif is_list(plain):
        for part in plain:
            yield from _statements(part)
