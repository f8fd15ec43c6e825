"""States of a state machine as plain data, with labels in place of names.

What a state assigns stands on the way out of it: an Edge. Edges never lead from one scope into another: a branch of a
Parallel and the processor of a Map are known by the label of their first state, and by no edge.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cloudless.node import field, node
from cloudless.passes.states import Label, Labelled


@node()
class Edge:
    """The way to another state. assign: variables, JSON with JSONata in it. large: how many of them may be large."""

    to: Label
    assign: Mapping[str, Any] = field(default_factory=dict[str, Any])
    large: int = 0


NOWHERE = Edge(0)


@node()
class Pass:
    """Assigns, and goes on. title: of every state, what its name is made of; note: what it is commented with."""

    edge: Edge
    title: str
    note: str = ""


@node()
class Rule:
    """One of a Choice's. test: JSONata."""

    test: str
    edge: Edge


@node()
class Choice:
    """The first rule that holds, or `otherwise`, whose edge assigns nothing: readers differ in what it means there."""

    rules: tuple[Rule, ...]
    otherwise: Edge
    title: str
    note: str = ""


@node(kw_only=True)
class Task:
    """waits: for a task's token to come back. failed: the way of every error. timeout_s: JSON, None for no end.

    output: what the machine or branch ends in with the task, where the way leads nowhere (NOWHERE).
    """

    arguments: Mapping[str, Any]
    edge: Edge
    failed: Edge
    retry: tuple[Mapping[str, Any], ...]
    timeout_s: Any = None
    waits: bool = False
    output: Any = None
    title: str
    note: str = ""


@node()
class Wait:
    """So many seconds: a number, or JSONata."""

    seconds: Any
    edge: Edge
    title: str
    note: str = ""


@node()
class Parallel:
    """branches: the label of the first state of each."""

    branches: tuple[Label, ...]
    edge: Edge
    failed: Edge
    title: str
    note: str = ""


@node(kw_only=True)
class Map:
    """The processor begins with `{"item", "index"}` as its input. limit: most at a time, 0 for as many as there are."""

    items: Any
    processor: Label
    limit: int
    edge: Edge
    failed: Edge
    title: str
    note: str = ""


@node()
class End:
    """Ends the machine, or a branch, with a value: a Pass, since not every reader heeds the Output of a Succeed."""

    output: Any
    title: str
    note: str = ""


@node()
class Fail:
    """Fails the machine. error, cause: JSONata."""

    error: str
    cause: str
    title: str
    note: str = ""


State = Pass | Choice | Task | Wait | Parallel | Map | End | Fail


class Graph(Labelled[State]):
    """The states of a machine, those of all scopes among them."""


def edges(state: State) -> tuple[Edge, ...]:
    """The ways out of a state, in the order in which people read them."""
    if isinstance(state, Choice):
        return (*(rule.edge for rule in state.rules), state.otherwise)
    if isinstance(state, Task | Parallel | Map):
        return (state.failed,) if state.edge == NOWHERE else (state.edge, state.failed)
    return () if isinstance(state, End | Fail) else (state.edge,)


def scopes(state: State) -> tuple[Label, ...]:
    """The first states of the scopes within a state."""
    if isinstance(state, Parallel):
        return state.branches
    return (state.processor,) if isinstance(state, Map) else ()


def empty(state: State) -> Label | None:
    """Where a state leads to that does nothing; None for one that does something."""
    return state.edge.to if isinstance(state, Pass) and not state.edge.assign else None


def reached(graph: Graph, start: Label) -> list[Label]:
    """Every state that can be reached, in the order in which people read them; those of inner scopes, too."""
    return graph.walked(start, lambda one: (*scopes(one), *(edge.to for edge in edges(one))))


def in_scope(graph: Graph, start: Label) -> list[Label]:
    """Every state of one scope."""
    return graph.walked(start, lambda one: [edge.to for edge in edges(one)])
