"""Frame: where statements run: of which orchestration, under which keys, with which ways out. Plan: a whole machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from cloudless.ir import Orchestration
from cloudless.ir.expression import Expression
from cloudless.ir.orchestration import Callee
from cloudless.ir.type import BOOL, FLOAT, INT, NONE
from cloudless.node import field, node
from cloudless.passes import states
from cloudless.passes.states import Key, Label
from cloudless_aws.compile.asl.expression import Expressions
from cloudless_aws.compile.asl.jsonata import Code, expression, variable
from cloudless_aws.compile.asl.state import Edge, Graph
from cloudless_aws.compile.asl.template import template
from cloudless_aws.compile.asl.variable import Names, Variables

_SMALL = frozenset({BOOL, FLOAT, INT, NONE})
"""Kinds of types whose values are of a few bytes."""


@node(kw_only=True)
class Targets:
    """What a machine invokes: names of Lambda functions with their aliases. function: of a function's logical name."""

    function: Callable[[str], str]
    worker: str
    broker: str
    partition: str = "aws"


@node(kw_only=True)
class Plan:
    """One state machine that is being made. main: the orchestration that is started.

    functions, events: what it invokes and waits for, as found so far; "" among the functions stands for the worker.
    """

    main: str
    orchestrations: Mapping[str, Orchestration]
    settings: Mapping[str, Any]
    targets: Targets
    graph: Graph = field(default_factory=Graph)
    names: Names = field(default_factory=Names)
    functions: set[str] = field(default_factory=set[str])
    events: set[str] = field(default_factory=set[str])

    def expressions(self, program: Orchestration) -> Expressions:
        """Those of one more orchestration in the machine."""
        small = frozenset(one.name for one in program.variables if one.type.kind in _SMALL)
        return Expressions(Variables(self.names, small), self.settings)


class Ends(Protocol):
    """Where a scope ends: the machine, a branch, or an orchestration that is called."""

    def leave(self, value: Any) -> Label:
        """With a value: JSON with JSONata in it."""
        ...

    def fail(self, error: str) -> Label:
        """With the error that a variable holds."""
        ...


@node(kw_only=True)
class Frame:
    """flow: the states that are written. rounds: variables that count the loops around, from 0.

    error, failed: the scope's variable for an error on its way, and where that goes. title: what the names of states
    begin with, "" in the main orchestration.
    """

    plan: Plan
    program: Orchestration
    flow: states.Graph
    expressions: Expressions
    base: Key[Code]
    ends: Ends
    error: str = ""
    failed: Label = 0
    rounds: tuple[str, ...] = ()
    title: str = ""

    @property
    def graph(self) -> Graph:
        """The states of the machine."""
        return self.plan.graph

    def key(self, id: str) -> Key[Code]:
        """The key of a statement."""
        return self.base.of(id, map(variable, self.rounds))

    def callee(self, name: str) -> Callee:
        """What a step calls."""
        return next(one for one in self.program.calls if one.name == name)

    def fresh(self, title: str) -> str:
        """A new variable."""
        return self.plan.names.fresh(title)

    def variable(self, name: str) -> str:
        """The variable of one of the IR."""
        return self.expressions.variables.of(name)

    def code(self, one: Expression) -> Code:
        """JSONata of an expression."""
        return self.expressions.of(one)

    def template(self, one: Expression) -> Any:
        """JSON with JSONata in it, of an expression."""
        return template(self.expressions, one)

    def text(self, one: Expression) -> str:
        """An expression as the whole of a field."""
        return expression(self.code(one))

    def titled(self, title: str) -> str:
        """What the name of a state is made of."""
        return f"{self.title}{title}"

    def large(self, target: str) -> int:
        """1 where the value of a variable of the IR may be large, by its type."""
        return int(target not in self.expressions.variables.small)

    def failing(self, error: Any) -> Edge:
        """The way of an error, which is JSON with JSONata in it."""
        return Edge(self.failed, {self.error: error})


Scopes = Callable[[states.Label, Frame], Label]
"""Writes the states of a scope, and gives the label of the first."""
