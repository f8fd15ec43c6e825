"""Assignments: =, annotated, augmented; unpacking of gather, and swaps."""

from __future__ import annotations

import ast

from cloudless.flow import gather
from cloudless.frontend.orchestration import change
from cloudless.frontend.orchestration.kinds import ANY, NULL, UNKNOWN, has_unknown, optional, part
from cloudless.frontend.orchestration.literals import is_empty
from cloudless.frontend.orchestration.operators import SIGNS, Operators
from cloudless.frontend.orchestration.parallel import Branches
from cloudless.frontend.orchestration.scope import LOOP, ORDINARY, Variable
from cloudless.frontend.orchestration.unit import Part, Unit
from cloudless.frontend.orchestration.value import LOST, Value
from cloudless.ir.expression import Const, Var
from cloudless.ir.statement import Let
from cloudless.ir.type import DICT, LIST, NONE, OPTIONAL, Type


class Assignments(Part):
    """Assign, AnnAssign, AugAssign."""

    def visit_Assign(self, node: ast.Assign) -> None:  # noqa: N802
        target = node.targets[0]
        if isinstance(target, ast.Tuple | ast.List):
            self._unpack(node, target)
            return
        self._assign(target, node)
        for other in node.targets[1:]:
            self._assign_again(other, target, node)

    def _assign(self, target: ast.expr, node: ast.Assign) -> None:
        if isinstance(target, ast.Name):
            store(self.unit, target, self.unit.value(node.value, self._known(target)), node)
        else:
            change.put(self.unit, target, node.value)

    def _assign_again(self, target: ast.expr, first: ast.expr, node: ast.Assign) -> None:
        """A = b = value: the second name gets what the first one has."""
        if not isinstance(target, ast.Name) or not isinstance(first, ast.Name):
            self.unit.error("CL202", target, "several targets are names", "write one assignment after another")
            return
        variable = self.unit.scope.find(first.id)
        value = LOST if variable is None else Value(Var(variable.name), variable.type)
        store(self.unit, target, value, node)

    def _known(self, target: ast.Name) -> Type | None:
        """The type of a variable that has one already."""
        variable = self.unit.scope.find(target.id)
        return None if variable is None or variable.ended or variable.type.kind == NONE else variable.type

    # --- unpacking

    def _unpack(self, node: ast.Assign, target: ast.Tuple | ast.List) -> None:
        unit, names = self.unit, target.elts
        stray = next((one for one in names if not isinstance(one, ast.Name)), None)
        if stray is not None or len(node.targets) > 1:
            unit.error("CL202", stray or target, "what is unpacked goes to names", "write one assignment after another")
            self._look_at(node.value)
            self._poison(names)
        elif isinstance(node.value, ast.Call) and unit.statics.resolve(node.value.func) is gather:
            self._gather(node, [one for one in names if isinstance(one, ast.Name)])
        elif isinstance(node.value, ast.Tuple) and len(node.value.elts) == len(names):
            self._swap(node, node.value.elts, [one for one in names if isinstance(one, ast.Name)])
        else:
            unit.error(
                "CL202", target, "only the value of gather is unpacked", "name the fields, or items by their index"
            )
            self._look_at(node.value)
            self._poison(names)

    def _look_at(self, node: ast.expr) -> None:
        """Report what else is wrong in a value that nothing takes."""
        for one in node.elts if isinstance(node, ast.Tuple) else [node]:
            self.unit.value(one, ANY)

    def _poison(self, names: list[ast.expr]) -> None:
        for one in names:
            if isinstance(one, ast.Name):
                store(self.unit, one, LOST, one)

    def _swap(self, node: ast.Assign, nodes: list[ast.expr], names: list[ast.Name]) -> None:
        """a, b = b, a: all values first."""
        values = [self.unit.value(one, self._known(name)) for one, name in zip(nodes, names, strict=True)]
        kept = [self._kept(value, one) for value, one in zip(values, nodes, strict=True)]
        for name, value in zip(names, kept, strict=True):
            store(self.unit, name, value, node)

    def _kept(self, value: Value, node: ast.expr) -> Value:
        """A value that later assignments do not change."""
        if value.is_unknown or type(value.expression) is Const:
            return value
        variable = self.unit.temporary("value", value.type, node)
        self.unit.keep(variable, value.expression, node)
        return Value(Var(variable.name), value.type)

    def _gather(self, node: ast.Assign, names: list[ast.Name]) -> None:
        unit, call = self.unit, node.value
        assert isinstance(call, ast.Call)
        made = Branches(unit, call)
        if made.is_fine and len(made) != len(names):
            unit.error(
                "CL245",
                call,
                f"{len(made)} branches give {len(made)} values, not {len(names)}",
                "name as many variables, _ for one that is not wanted",
            )
            made.is_fine = False
        if not made.is_fine:
            self._poison(list(names))
            return
        targets = [self._target(name, made.type(at), call.args[at]) for at, name in enumerate(names)]
        made.emit(node, tuple(targets))

    def _target(self, name: ast.Name, kind: Type | None, call: ast.expr) -> str:
        if name.id == "_":
            return ""
        if kind is None:
            self.unit.error("CL244", call, "the function does not say what it returns", "annotate its result")
            kind = UNKNOWN
        variable = variable_for(self.unit, name, Value(LOST.expression, kind))
        if variable is None:
            return ""
        became(self.unit, variable, kind)
        return variable.name

    # --- annotated, augmented

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:  # noqa: N802
        if not isinstance(node.target, ast.Name):
            self.unit.error("CL202", node.target, "names are annotated", "leave the annotation out")
            return
        kind = self._annotated(node)
        known = self.unit.scope.find(node.target.id)
        if known is not None and not known.ended and UNKNOWN not in {known.type, kind} and known.type != kind:
            message = f"`{node.target.id}` is {known.type} since line {known.line}, and {kind} here"
            self.unit.error("CL216", node, message, "give it another name")
            self.unit.value(node.value) if node.value is not None else None
            return
        if known is None or known.ended:
            self.unit.scope.declare(node.target.id, kind, node.lineno)
        if node.value is not None:
            value = self.unit.fitting(node.value, kind, f"`{node.target.id}`")
            store(self.unit, node.target, value, node)

    def _annotated(self, node: ast.AnnAssign) -> Type:
        names, node_of = self.unit.statics.names, node.annotation
        if isinstance(node_of, ast.Name) and node_of.id in names:
            return self.unit.types.of(names[node_of.id])
        code = compile(ast.Expression(node_of), "<annotation>", "eval")
        inside = [one.id for one in ast.walk(node_of) if isinstance(one, ast.Name)]
        space = {name: names[name] for name in inside if name in names}
        try:
            hint = eval(code, space)  # nosec B307  # noqa: S307  (the user's own annotation)
            if isinstance(hint, str):
                hint = eval(hint, dict(names))  # nosec B307  # noqa: S307
        except Exception as problem:  # noqa: BLE001  (the user's annotation may raise anything)
            self.unit.error(
                "CL221", node.annotation, f"the annotation cannot be evaluated: {problem}", "name a type of the module"
            )
            return UNKNOWN
        return self.unit.types.of(hint)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:  # noqa: N802
        sign = SIGNS[type(node.op)]
        if not isinstance(node.target, ast.Name):
            change.augment(self.unit, node.target, sign, node)
            return
        before = self.unit.value(ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target))
        if before.type.kind in {LIST, DICT}:
            change.grow(self.unit, node.target, sign, node)
            return
        right = self.unit.value(node.value)
        value = Operators(self.unit).applied(sign, before, right, node)
        store(self.unit, node.target, value, node)


def store(unit: Unit, target: ast.Name, value: Value, node: ast.AST) -> None:
    """A name gets a value."""
    variable = variable_for(unit, target, value)
    if variable is None:
        return
    if value.is_unknown:
        became(unit, variable, UNKNOWN)
        return
    unit.shared_with(variable.name, value.expression, value.type, node)
    draft = unit.renamed(unit.block, value, variable.name)
    draft = draft or unit.emit(Let, node, target=variable.name, value=value.expression)
    if has_unknown(value.type) and is_empty(value.expression) and has_unknown(variable.type):
        variable.hole = draft
    became(unit, variable, value.type)


def variable_for(unit: Unit, target: ast.Name, value: Value) -> Variable | None:
    """The variable that takes a value, new or known; None where it does not, which is reported."""
    variable = unit.scope.find(target.id)
    if variable is None or variable.ended:
        return unit.scope.declare(target.id, value.type, target.lineno)
    if variable.role not in {ORDINARY, LOOP}:
        variable.type = UNKNOWN
        unit.error(
            "CL217",
            target,
            f"`{target.id}` is the {variable.role} of line {variable.line}",
            "give the variable another name",
        )
        return None
    if variable.hole is not None and value.type.kind == variable.type.kind and not has_unknown(value.type):
        unit.fill(variable, value.type)
    if variable.type is NULL and value.type is not NULL:
        variable.type = optional(value.type)
    if not unit.fits(value.type, variable.type):
        unit.error(
            "CL216",
            target,
            f"`{target.id}` is {variable.type} since line {variable.line}, and gets {value.type} here",
            _remedy(variable, value.type),
        )
        became(unit, variable, variable.type)
        return None
    unit.complete(value, variable.type)
    return variable


def _remedy(variable: Variable, kind: Type) -> str:
    if kind is NULL or kind.kind == OPTIONAL:
        return f"annotate it where it is first assigned: {variable.source}: {optional(variable.type)} = …"
    if variable.type.kind == "int" and kind.kind == "float":
        return f"begin with a float: {variable.source} = 0.0"
    return "give it another name"


def became(unit: Unit, variable: Variable, kind: Type) -> None:
    """A variable has a new value of a type."""
    unit.flow.assigned |= variable.bit
    unit.flow.forget(variable.name)
    if variable.type.kind == OPTIONAL and kind.kind != OPTIONAL and kind is not UNKNOWN:
        unit.flow.facts[variable.name] = NULL if kind is NULL else part(variable.type)
