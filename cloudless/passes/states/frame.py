"""Frame: where statements run: with which ways out, in which loops. Flow: an orchestration as states."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cloudless.ir import Orchestration
from cloudless.ir.expression import Expression, Map
from cloudless.node import node, replace
from cloudless.passes.states.exits import NULL, Ends, Exits
from cloudless.passes.states.graph import Edge, Graph
from cloudless.passes.states.labels import Label
from cloudless.passes.tree import Block, nodes, operands, statements


@node()
class Flow:
    """start, error: of the orchestration's own scope: its first state, and the variable of an error on its way."""

    graph: Graph
    start: Label
    error: str


class Names:
    """Variables that are added to an orchestration: none has a name that is in it."""

    def __init__(self, program: Orchestration) -> None:
        self._taken = set(_names(program))

    def fresh(self, title: str) -> str:
        """A name that nothing else has: "turn", "turn_2"."""
        name, serial = title, 1
        while name in self._taken:
            serial += 1
            name = f"{title}_{serial}"
        self._taken.add(name)
        return name


@node(kw_only=True)
class Frame:
    """rounds: variables that count the loops around, from 0. error: the scope's variable for an error on its way."""

    graph: Graph
    names: Names
    error: str
    exits: Exits
    rounds: tuple[str, ...] = ()

    def within(self, exits: Exits) -> Frame:
        """The same with other ways out."""
        return replace(self, exits=exits)

    def fresh(self, title: str) -> str:
        """A new variable."""
        return self.names.fresh(title)

    def failing(self, error: Expression) -> Edge:
        """The way of an error."""
        return Edge(self.exits.failed(), ((self.error, error),))


Blocks = Callable[[Block, Label, Frame], Label]
"""Makes the states of a block, and gives the label of the first: statements, what follows them, where they run."""


def flow_of(program: Orchestration) -> Flow:
    """The states of an orchestration; every way ends in an End, a Fail, or never."""
    from cloudless.passes.states.block import block

    graph, names = Graph(), Names(program)
    start, error = scope(program.body, graph, names, block)
    return Flow(graph, start, error)


def scope(body: Block, graph: Graph, names: Names, blocks: Blocks) -> tuple[Label, str]:
    """The states of an orchestration or branch: the label of the first, and the variable of errors."""
    error = names.fresh("raised")
    exits = Ends(graph, error)
    return blocks(body, exits.leave(NULL), Frame(graph=graph, names=names, error=error, exits=exits)), error


def _names(program: Orchestration) -> Iterator[str]:
    yield from (one.name for one in program.parameters)
    yield from (one.name for one in program.variables)
    for one in statements(program.body):
        yield from (getattr(one, "target", ""), getattr(one, "item", ""), *getattr(one, "targets", ()))
        yield from (handler.target for handler in getattr(one, "handlers", ()))
        for part in operands(one):
            yield from (each.item for each in nodes(part) if type(each) is Map)
