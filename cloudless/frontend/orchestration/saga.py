"""with saga() as undo: compensations, the last one first, should the block fail. Made of ordinary statements."""

from __future__ import annotations

import ast
from typing import Any

from cloudless import flow as surface
from cloudless.errors import CompensationFailed
from cloudless.frontend.orchestration import steps
from cloudless.frontend.orchestration.callee import Target
from cloudless.frontend.orchestration.draft import Block, Draft, Handling
from cloudless.frontend.orchestration.faults import mro
from cloudless.frontend.orchestration.kinds import ANY, UNKNOWN, WHOLE, error_of, list_of
from cloudless.frontend.orchestration.records import FieldOf, RecordClass
from cloudless.frontend.orchestration.scope import SAGA, Variable
from cloudless.frontend.orchestration.unit import Part, Unit
from cloudless.frontend.orchestration.value import text, whole
from cloudless.function import Function, Step
from cloudless.ir import Retry
from cloudless.ir.expression import (
    Arithmetic,
    Compare,
    Concat,
    Entry,
    Equal,
    Expression,
    Field,
    Index,
    Length,
    List,
    NewError,
    Record,
    Var,
)
from cloudless.ir.statement import Call, For, If, Let, Raise, Range, Try
from cloudless.ir.type import INT, LIST, Type

COMPENSATION = "Compensation"
ATTEMPTS = 3


class Compensation:
    """One registration in the program: what it calls, with which parameters."""

    __slots__ = ("names", "node", "options", "target")

    def __init__(self, target: Target, options: steps.Options, names: tuple[str, ...], node: ast.AST) -> None:
        self.target = target
        self.options = options
        self.names = names
        self.node = node

    def is_like(self, other: Compensation) -> bool:
        """Whether both call one function in one way."""
        mine, theirs = self.options, other.options
        same = (mine.retry, mine.timeout_s, self.names) == (theirs.retry, theirs.timeout_s, other.names)
        return same and self.target is other.target


class Open:
    """A saga whose block is being visited. kept: the variable that holds what was registered."""

    def __init__(self, name: str, kept: Variable) -> None:
        self.name = name
        self.kept = kept
        self.compensations: list[Compensation] = []

    def number(self, made: Compensation) -> int:
        """The number of a registration; those that call alike share one."""
        for number, one in enumerate(self.compensations):
            if one.is_like(made):
                return number
        self.compensations.append(made)
        return len(self.compensations) - 1


class Sagas(Part):
    """With."""

    def visit_With(self, node: ast.With) -> None:  # noqa: N802
        item = node.items[0]
        call = item.context_expr
        is_saga = isinstance(call, ast.Call) and self.unit.statics.resolve(call.func) is surface.saga
        if not is_saga or len(node.items) > 1:
            remedy = "one `with` for each saga" if is_saga else "do it in the function that needs it"
            self.unit.error("CL201", item.context_expr, "`with` is for one saga()", remedy)
            self._unknown(node)
            return
        if item.optional_vars is None or not isinstance(item.optional_vars, ast.Name):
            self.unit.error("CL265", call, "a saga has a name", "write with saga() as undo: …")
            self.unit.block += self.unit.statements(node.body)
            return
        self._saga(node, item.optional_vars)

    def _unknown(self, node: ast.With) -> None:
        for item in node.items:
            for one in ast.walk(item.optional_vars) if item.optional_vars else ():
                if isinstance(one, ast.Name):
                    self.unit.flow.assigned |= self.unit.scope.declare(one.id, UNKNOWN, node.lineno).bit
        self.unit.block += self.unit.statements(node.body)

    def _saga(self, node: ast.With, name: ast.Name) -> None:
        unit = self.unit
        known = unit.scope.find(name.id)
        if known is not None and not known.ended:
            unit.error(
                "CL218", name, f"`{name.id}` is a variable since line {known.line}", "give the saga a name of its own"
            )
        kind = list_of(_registered(unit))
        kept = unit.temporary("saga", kind, node)
        variable = unit.scope.declare(name.id, kind, node.lineno, SAGA)
        unit.flow.assigned |= variable.bit
        opened = Open(name.id, kept)
        unit.sagas.append(opened)
        body = unit.statements(node.body)
        unit.sagas.remove(opened)
        unit.scope.drop(variable.name)
        variable.ended = "saga"
        unit.scope.uncover(name.id, known)
        if not opened.compensations:
            unit.scope.drop(kept.name)
            unit.block += body
            return
        unit.emit(Let, node, "saga", target=kept.name, value=List((), kind.of or ANY))
        error = unit.temporary("error", error_of("Exception"), node).name
        handler = Handling(("Exception",), error, Undoing(unit, node, opened, error).block(), node)
        unit.error_class(Exception, node)
        unit.emit(Try, node, "saga", body=body, handlers=[handler], otherwise=[], last=[])


def _registered(unit: Unit) -> Type:
    """What a saga keeps of each registration: which one it is, and its arguments."""
    fields = [FieldOf("f", "f", WHOLE), FieldOf("a", "a", ANY)]
    kind = unit.types.enter(RecordClass(COMPENSATION, None, lambda _: ANY, {one.name: one for one in fields}))
    unit.found.records[COMPENSATION] = None
    return kind


class Undoing:
    """The handler of a saga: every compensation, then the error again."""

    def __init__(self, unit: Unit, node: ast.With, saga: Open, error: str) -> None:
        self._unit = unit
        self._node = node
        self._saga = saga
        self._error = error

    def block(self) -> Block:
        """Its statements."""
        unit, kept = self._unit, Var(self._saga.kept.name)
        failures = unit.temporary("failures", list_of(error_of("Exception")), self._node)
        at = unit.temporary("at", WHOLE, self._node)
        last = Arithmetic("-", Length(kept, LIST), whole(1), INT)
        one = Index(kept, Var(at.name))
        undo = self._draft(
            Try, "compensate", body=self._choice(one), handlers=[self._failed(failures)], otherwise=[], last=[]
        )
        source = Range(last, whole(-1), -1)
        return [
            self._draft(Let, target=failures.name, value=List((), error_of("Exception"))),
            self._draft(For, "compensate", label=unit.label(), item=at.name, source=source, body=[undo]),
            self._draft(
                If,
                test=Compare(">", Length(Var(failures.name), LIST), whole(0)),
                then=[self._draft(Raise, error=self._both(failures))],
                otherwise=[self._draft(Raise, error=Var(self._error))],
            ),
        ]

    def _draft(self, kind: type[Any], note: str = "", **fields: Any) -> Draft:
        return Draft(kind, self._node, note, fields)

    def _choice(self, one: Expression) -> Block:
        """Call what was registered, by its number."""
        block: Block = []
        for number, made in reversed(list(enumerate(self._saga.compensations))):
            call = self._call(made, Field(one, "a"))
            if not block:
                block = [call]
            else:
                test = Equal(Field(one, "f"), whole(number))
                block = [self._draft(If, test=test, then=[call], otherwise=block)]
        return block

    def _call(self, made: Compensation, arguments: Expression) -> Draft:
        fields: dict[str, Any] = {
            "target": "",
            "callee": made.target.data.name,
            "arguments": tuple(Entry(name, Field(arguments, name)) for name in made.names),
            "retry": made.options.retry or Retry(attempts=ATTEMPTS),
            "timeout_s": made.options.timeout_s,
        }
        return Draft(Call, made.node, "compensate", fields)

    def _failed(self, failures: Variable) -> Handling:
        error = self._unit.temporary("error", error_of("Exception"), self._node).name
        grown = Concat(Var(failures.name), List((Var(error),), error_of("Exception")))
        return Handling(("Exception",), error, [self._draft(Let, target=failures.name, value=grown)], self._node)

    def _both(self, failures: Variable) -> NewError:
        self._unit.error_class(CompensationFailed, self._node)
        data = (Entry("original", Var(self._error)), Entry("failures", Var(failures.name)))
        return NewError("CompensationFailed", mro(CompensationFailed), text("some compensations failed"), data)


def registration(unit: Unit, node: ast.Call, func: ast.Attribute) -> bool:
    """undo.on_failure(refund, payment=p); whether it is such a one."""
    variable = unit.scope.find(func.value.id) if isinstance(func.value, ast.Name) else None
    if variable is None or variable.role != SAGA:
        return False
    opened = next((one for one in unit.sagas if one.name == variable.source), None)
    if opened is None or func.attr != "on_failure":
        unit.error(
            "CL265",
            node,
            f"`{ast.unparse(func)}` is not possible here",
            "write undo.on_failure(refund, …) in the block of its saga",
        )
        return True
    if not node.args:
        unit.error("CL265", node, "on_failure needs a function", "write undo.on_failure(refund, payment=payment)")
        return True
    _register(unit, node, opened)
    return True


def _register(unit: Unit, node: ast.Call, opened: Open) -> None:
    found = _function(unit, node.args[0])
    if found is None:
        steps.visit_arguments(unit, ast.Call(node.func, node.args[1:], node.keywords))
        return
    target, options = found
    arguments = steps.bound_arguments(unit, node, target, node.args[1:], node.keywords)
    if arguments is None:
        return
    steps.note_call(unit, node, target)
    number = opened.number(Compensation(target, options, tuple(one.key for one in arguments), node))
    made = Record(COMPENSATION, (Entry("f", whole(number)), Entry("a", Record("", arguments))))
    kept = opened.kept
    grown = Concat(Var(kept.name), List((made,), kept.type.of or ANY))
    unit.emit(Let, node, "on failure", target=kept.name, value=grown)


def _function(unit: Unit, node: ast.expr) -> steps.Called | None:
    found = unit.statics.resolve(node)
    if isinstance(node, ast.Call):
        if isinstance(unit.statics.resolve(node.func), Function):
            name, given = ast.unparse(node.func), [*map(ast.unparse, node.args), *map(ast.unparse, node.keywords)]
            message = f"`{ast.unparse(node)}` is a call, and on_failure takes the function"
            unit.error("CL265", node, message, f"write on_failure({', '.join([name, *given])})")
            return None
        return steps.with_options(unit, node)
    if isinstance(found, Function | Step):
        return steps.known(unit, node, found)
    unit.error("CL265", node, f"`{ast.unparse(node)}` is no declared function", "name a function under @app.function")
    return None
