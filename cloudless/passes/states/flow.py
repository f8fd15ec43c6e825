"""Control flow: assignments, if, checks, jumps, try and raise."""

from __future__ import annotations

from cloudless.driver.error import error_of
from cloudless.ir.expression import ErrorIs, Expression, NewError, Not, Var
from cloudless.ir.statement import Break, Check, Continue, Except, If, Let, Raise, Return, Try
from cloudless.passes.states.exits import Exits, Handled, Through
from cloudless.passes.states.frame import Blocks, Frame
from cloudless.passes.states.graph import Choice, Edge, Pass, Rule
from cloudless.passes.states.labels import Label

ANY = "Exception"
"""The class of every error."""


def let(one: Let, after: Label, frame: Frame) -> Label:
    """A variable has a value."""
    return frame.graph.add(Pass(Edge(after, ((one.target, one.value),)), f"set {one.target}", one.note, one.span))


def return_(one: Return, _: Label, frame: Frame) -> Label:
    """End the orchestration or branch with a value."""
    return frame.exits.leave(one.value)


def raise_(one: Raise, _: Label, frame: Frame) -> Label:
    """Go the way of errors."""
    return frame.graph.add(Pass(frame.failing(one.error), "raise", one.note, one.span))


def jump(one: Break | Continue, _: Label, frame: Frame) -> Label:
    """Leave a loop, or begin its next round."""
    return frame.exits.jump(one.label, is_break=type(one) is Break)


def check(one: Check, after: Label, frame: Frame) -> Label:
    """Go the way of errors unless a test holds."""
    error = NewError(one.error, tuple(error_of(one.error, "")["mro"]), one.message)
    rule = Rule(_negated(one.test), frame.failing(error))
    return frame.graph.add(Choice((rule,), Edge(after), f"check {one.error}", one.note, one.span))


def if_(one: If, after: Label, frame: Frame, blocks: Blocks) -> Label:
    """One of two blocks."""
    then, otherwise = blocks(one.then, after, frame), blocks(one.otherwise, after, frame)
    return frame.graph.add(Choice((Rule(one.test, Edge(then)),), Edge(otherwise), "if", one.note, one.span))


def try_(one: Try, after: Label, frame: Frame, blocks: Blocks) -> Label:
    """A block, its handlers, what follows where nothing was raised, and what follows in any case."""
    if not one.last:
        return _handled(one, after, frame, frame.exits, blocks)
    through = Through(frame.exits, frame.graph, frame.error, frame.fresh("way"), frame.fresh("kept"))
    start = _handled(one, through.normal, frame, through, blocks)
    last = blocks(one.last, through.end(after), frame)
    frame.graph.put(through.entry, Pass(Edge(last), "finally"))
    return start


def _handled(one: Try, after: Label, frame: Frame, exits: Exits, blocks: Blocks) -> Label:
    outside = frame.within(exits)
    otherwise = blocks(one.otherwise, after, outside)
    if not one.handlers:
        return blocks(one.body, otherwise, outside)
    handlers = frame.graph.label()
    body = blocks(one.body, otherwise, frame.within(Handled(exits, handlers)))
    _choose(handlers, one.handlers, after, outside, blocks)
    return body


def _choose(handlers: Label, found: tuple[Except, ...], done: Label, frame: Frame, blocks: Blocks) -> None:
    """The first handler that takes the error, or on with it."""
    rules: list[Rule] = []
    for one in found:
        edge = _bound(one, blocks(one.body, done, frame), frame)
        if ANY in one.names:
            otherwise = edge
            break
        rules.append(Rule(ErrorIs(Var(frame.error), one.names), edge))
    else:
        otherwise = Edge(frame.exits.failed())
    frame.graph.put(handlers, Choice(tuple(rules), otherwise, "except") if rules else Pass(otherwise, "except"))


def _bound(one: Except, body: Label, frame: Frame) -> Edge:
    """The way to a handler, with the error in its variable."""
    return Edge(body, ((one.target, Var(frame.error)),) if one.target else ())


def _negated(test: Expression) -> Expression:
    return test.of if type(test) is Not else Not(test)
