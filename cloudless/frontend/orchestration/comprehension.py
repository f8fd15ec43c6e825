"""List comprehensions, and the generators of fan_out and of folds."""

from __future__ import annotations

import ast
from collections.abc import Callable

from cloudless.frontend.orchestration.draft import Block, Draft
from cloudless.frontend.orchestration.kinds import BOOLEAN, UNKNOWN, WHOLE, list_of, part
from cloudless.frontend.orchestration.literals import wanted_part
from cloudless.frontend.orchestration.scope import Variable
from cloudless.frontend.orchestration.unit import Part, Unit
from cloudless.frontend.orchestration.value import LOST, TRUE, Facts, Value
from cloudless.frontend.orchestration.wording import PURE
from cloudless.ir.expression import Concat, Const, Expression, List, Map, Var
from cloudless.ir.statement import For, If, Let, Range
from cloudless.ir.type import LIST, Type

Comprehension = ast.ListComp | ast.GeneratorExp


class Comprehensions(Part):
    """ListComp, GeneratorExp."""

    def visit_ListComp(self, node: ast.ListComp, expected: Type | None) -> Value:  # noqa: N802
        return listed(self.unit, node, expected)

    def visit_GeneratorExp(self, node: ast.GeneratorExp, expected: Type | None) -> Value:  # noqa: N802
        return self.unit.error("CL202", node, "a generator is no value of the language", "write a list: […]")


class Source:
    """What a comprehension goes through. expression: a list, or a Range."""

    __slots__ = ("expression", "type")

    def __init__(self, expression: Expression | Range, kind: Type) -> None:
        self.expression = expression
        self.type = kind


def source_of(unit: Unit, node: ast.expr) -> Source | None:
    """The list or range that a `for` goes through; None where it was reported."""
    if isinstance(node, ast.Call) and unit.statics.resolve(node.func) is range:
        return _range(unit, node)
    value = unit.value(node, list_of(UNKNOWN) if isinstance(node, ast.Tuple) else None)
    if value.is_unknown:
        return None
    if value.type.kind != LIST:
        remedies = {
            "dict": "engines keep keys in no order; " + PURE,
            "optional": "test it before: if … is not None: …",
            "json": "annotate it with a type of its own, or " + PURE,
        }
        code = {"optional": "CL224", "json": "CL227"}.get(value.type.kind, "CL226")
        remedy = remedies.get(value.type.kind, "give it a list, or range(…)")
        unit.error(code, node, f"a `for` goes through lists and ranges, and this is {value.type}", remedy)
        return None
    return Source(value.expression, part(value.type))


def _range(unit: Unit, node: ast.Call) -> Source | None:
    if node.keywords or not 1 <= len(node.args) <= 3:
        unit.error("CL241", node, "`range` takes one to three ints", "write range(start, stop, step)")
        return None
    bounds = [unit.fitting(one, WHOLE, "a bound of a range") for one in node.args]
    step = 1
    if len(bounds) == 3:
        found = bounds.pop().expression
        step = getattr(found, "value", 0)
        if not step:
            unit.error("CL242", node.args[2], "the step of a range is a constant other than 0", "write a number")
            return None
    start, stop = ([Value(_ZERO, WHOLE), *bounds])[-2:]
    return Source(Range(start.expression, stop.expression, step), WHOLE)


_ZERO = Const(0, WHOLE)


def listed(unit: Unit, node: Comprehension, expected: Type | None = None, *, lazy: bool = False) -> Value:
    """[element for item in source if test]. lazy: elements after the one that decides are never evaluated."""
    head = generator(unit, node)
    source = None if head is None else source_of(unit, head.iter)
    if head is None or source is None:
        return LOST
    wanted = wanted_part(expected, LIST)
    with_item = Within(unit, head, source.type, node)
    test, tested = with_item.test(head.ifs)
    made, element = with_item.element(tested.yes, lambda: _element(unit, node.elt, wanted))
    item = with_item.close()
    kind = wanted or element.type
    if lazy and (made or test):
        return unit.error(
            "CL246", node, "what can fail in here may come after what decides", "write a for loop with break"
        )
    if not made and not test and not isinstance(source.expression, Range):
        condition = tested.expression if head.ifs else None
        return Value(Map(item.name, source.expression, condition, element.expression), list_of(kind))
    return _looped(unit, node, item, source, (test, tested), (made, element), kind)


def _element(unit: Unit, node: ast.expr, wanted: Type | None) -> Value:
    return unit.fitting(node, wanted, "an item") if wanted else unit.value(node)


def generator(unit: Unit, node: Comprehension) -> ast.comprehension | None:
    """The one `for` of a comprehension; None where it was reported."""
    head = node.generators[0]
    if len(node.generators) > 1 or head.is_async or not isinstance(head.target, ast.Name):
        unit.error(
            "CL202", node, "a comprehension has one `for` with one name", "write for loops, or fields of the item"
        )
        return None
    return head


class Within:
    """The inside of a comprehension: its item is a variable of its own, and nothing in it has effects."""

    def __init__(
        self, unit: Unit, head: ast.comprehension, kind: Type, node: ast.expr, what: str = "a comprehension"
    ) -> None:
        assert isinstance(head.target, ast.Name)
        self._unit = unit
        self._name = head.target.id
        self._hidden = unit.scope.find(self._name)
        self._confined, unit.confined = unit.confined, what
        self.item: Variable = unit.scope.declare(self._name, kind, node.lineno)
        self.item.source, self.item.roots = self._name, []
        unit.flow.assigned |= self.item.bit

    def test(self, nodes: list[ast.expr]) -> tuple[Block, Value]:
        """The condition of all `if`s: what has to run before it, and itself."""
        unit = self._unit
        if not nodes:
            return [], Value(TRUE, BOOLEAN)
        if len(nodes) > 1:
            both = ast.copy_location(ast.BoolOp(ast.And(), nodes), nodes[0])
            both.end_lineno, both.end_col_offset = nodes[-1].end_lineno, nodes[-1].end_col_offset
            nodes = [both]
        return unit.nested(lambda: unit.condition(nodes[0]))

    def element(self, facts: Facts, work: Callable[[], Value]) -> tuple[Block, Value]:
        """The element, where the condition holds."""
        unit = self._unit
        outer, unit.flow = unit.flow, unit.flow.knowing(facts)
        made = unit.nested(work)
        unit.flow = outer
        return made

    def close(self) -> Variable:
        """Leave it: the name is what it was before."""
        self._unit.scope.shadow(self._name, self._hidden)
        self._unit.confined = self._confined
        return self.item


def _looped(  # noqa: PLR0917  (the parts of one comprehension)
    unit: Unit,
    node: ast.expr,
    item: Variable,
    source: Source,
    test: tuple[Block, Value],
    element: tuple[Block, Value],
    kind: Type,
) -> Value:
    """A comprehension with parts that can fail, as a loop."""
    result = unit.temporary("items", list_of(kind), node)
    unit.keep(result, List((), kind), node)
    grown = Concat(Var(result.name), List((element[1].expression,), kind))
    result.roots += unit.roots(grown, result.type)
    body = [*element[0], Draft(Let, node, "", {"target": result.name, "value": grown})]
    if test[1].expression is not TRUE:
        inside = {"test": test[1].expression, "then": body, "otherwise": []}
        body = [*test[0], Draft(If, node, "", inside)]
    unit.emit(For, node, label=unit.label(), item=item.name, source=source.expression, body=body)
    return Value(Var(result.name), list_of(kind))
