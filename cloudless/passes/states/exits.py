"""Ways out of a block: where an error, a return, a break or a continue goes, through the `finally` blocks between.

Every way is a label, made when it is first asked for. An error goes its way in the variable of its scope.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from cloudless.errors import InternalError
from cloudless.ir.expression import Const, Equal, Expression, Var
from cloudless.ir.type import NONE, TEXT, Type
from cloudless.passes.states.graph import Choice, Edge, End, Fail, Graph, Pass, Rule
from cloudless.passes.states.labels import Label

NULL = Const(None, Type(NONE))


class Exits(Protocol):
    """What a block's surroundings offer."""

    def failed(self) -> Label:
        """Where an error goes, once the scope's variable holds it."""
        ...

    def leave(self, value: Expression) -> Label:
        """Where a return goes."""
        ...

    def jump(self, label: str, *, is_break: bool) -> Label:
        """Where a break or a continue of a loop goes."""
        ...


class Ends:
    """Of a whole orchestration or a branch: no loop is around. error: the scope's variable."""

    def __init__(self, graph: Graph, error: str) -> None:
        self._graph = graph
        self._error = error
        self._failed: Label | None = None

    def failed(self) -> Label:
        if self._failed is None:
            self._failed = self._graph.add(Fail(self._error, "failed"))
        return self._failed

    def leave(self, value: Expression) -> Label:
        return self._graph.add(End(value, "return"))

    def jump(self, label: str, *, is_break: bool) -> Label:
        raise InternalError(f"no loop {label!r} is around a {'break' if is_break else 'continue'} of it")


class Looped:
    """In a loop."""

    def __init__(self, outer: Exits, label: str, begins: Label, ends: Label) -> None:
        self._outer = outer
        self._label = label
        self._begins = begins
        self._ends = ends
        self.failed = outer.failed
        self.leave = outer.leave

    def jump(self, label: str, *, is_break: bool) -> Label:
        if label != self._label:
            return self._outer.jump(label, is_break=is_break)
        return self._ends if is_break else self._begins


class Handled:
    """In the body of a try: errors go to its handlers."""

    def __init__(self, outer: Exits, handlers: Label) -> None:
        self._handlers = handlers
        self.leave = outer.leave
        self.jump = outer.jump

    def failed(self) -> Label:
        return self._handlers


class Through:
    """Before a `finally`: each way out says which one it is, goes through the block, and goes on from its end.

    entry: of the block. normal: where the statements before it end by themselves. way, kept: new variables: which way,
    and what goes it.
    """

    def __init__(self, outer: Exits, graph: Graph, error: str, way: str, kept: str) -> None:
        self.entry = graph.label()
        self.normal = graph.label()
        self._outer = outer
        self._graph = graph
        self._error = error
        self._way = way
        self._kept = kept
        self._ways: dict[str, tuple[Label, Callable[[], Label]]] = {}

    def failed(self) -> Label:
        return self._label("raise", self._raise)

    def leave(self, value: Expression) -> Label:
        self._label("return", lambda: self._outer.leave(Var(self._kept)))
        return self._graph.add(Pass(Edge(self.entry, ((self._way, _text("return")), (self._kept, value))), "return"))

    def jump(self, label: str, *, is_break: bool) -> Label:
        way = f"{'break' if is_break else 'continue'} {label}"
        return self._label(way, lambda: self._outer.jump(label, is_break=is_break))

    def end(self, after: Label) -> Label:
        """What follows the block: on, or whichever way led into it."""
        self._put(self.normal, "next" if self._ways else "")
        for way, (label, _) in self._ways.items():
            self._put(label, way)
        rules = [Rule(Equal(Var(self._way), _text(way)), Edge(onward())) for way, (_, onward) in self._ways.items()]
        return self._graph.add(Choice(tuple(rules), Edge(after), "after finally")) if rules else after

    def _label(self, way: str, onward: Callable[[], Label]) -> Label:
        if way not in self._ways:
            self._ways[way] = self._graph.label(), onward
        return self._ways[way][0]

    def _put(self, label: Label, way: str) -> None:
        """A way into the block. Every one assigns all that its end may read."""
        assign: list[tuple[str, Expression]] = [(self._way, _text(way))] if way else []
        if self._ways.keys() & {"raise", "return"}:
            assign.append((self._kept, Var(self._error) if way == "raise" else NULL))
        self._graph.put(label, Pass(Edge(self.entry, tuple(assign)), "finally"))

    def _raise(self) -> Label:
        again = Edge(self._outer.failed(), ((self._error, Var(self._kept)),))
        return self._graph.add(Pass(again, "raise again"))


def _text(value: str) -> Const:
    return Const(value, Type(TEXT))
