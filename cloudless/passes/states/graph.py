"""States as plain data, with labels in place of names.

What is assigned between two states stands on the way from one to the other: an Edge. Edges never lead from one scope
into another: a branch of a gather or fan-out is known by the label of its first state, and by no edge.
"""

from __future__ import annotations

from cloudless.ir.expression import Expression
from cloudless.ir.span import Span
from cloudless.ir.statement import NOWHERE, Call, FanOut, Gather, Now, Send, Sleep, Uuid, Wait
from cloudless.node import node
from cloudless.passes.states.labels import Label, Labelled

Assign = tuple[str, Expression]
"""A variable, and its value."""


@node()
class Edge:
    """The way to another state. assign: in order; later ones see earlier ones."""

    to: Label
    assign: tuple[Assign, ...] = ()


@node()
class Pass:
    """Assigns, and goes on. title: of every state, what its name is made of; note: what it is commented with.

    span: where in the program it comes from.
    """

    edge: Edge
    title: str
    note: str = ""
    span: Span = NOWHERE


@node()
class Rule:
    """One of a Choice's."""

    test: Expression
    edge: Edge


@node()
class Choice:
    """The first rule that holds, or `otherwise`."""

    rules: tuple[Rule, ...]
    otherwise: Edge
    title: str
    note: str = ""
    span: Span = NOWHERE


@node(kw_only=True)
class Step:
    """What waits, has effects, or runs branches. edge: the way on, once the statement's targets have their values.

    failed: where an error of it goes, once the variable `error` holds it; none comes of Sleep, Now and Uuid.
    rounds: variables that count the loops around it, from 0, in its scope. branches: the first states of each.
    """

    statement: Call | Send | Sleep | Now | Uuid | Wait | Gather | FanOut
    edge: Edge
    failed: Label
    error: str
    rounds: tuple[str, ...] = ()
    branches: tuple[Label, ...] = ()
    title: str


@node()
class End:
    """Ends the orchestration, or a branch, with a value."""

    value: Expression
    title: str


@node()
class Fail:
    """Ends the orchestration, or a branch, with the error that a variable holds."""

    error: str
    title: str


State = Pass | Choice | Step | End | Fail


class Graph(Labelled[State]):
    """The states of an orchestration, those of its branches among them."""


def edges(state: State) -> tuple[Edge, ...]:
    """The ways out of a state, in the order in which people read them."""
    if isinstance(state, Choice):
        return (*(rule.edge for rule in state.rules), state.otherwise)
    if isinstance(state, Step):
        return (state.edge, Edge(state.failed)) if can_fail(state) else (state.edge,)
    return (state.edge,) if isinstance(state, Pass) else ()


def can_fail(state: Step) -> bool:
    """Whether errors may come of a step."""
    return not isinstance(state.statement, Sleep | Now | Uuid)


def scopes(state: State) -> tuple[Label, ...]:
    """The first states of the branches within a state."""
    return state.branches if isinstance(state, Step) else ()


def empty(state: State) -> Label | None:
    """Where a state leads to that does nothing; None for one that does something."""
    return state.edge.to if isinstance(state, Pass) and not state.edge.assign else None


def reached(graph: Graph, start: Label) -> list[Label]:
    """Every state that can be reached, in the order in which people read them; those of branches, too."""
    return graph.walked(start, lambda one: (*scopes(one), *(edge.to for edge in edges(one))))


def in_scope(graph: Graph, start: Label) -> list[Label]:
    """Every state of one scope."""
    return graph.walked(start, lambda one: [edge.to for edge in edges(one)])
