"""Control flow: if, for, while, break, continue, return, and expressions that stand alone."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from cloudless.frontend.orchestration import change, saga
from cloudless.frontend.orchestration.aliasing import WHOLE
from cloudless.frontend.orchestration.comprehension import Source, source_of
from cloudless.frontend.orchestration.draft import Draft
from cloudless.frontend.orchestration.flow import Flow, merged
from cloudless.frontend.orchestration.kinds import NULL, UNKNOWN, list_of
from cloudless.frontend.orchestration.scope import LOOP
from cloudless.frontend.orchestration.unit import Loop, Part, Unit
from cloudless.frontend.orchestration.value import NONE_CONST, Value, whole
from cloudless.ir import statement as ir
from cloudless.ir.expression import Expression, Index, Not


class Control(Part):
    """If, For, While, Break, Continue, Return, Pass, Expr."""

    def visit_Pass(self, node: ast.Pass) -> None:  # noqa: N802
        """Nothing."""

    def visit_Expr(self, node: ast.Expr) -> None:  # noqa: N802
        value = node.value
        if isinstance(value, ast.Constant) and (isinstance(value.value, str) or value.value is ...):
            return
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and self._method(value, value.func):
            return
        self.unit.dropped = value
        self.unit.value(value)
        self.unit.dropped = None

    def _method(self, node: ast.Call, func: ast.Attribute) -> bool:
        """A method that is a statement of its own; whether it is one."""
        return saga.registration(self.unit, node, func) or change.method(self.unit, node, func)

    def visit_Return(self, node: ast.Return) -> None:  # noqa: N802
        unit = self.unit
        if node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None):
            value = Value(NONE_CONST, NULL)
            if not unit.fits(NULL, unit.result):
                unit.error(
                    "CL231", node, f"the orchestration returns {unit.result}, and nothing here", "return a value"
                )
        else:
            value = unit.fitting(node.value, unit.result, "the result")
        unit.emit(ir.Return, node, value=value.expression)
        unit.flow = Flow(-1, unit.flow.facts, alive=False)

    def visit_If(self, node: ast.If) -> None:  # noqa: N802
        unit = self.unit
        test = unit.condition(node.test)
        before = unit.flow
        unit.flow = before.knowing(test.yes)
        then = unit.statements(node.body)
        after_then, unit.flow = unit.flow, before.knowing(test.no)
        otherwise = unit.statements(node.orelse)
        unit.flow = merged([after_then, unit.flow])
        unit.emit(ir.If, node, test=test.expression, then=then, otherwise=otherwise)

    # --- loops

    def visit_While(self, node: ast.While) -> None:  # noqa: N802
        unit = self.unit
        self._no_else(node)
        label, unit.flow = unit.label(), looping(unit, node.body)
        unit.sharing.enter(is_loop=True)
        loop = Loop(label)
        unit.loops.append(loop)
        is_endless = isinstance(node.test, ast.Constant) and node.test.value is True
        block, test = unit.nested(lambda: unit.condition(node.test))
        head = unit.flow.copy()
        unit.flow = head.knowing(test.yes)
        if not is_endless:
            leave = {"test": _not(test.expression), "then": [_break(label, node.test)], "otherwise": []}
            block.append(Draft(ir.If, node.test, "while", leave))
        body = unit.statements(node.body)
        unit.loops.pop()
        unit.sharing.leave(is_loop=True)
        unit.emit(ir.Loop, node, label=label, body=[*block, *body])
        unit.flow = merged(loop.breaks if is_endless else [head.knowing(test.no), *loop.breaks])

    def visit_For(self, node: ast.For) -> None:  # noqa: N802
        unit = self.unit
        self._no_else(node)
        source = source_of(unit, node.iter)
        name = self._name(node)
        head = looping(unit, node.body)
        kind = UNKNOWN if source is None else source.type
        hidden = unit.scope.find(name)
        item = unit.scope.declare(name, kind, node.lineno, LOOP)
        loop = Loop(unit.label(), frozenset() if source is None else _iterated(unit, source))
        unit.loops.append(loop)
        unit.flow = head.copy()
        unit.flow.assigned |= item.bit
        unit.sharing.enter(is_loop=True)
        if source is not None and not isinstance(source.expression, ir.Range):
            unit.shared_with(item.name, Index(source.expression, whole(0)), kind, node)
        body = unit.statements(node.body)
        unit.loops.pop()
        unit.sharing.leave(is_loop=True)
        item.ended = "loop"
        unit.scope.uncover(name, hidden)
        unit.flow = merged([head, *loop.breaks])
        if source is not None:
            unit.emit(ir.For, node, label=loop.label, item=item.name, source=source.expression, body=body)

    def _name(self, node: ast.For) -> str:
        if not isinstance(node.target, ast.Name):
            self.unit.error("CL202", node.target, "a `for` has one name", "name the item, and use its fields")
            for one in ast.walk(node.target):
                if isinstance(one, ast.Name):
                    self.unit.flow.assigned |= self.unit.scope.declare(one.id, UNKNOWN, node.lineno).bit
            return "_"
        known = self.unit.scope.find(node.target.id)
        if known is not None and not known.ended and known.type is not UNKNOWN:
            self.unit.error(
                "CL218",
                node.target,
                f"`{node.target.id}` is a variable since line {known.line}, and a loop's name ends with the loop",
                "give the loop a name of its own",
            )
        return node.target.id

    def _no_else(self, node: ast.For | ast.While) -> None:
        if node.orelse:
            self.unit.error(
                "CL201",
                node.orelse[0],
                "a loop has no else in the language",
                "set a bool before break, and test it after the loop",
            )

    def visit_Break(self, node: ast.Break) -> None:  # noqa: N802
        loop = self.unit.loops[-1]
        if self.unit.flow.alive:
            loop.breaks.append(self.unit.flow.copy())
        self._jump(ir.Break, node, loop)

    def visit_Continue(self, node: ast.Continue) -> None:  # noqa: N802
        self._jump(ir.Continue, node, self.unit.loops[-1])

    def _jump(self, kind: type[ir.Break | ir.Continue], node: ast.stmt, loop: Loop) -> None:
        self.unit.emit(kind, node, label=loop.label)
        self.unit.flow = Flow(-1, self.unit.flow.facts, alive=False)


def looping(unit: Unit, nodes: Sequence[ast.stmt]) -> Flow:
    """What is known where a block begins that may have run before: nothing of what it assigns."""
    flow = unit.flow.copy()
    if flow.facts:
        for name in stored(nodes):
            variable = unit.scope.find(name)
            if variable is not None:
                flow.forget(variable.name)
    return flow


def stored(nodes: Iterable[ast.stmt]) -> Iterator[str]:
    """Names that statements assign to, or to parts of."""
    for node in nodes:
        for one in ast.walk(node):
            if isinstance(one, ast.Name | ast.Attribute | ast.Subscript) and isinstance(one.ctx, ast.Store):
                yield root_of(one)


def root_of(node: ast.expr) -> str:
    """The name at the start of attributes and items, "" where there is none."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _iterated(unit: Unit, source: Source) -> frozenset[str]:
    """The variables of which a list is, or is a part."""
    if isinstance(source.expression, ir.Range):
        return frozenset()
    roots = unit.roots(source.expression, list_of(source.type))
    return frozenset(name for name, _, inside in roots if inside == WHOLE)


def _break(label: str, node: ast.expr) -> Draft:
    return Draft(ir.Break, node, "", {"label": label})


def _not(test: Expression) -> Expression:
    return test.of if type(test) is Not else Not(test)
