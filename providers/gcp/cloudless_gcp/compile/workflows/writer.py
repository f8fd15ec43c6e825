"""Writer: the states of an orchestration, or of a branch of one → the steps of a routine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cloudless.ir import Orchestration, Span
from cloudless.ir.expression import ErrorIs, Expression
from cloudless.ir.type import BOOL, FLOAT, INT, NONE
from cloudless.passes.expression_types import Types
from cloudless.passes.states import Choice, Edge, End, Fail, Graph, Key, Label, Pass, Rule, Step, in_scope
from cloudless_gcp.compile.workflows.code import Code, call, expression, joined, variable
from cloudless_gcp.compile.workflows.expression import Expressions
from cloudless_gcp.compile.workflows.plan import ANSWER, ERROR, KEY, Called, Plan
from cloudless_gcp.compile.workflows.routine import Line, Routine
from cloudless_gcp.compile.workflows.template import Unwritable, assignments, template, written
from cloudless_gcp.compile.workflows.variable import Names

Steps = Mapping[type, Callable[[Step, "Writer"], Line]]
"""What writes a step, by class of its statement."""

STEP_NAME_MAX = 100
_SMALL = frozenset({BOOL, FLOAT, INT, NONE})
"""Kinds of types whose values are of a few bytes."""
_HAS_ERROR = f'${{"{ERROR}" in {ANSWER}}}'


class Writer:
    """Writes one routine.

    program: whose states they are. called: its name and variables. steps: see Steps. is_main: whether errors end the
    execution.
    """

    def __init__(
        self, plan: Plan, program: Orchestration, graph: Graph, called: Called, steps: Steps, *, is_main: bool = False
    ) -> None:
        self.plan = plan
        self.steps = steps
        self.program = program
        self.graph = graph
        self.is_main = is_main
        self.variables = called.variables
        self.expressions = Expressions(self.variables, Types(program), plan.settings, self._equal)
        self.routine = Routine(called.name, (), Names(most=STEP_NAME_MAX))
        self.span = program.span
        self._caught: dict[Label, Label] = {}
        self._small = frozenset(one.name for one in program.variables if one.type.kind in _SMALL)

    def scope(self, start: Label) -> Label:
        """The steps of a scope; gives the label of the first."""
        for label in in_scope(self.graph, start):
            self.routine.put(label, self._line(label))
        return start

    def finish(self, start: Label) -> dict[str, Any]:
        """The routine, once everything is written; constants come before all else."""
        constants = self.variables.constants
        self.routine.start = start
        if constants:
            assign = tuple({target: value} for target, value in constants)
            self.routine.start = self.routine.add(Line("constants", start, assign=assign))
        return self.routine.plain

    # --- what every step needs

    def value(self, one: Expression) -> Any:
        """JSON with expressions in it."""
        try:
            return template(self.expressions, one)
        except Unwritable as problem:
            return self._refused(problem)

    def test(self, one: Expression) -> Any:
        """A condition."""
        try:
            return written(self.expressions.of(one))
        except Unwritable as problem:
            return self._refused(problem)

    def _refused(self, problem: Unwritable) -> str:
        """Note what is wrong; gives something in its place, so that all else is looked at as well."""
        what = f"orchestration {self.program.name!r} has {problem}"
        self.plan.refuse(what, self.span, "divide it, or move it into a function marked @app.pure")
        return ""

    def assign(self, assigned: Iterable[tuple[str, Expression]]) -> tuple[Mapping[str, Any], ...]:
        """What assigns some variables, in order."""
        found: list[Mapping[str, Any]] = []
        for name, one in assigned:
            try:
                found += assignments(self.expressions, self.variables.of(name), one)
            except Unwritable as problem:
                self._refused(problem)
        return tuple(found)

    def way(self, edge: Edge, *before: Mapping[str, Any], title: str = "then") -> Label:
        """Where an edge leads, through a step for what it assigns. before: what is assigned first."""
        assign = (*before, *self.assign(edge.assign))
        return self.routine.add(Line(title, edge.to, assign=assign)) if assign else edge.to

    def kept(self, target: str, value: str) -> tuple[Mapping[str, Any], ...]:
        """The value of a step, where it is kept: once, unless it is small."""
        if not target:
            return ()
        kept = {self.variables.of(target): value}
        return (kept,) if target in self._small or ANSWER not in value else (kept, {ANSWER: None})

    def key(self, id: str, rounds: Iterable[str] = (), *behind: str | Code) -> str:
        """The key of a statement, and more: the same text that the engine makes."""
        counted = [call("string", variable(self.variables.of(name))) for name in rounds]
        whole = Key((variable(KEY),)).of(id, counted).plus(*behind)
        texts = [Code(f'"{part}"') if isinstance(part, str) else part for part in whole.merged()]
        try:
            return written(joined("+", texts))
        except Unwritable as problem:
            return self._refused(problem)

    def call(self, name: str) -> str:
        """A routine that this one calls."""
        return self.plan.called(self.routine.name, name)

    def _equal(self) -> str:
        return self.call(self.plan.ours("equal"))

    def is_final(self, step: Step) -> bool:
        """Whether an error of a step ends the execution."""
        return self.is_main and isinstance(self.graph.states[step.failed], Fail)

    def checked(self, step: Step, call: Mapping[str, Any], title: str, after: Label) -> Line:
        """Call a routine that tells errors; go their way, or on."""
        is_there = self.routine.add(
            Line(f"{title}_answered", after, rules=((_HAS_ERROR, self.failed(step)),), is_aside=True)
        )
        return Line(title, is_there, {**call, "result": ANSWER})

    def failed(self, step: Step) -> Label:
        """Where the error of an answer goes."""
        if step.failed not in self._caught:
            error = f"${{{ANSWER}.{ERROR}}}"
            if isinstance(self.graph.states[step.failed], Fail):
                body = {"raise": error} if self.is_main else {"return": {ERROR: error}}
                line = Line("failed", None, body)
            else:
                line = Line("caught", step.failed, assign=({self.variables.of(step.error): error},))
            self._caught[step.failed] = self.routine.add(line)
        return self._caught[step.failed]

    # --- states

    def _line(self, label: Label) -> Line:
        one = self.graph.states[label]
        span: Span = one.statement.span if isinstance(one, Step) else getattr(one, "span", self.program.span)
        self.span = span if span.file else self.span
        if isinstance(one, Step):
            return self.steps[type(one.statement)](one, self)
        if isinstance(one, Pass):
            return Line(one.title, one.edge.to, assign=self.assign(one.edge.assign))
        if isinstance(one, Choice):
            return self._choice(one)
        return self._end(one)

    def _choice(self, one: Choice) -> Line:
        is_aside = one.title.startswith("check")
        rules = tuple(rule for each in one.rules for rule in self._rule(each, is_aside=is_aside))
        return Line(one.title, self.way(one.otherwise), rules=rules, is_aside=is_aside)

    def _rule(self, one: Rule, *, is_aside: bool) -> list[tuple[Any, Label]]:
        to = self.way(one.edge, title="raise" if is_aside else "then")
        if type(one.test) is ErrorIs:
            return [(self.test(ErrorIs(one.test.of, (name,))), to) for name in one.test.names]
        return [(self.test(one.test), to)]

    def _end(self, one: End | Fail) -> Line:
        if isinstance(one, End):
            return Line(one.title, None, {"return": {"v": self.value(one.value)}})
        error = expression(variable(self.variables.of(one.error)))
        return Line(one.title, None, {"raise": error} if self.is_main else {"return": {ERROR: error}})
