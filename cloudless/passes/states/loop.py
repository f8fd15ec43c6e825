"""Loops: a Pass or Choice at the head, to which the last statement of the body leads back.

That of a `for` has one rule, which assigns the item and the number of the round: a list is not cut in each of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from cloudless.ir.expression import Arithmetic, Compare, Const, Expression, Index, Length, Var
from cloudless.ir.statement import Call, FanOut, For, Gather, Loop, Range, Send, Wait
from cloudless.ir.type import INT, Type
from cloudless.node import replace
from cloudless.passes.states.exits import Looped
from cloudless.passes.states.frame import Blocks, Frame
from cloudless.passes.states.graph import Assign, Choice, Edge, Pass, Rule
from cloudless.passes.states.labels import Label
from cloudless.passes.tree import Block, statements

KEYED = (Call, FanOut, Gather, Send, Wait)
"""Statements whose keys tell the rounds of the loops around them."""


def loop(one: Loop, after: Label, frame: Frame, blocks: Blocks) -> Label:
    """A block until a break. Rounds are counted where keys tell them."""
    graph, head = frame.graph, frame.graph.label()
    inside = frame.within(Looped(frame.exits, one.label, head, after))
    if not any(isinstance(each, KEYED) for each in statements(one.body)):
        return graph.put(head, Pass(Edge(blocks(one.body, head, inside)), "loop", one.note, one.span))
    turn = frame.fresh("turn")
    body = blocks(one.body, head, replace(inside, rounds=(*frame.rounds, turn)))
    graph.put(head, Pass(Edge(body, ((turn, _plus(Var(turn), 1)),)), "next round", one.note, one.span))
    return graph.add(Pass(Edge(body, ((turn, _whole(0)),)), "begin loop", one.note, one.span))


def for_(one: For, after: Label, frame: Frame, blocks: Blocks) -> Label:
    """A block for each item of a list or range."""
    graph, title = frame.graph, f"for {one.item}"
    head, turn, held = graph.label(), frame.fresh("turn"), _Held(one, frame)
    inside = replace(frame, rounds=(*frame.rounds, turn), exits=Looped(frame.exits, one.label, head, after))
    body = blocks(one.body, head, inside)
    test, value = held.round(_plus(Var(turn), 1))
    rule = Rule(test, Edge(body, ((one.item, value), (turn, _plus(Var(turn), 1)))))
    graph.put(head, Choice((rule,), Edge(after), title, one.note, one.span))
    return graph.add(Pass(Edge(head, (*held.bound, (turn, _whole(-1)))), f"begin {title}", "", one.span))


class _Held:
    """What a loop goes through, the same in each round. bound: variables for what is evaluated before the first one."""

    def __init__(self, one: For, frame: Frame) -> None:
        self.bound: list[Assign] = []
        self._source = one.source
        self._frame = frame
        self._assigned = frozenset({one.item, *assigned(one.body)})

    def round(self, turn: Expression) -> tuple[Expression, Expression]:
        """Whether there is a round of that number, and its item."""
        source = self._source
        if not isinstance(source, Range):
            items = self._same(source, "items")
            return Compare("<", turn, Length(items, "list")), Index(items, turn)
        start, stop = self._same(source.start, "start"), self._same(source.stop, "stop")
        moved = turn if source.step == 1 else Arithmetic("*", turn, _whole(source.step), INT)
        value = moved if start == _whole(0) else Arithmetic("+", start, moved, INT)
        return Compare("<" if source.step > 0 else ">", value, stop), value

    def _same(self, one: Expression, title: str) -> Expression:
        """As it is where it is a constant, or a variable that no round assigns."""
        is_constant = type(one) is Const and not isinstance(one.value, list)
        if is_constant or (type(one) is Var and one.name not in self._assigned):
            return one
        self.bound.append((self._frame.fresh(title), one))
        return Var(self.bound[-1][0])


def assigned(body: Block) -> Iterator[str]:
    """Variables that some statements assign; "" among them."""
    for one in statements(body):
        yield from (getattr(one, "target", ""), getattr(one, "item", ""), *getattr(one, "targets", ()))
        yield from (handler.target for handler in getattr(one, "handlers", ()))


def _plus(one: Expression, number: int) -> Expression:
    return Arithmetic("+", one, _whole(number), INT)


def _whole(number: int) -> Const:
    return Const(number, Type(INT))
