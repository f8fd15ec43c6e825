"""One orchestration on its way to IR: what all visitors share.

A visitor is a Part with methods `visit_<Node>`: of a statement, (node) -> None; of an expression, (node, expected) ->
Value. What they find wrong they report, and give LOST: it fits everywhere, so that nothing follows from it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any, TypeVar

from cloudless import ir
from cloudless.app import App
from cloudless.frontend.orchestration.aliasing import Roots, Sharing, roots_of
from cloudless.frontend.orchestration.annotation import Types
from cloudless.frontend.orchestration.callee import Callees
from cloudless.frontend.orchestration.draft import Block, Draft
from cloudless.frontend.orchestration.faults import BUILTIN, Faults
from cloudless.frontend.orchestration.flow import Flow
from cloudless.frontend.orchestration.kinds import BOOLEAN, fits, has_unknown, is_mutable, joined, part, present
from cloudless.frontend.orchestration.scope import Scope, Variable
from cloudless.frontend.orchestration.statics import Statics
from cloudless.frontend.orchestration.value import LOST, Facts, Value
from cloudless.frontend.orchestration.wording import none_remedy, truth_remedy
from cloudless.frontend.report import Report
from cloudless.ir.expression import Choose, Const, Expression, Field, List, Var
from cloudless.ir.span import Span
from cloudless.ir.statement import Check, If, Let
from cloudless.ir.type import BOOL, OPTIONAL, Type

W = TypeVar("W")
Visit = Callable[..., Any]


class Shared:
    """What the orchestrations of one app share."""

    def __init__(self, app: App, report: Report) -> None:
        self.app = app
        self.report = report
        self.types = Types()
        self.faults = Faults(self.types.of)
        self.callees = Callees(self.types, report.sources)


class Loop:
    """A loop around what is visited. breaks: what is known at each `break`. iterated: variables it goes through."""

    __slots__ = ("breaks", "iterated", "label")

    def __init__(self, label: str, iterated: frozenset[str] = frozenset()) -> None:
        self.label = label
        self.iterated = iterated
        self.breaks: list[Flow] = []


class Found:
    """What an orchestration was seen to use."""

    def __init__(self) -> None:
        self.calls: dict[str, ir.Callee] = {}
        self.waits: dict[str, None] = {}
        self.records: dict[str, None] = {}
        self.errors: dict[str, ir.ErrorClass] = {}
        self.grants: dict[tuple[str, str, str], set[Span]] = {}
        self.children: list[tuple[str, Span]] = []
        self.parallel: list[list[tuple[str, Span]]] = []


class Unit:
    """One orchestration. file: where it is written. parts: the classes of visitors."""

    def __init__(
        self, shared: Shared, function: FunctionType, result: Type, file: str, parts: Sequence[type[Part]]
    ) -> None:
        self.shared = shared
        self.types = shared.types
        self.result = result
        self.scope = Scope(function.__code__.co_varnames)
        self.statics = Statics(function, self.scope, shared.report.sources.reads)
        self.flow = Flow()
        self.block: Block = []
        self.loops: list[Loop] = []
        self.handlers: list[Any] = []
        self.sagas: list[Any] = []
        self.sharing = Sharing()
        self.found = Found()
        self.module = function.__module__
        self.confined = ""
        self.has_errors = False
        self.dropped: ast.expr | None = None
        self._labels = 0
        self._file = file
        self._spans: dict[tuple[int, int, int, int], Span] = {}
        self._visits = visits_of(self, parts)

    # --- problems

    def span(self, node: ast.AST) -> Span:
        """Where a node stands."""
        place: Any = node
        at = place.lineno, place.col_offset, place.end_lineno, place.end_col_offset
        found = self._spans.get(at)
        if found is None:
            found = self._spans[at] = self.shared.report.sources.span(self._file, node)
        return found

    def line(self, number: int) -> ast.AST:
        """A node that stands for a whole line."""
        text = self.shared.report.sources.of(self._file).line(number)
        start = len(text) - len(text.lstrip())
        return ast.Name("", lineno=number, col_offset=start, end_lineno=number, end_col_offset=len(text.rstrip()))

    def error(self, code: str, node: ast.AST, message: str, remedy: str) -> Value:
        """Report a problem."""
        self.has_errors = True
        self.shared.report.error(code, self.span(node), message, remedy)
        return LOST

    def warning(self, code: str, node: ast.AST, message: str, remedy: str) -> None:
        """Report what is probably not meant."""
        self.shared.report.warning(code, self.span(node), message, remedy)

    # --- visiting

    def value(self, node: ast.expr, expected: Type | None = None) -> Value:
        """What an expression becomes. expected: the type that its surroundings want, for displays and constants."""
        visit = self._visits.get(type(node).__name__)
        result: Value = self._visits["reject"](node) if visit is None else visit(node, expected)
        return result

    def statement(self, node: ast.stmt) -> None:
        """Add what a statement becomes to the current block."""
        visit = self._visits.get(type(node).__name__)
        if visit is None:
            self._visits["reject"](node)
        else:
            visit(node)

    def statements(self, nodes: Sequence[ast.stmt]) -> Block:
        """What a block of the program becomes."""
        outer, self.block = self.block, []
        self.sharing.enter()
        for node in nodes:
            self.statement(node)
        self.sharing.leave()
        made, self.block = self.block, outer
        return made

    def nested(self, work: Callable[[], W]) -> tuple[Block, W]:
        """What some work adds, in a block of its own, and its result."""
        outer, self.block = self.block, []
        try:
            result = work()
            return self.block, result
        finally:
            self.block = outer

    def lazily(self, node: ast.expr, facts: Facts, expected: Type | None) -> tuple[Block, Value]:
        """An operand that is evaluated only where some facts hold: what has to run before it, and itself."""
        outer, self.flow = self.flow, self.flow.knowing(facts)
        try:
            return self.nested(lambda: self.value(node, expected))
        finally:
            self.flow = outer

    def fitting(self, node: ast.expr, wanted: Type, what: str) -> Value:
        """An expression that must be of a type. what: how people call the place."""
        value = self.value(node, wanted)
        if not self.fits(value.type, wanted):
            return self._misfit(value, node, wanted, what)
        self.complete(value, wanted)
        return value

    def _misfit(self, value: Value, node: ast.expr, wanted: Type, what: str) -> Value:
        if value.type.kind == OPTIONAL and self.fits(present(value.type), wanted):
            return self.error("CL224", node, f"{what} is {wanted}, and this may be None", none_remedy(node))
        message = f"{what} is {wanted}, and this is {value.type}"
        return self.error("CL222", node, message, f"give it a value of type {wanted}")

    def condition(self, node: ast.expr) -> Value:
        """An expression that must be a bool."""
        value = self.value(node, BOOLEAN)
        if value.type.kind in {BOOL, "unknown"}:
            return value
        message = f"this is {value.type}, and a condition is a bool: engines disagree on what else is true"
        return self.error("CL223", node, message, truth_remedy(value.type, ast.unparse(node)))

    # --- types

    def fits(self, value: Type, wanted: Type) -> bool:
        """Whether a value may stand where a type is wanted."""
        return fits(value, wanted, self.types.derives)

    def joined(self, one: Type, other: Type) -> Type | None:
        """The type that holds both."""
        return joined(one, other, self.types.derives)

    def complete(self, value: Value, kind: Type) -> None:
        """A variable that holds an empty list or dict is of this type after all."""
        if type(value.expression) is Var and has_unknown(value.type):
            variable = self.scope.of(value.expression.name)
            if variable is not None and variable.hole is not None:
                self.fill(variable, kind)

    def fill(self, variable: Variable, kind: Type) -> None:
        """Complete the type of an empty list or dict."""
        hole = variable.hole
        if hole is not None and not has_unknown(kind):
            variable.type, variable.hole = kind, None
            self.flow.forget(variable.name)
            if isinstance(hole.fields["value"], List):
                hole.fields["value"] = List((), part(kind))

    # --- making statements

    def emit(self, kind: type[Any], node: ast.AST, note: str = "", **fields: Any) -> Draft:
        """Add a statement."""
        draft = Draft(kind, node, note, fields)
        self.block.append(draft)
        if kind is not Let:
            self.sharing.interrupt()
        return draft

    def temporary(self, hint: str, kind: Type, node: ast.AST) -> Variable:
        """A variable of the compiler's."""
        variable = self.scope.temporary(hint, kind, node.lineno)  # type: ignore[attr-defined]
        self.flow.assigned |= variable.bit
        return variable

    def bound(self, value: Value, node: ast.AST, hint: str) -> Value:
        """A value that may be used several times: as it is, or kept in a variable."""
        if type(value.expression) is Const or path_of(value.expression):
            return value
        variable = self.temporary(hint, value.type, node)
        self.keep(variable, value.expression, node)
        return Value(Var(variable.name), value.type, value.yes, value.no)

    def keep(self, variable: Variable, expression: Expression, node: ast.AST) -> None:
        """Assign to a variable of the compiler's."""
        variable.roots += self.roots(expression, variable.type)
        self.emit(Let, node, target=variable.name, value=expression)

    def renamed(self, block: Block, value: Value, target: str) -> Draft | None:
        """The last statement of a block, if its value is this one: it keeps it in the target itself from now on."""
        name = value.expression.name if type(value.expression) is Var else ""
        variable = self.scope.of(name) if name and block and block[-1].fields.get("target") == name else None
        if variable is None or variable.source or block[-1].kind is Let:
            return None
        block[-1].fields["target"] = target
        self.scope.drop(name)
        return block[-1]

    def chosen(
        self, node: ast.expr, test: Value, then: tuple[Block, Value], otherwise: tuple[Block, Value], kind: Type
    ) -> Expression:
        """One of two values: an expression where nothing has to run before them, else an If and a variable."""
        if not then[0] and not otherwise[0]:
            return Choose(test.expression, then[1].expression, otherwise[1].expression)
        variable = self.temporary("value", kind, node)
        for block, value in (then, otherwise):
            variable.roots += self.roots(value.expression, kind)
            if not self.renamed(block, value, variable.name):
                block.append(Draft(Let, node, "", {"target": variable.name, "value": value.expression}))
        self.emit(If, node, test=test.expression, then=then[0], otherwise=otherwise[0])
        return Var(variable.name)

    def check(self, node: ast.AST, test: Expression, error: str, message: Expression) -> None:
        """Raise a builtin error unless a test holds."""
        self.found.errors.setdefault(error, self.shared.faults.data(BUILTIN[error]))
        self.shared.faults.rival(BUILTIN[error])
        self.emit(Check, node, test=test, error=error, message=message)

    def label(self) -> str:
        """A label that no other loop has."""
        self._labels += 1
        return f"loop_{self._labels}"

    def grant(self, noun: str, name: str, verb: str, node: ast.AST) -> None:
        """Note what the orchestration must be allowed."""
        self.found.grants.setdefault((noun, name, verb), set()).add(self.span(node))

    # --- what is known

    def roots(self, expression: Expression, kind: Type) -> Roots:
        """What a value may be a part of; nothing where it cannot be changed."""
        return roots_of(expression, self._known) if is_mutable(kind) else []

    def _known(self, name: str) -> Roots | None:
        variable = self.scope.of(name)
        return None if variable is None or variable.source else variable.roots

    def shared_with(self, target: str, expression: Expression, kind: Type, node: ast.AST) -> None:
        """A variable of the program's gets a value."""
        if is_mutable(kind):
            self.sharing.assign(target, self.roots(expression, kind), node.lineno)  # type: ignore[attr-defined]

    def released(self, expression: Expression, kind: Type, where: str, node: ast.AST) -> None:
        """A value goes where it cannot be followed, e.g. into an error."""
        for name, extent, _ in self.roots(expression, kind):
            self.sharing.share(name, extent, where, node.lineno)  # type: ignore[attr-defined]

    def known(self, expression: Expression, kind: Type) -> Value:
        """A variable or field, with what is known of it at this point."""
        value = Value(expression, kind)
        if self.flow.facts and kind.kind == OPTIONAL:
            value.type = self.flow.facts.get(path_of(expression), kind)
        return value

    def error_class(self, kind: type[Exception], node: ast.AST) -> Type:
        """Note that an exception class is named."""
        rival = self.shared.faults.rival(kind)
        if rival is not None:
            self.error(
                "CL262",
                node,
                f"two exception classes are named {kind.__name__}: of {kind.__module__} and of {rival.__module__}",
                "rename one of them: on the platforms a name stands for one class",
            )
        self.found.errors[kind.__name__] = self.shared.faults.data(kind)
        return self.types.of(kind)


class Part:
    """Visitors of some kinds of node."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit


def visits_of(unit: Unit, parts: Sequence[type[Part]]) -> dict[str, Visit]:
    """Every visitor, by the name of its node's class; "reject" takes what has none."""
    found: dict[str, Visit] = {}
    for kind in parts:
        part = kind(unit)
        for name in names_of(kind):
            found[name.removeprefix("visit_")] = getattr(part, name)
    return found


def names_of(kind: type[Part]) -> list[str]:
    """Names of the visitors of a class."""
    return [name for name in vars(kind) if name.startswith("visit_")]


def path_of(expression: Expression) -> str:
    """The path of a variable or of a field of one, "" for other expressions."""
    if type(expression) is Var:
        return expression.name
    if type(expression) is Field:
        inner = path_of(expression.of)
        return f"{inner}.{expression.key}" if inner else ""
    return ""
