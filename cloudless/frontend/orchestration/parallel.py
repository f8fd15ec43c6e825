"""gather and fan_out: branches, each of one call."""

from __future__ import annotations

import ast
from typing import Any

from cloudless.frontend.orchestration import steps
from cloudless.frontend.orchestration.callee import Target
from cloudless.frontend.orchestration.comprehension import Source, Within, generator, source_of
from cloudless.frontend.orchestration.draft import Block, Draft
from cloudless.frontend.orchestration.kinds import NULL, list_of
from cloudless.frontend.orchestration.records import failed, results_of
from cloudless.frontend.orchestration.scope import Variable
from cloudless.frontend.orchestration.statics import is_function
from cloudless.frontend.orchestration.unit import Unit
from cloudless.frontend.orchestration.value import LOST, NONE_CONST, TRUE, Facts, Value
from cloudless.ir.expression import Concat, Entry, Expression, List, Map, Var
from cloudless.ir.orchestration import ORCHESTRATION
from cloudless.ir.statement import FanOut, For, Gather, If, Let, Range, Return
from cloudless.ir.type import Type


def called(unit: Unit, node: ast.expr) -> steps.Called | None:
    """What a branch calls; None where it is no call of a declared function, which is reported."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Call):
            return steps.with_options(unit, node.func)
        found = unit.statics.resolve(node.func)
        if is_function(found) and unit.shared.callees.of(found).is_async:
            unit.value(node)  # which reports it
            return None
        made = steps.known(unit, node.func, found)
        if made is not None:
            return made
    unit.error(
        "CL245",
        node,
        "a branch is one call of a function, a pure function or an orchestration",
        "write an orchestration with these steps, and call that",
    )
    return None


class Branches:
    """The branches of one gather: arguments first, all of them, then the calls."""

    def __init__(self, unit: Unit, node: ast.Call) -> None:
        self._unit = unit
        self._made: list[tuple[steps.Called, tuple[Entry, ...], ast.expr]] = []
        self.is_fine = not node.keywords and bool(node.args)
        if not self.is_fine:
            unit.error("CL245", node, "`gather` takes calls, and nothing else", "write a, b = gather(f(x), g(x))")
        for one in node.args:
            self._add(one)

    def _add(self, node: ast.expr) -> None:
        unit = self._unit
        if isinstance(node, ast.Starred):
            self.is_fine = False
            unit.error(
                "CL245",
                node,
                "the branches of a gather are written out",
                "use fan_out((f(x) for x in xs)) for the items of a list",
            )
            return
        found = called(unit, node)
        if found is None or not isinstance(node, ast.Call):
            self.is_fine = False
            return
        arguments = steps.bound_arguments(unit, node, found[0], node.args, node.keywords)
        if arguments is None:
            self.is_fine = False
            return
        steps.note_call(unit, node, found[0])
        self._made.append((found, arguments, node))

    def __len__(self) -> int:
        return len(self._made)

    def type(self, index: int) -> Type | None:
        """The type of a branch's value."""
        return self._made[index][0][0].result

    def emit(self, node: ast.AST, targets: tuple[str, ...]) -> None:
        """Add the Gather."""
        unit = self._unit
        blocks = [
            (unit.nested(lambda made=made, given=given, one=one: branch(unit, one, made, given))[0], one)  # type: ignore[misc]
            for made, given, one in self._made
        ]
        targets_of = [(made[0].data, one) for made, _, one in self._made]
        calls = [(data.name, unit.span(one)) for data, one in targets_of if data.kind == ORCHESTRATION]
        unit.found.parallel.append(calls)
        unit.emit(Gather, node, targets=targets, branches=blocks)


def branch(unit: Unit, node: ast.expr, made: steps.Called, arguments: tuple[Entry, ...]) -> None:
    """The call of a branch, and the return of its value."""
    target = made[0]
    value: Expression = NONE_CONST
    name = ""
    if target.result is not None and target.result is not NULL:
        variable = unit.temporary(target.data.name, target.result, node)
        name, value = variable.name, Var(variable.name)
    steps.emit(unit, node, made, arguments, name)
    unit.emit(Return, node, value=value)


def stray_gather(unit: Unit, node: ast.Call, found: Any, expected: Type | None) -> Value:  # noqa: ARG001
    """A gather whose value is neither unpacked nor dropped."""
    made = Branches(unit, node)
    if unit.dropped is node:
        if made.is_fine and steps.allowed(unit, node):
            made.emit(node, ())
        return Value(LOST.expression, NULL)
    return unit.error("CL245", node, "the value of a gather is unpacked at once", "write a, b = gather(f(x), g(x))")


# --- fan_out


def fan_out(unit: Unit, node: ast.Call, found: Any, expected: Type | None) -> Value:  # noqa: ARG001
    """One branch for each item of a list: the calls of one generator."""
    options = _options(unit, node)
    one = node.args[0] if len(node.args) == 1 else None
    if not isinstance(one, ast.GeneratorExp):
        return unit.error(
            "CL245",
            one or node,
            "`fan_out` takes one generator of calls",
            "write fan_out((pack(item) for item in order.items))",
        )
    if options is None or not steps.allowed(unit, node):
        return LOST
    head = generator(unit, one)
    source = None if head is None else source_of(unit, head.iter)
    if head is None or source is None:
        return LOST
    return _fanned(unit, node, one, head, source, *options)


def _options(unit: Unit, node: ast.Call) -> tuple[int, bool] | None:
    limit, collect = 0, False
    for keyword in node.keywords:
        value = steps.option(unit, keyword.value) if not _is_none(keyword.value) else None
        if keyword.arg == "max_concurrency" and value is not None:
            if type(value) is not int or value < 1:
                unit.error(
                    "CL242",
                    keyword,
                    f"max_concurrency={value!r}: an int of at least 1 is possible",
                    "write max_concurrency=10",
                )
                return None
            limit = value
        elif keyword.arg == "collect" and isinstance(value, bool):
            collect = value
        elif keyword.arg not in {"max_concurrency", "collect"}:
            unit.error(
                "CL242", keyword, f"`fan_out` has no option {keyword.arg!r}", "it has max_concurrency= and collect="
            )
            return None
    return limit, collect


def _fanned(  # noqa: PLR0917  (the parts of one fan_out)
    unit: Unit,
    node: ast.Call,
    one: ast.GeneratorExp,
    head: ast.comprehension,
    source: Source,
    limit: int,
    collect: bool,
) -> Value:
    items, known = _items(unit, one, head, source)
    inside = Within(unit, head, source.type, one, "an argument of fan_out's call")
    outer, unit.flow = unit.flow, unit.flow.knowing(known.of(inside.item.name))
    made, target = unit.nested(lambda: _body(unit, one.elt))
    item, unit.flow = inside.close(), outer
    if target is None:
        return LOST
    kind = target.result
    if target.data.kind == ORCHESTRATION:
        call = (target.data.name, unit.span(one.elt))
        unit.found.parallel.append([call, call])
    fields: dict[str, Any] = {
        "item": item.name, "source": items, "limit": limit, "branch": (made, one.elt), "collect": collect,
    }  # fmt: skip
    if unit.dropped is node:
        unit.emit(FanOut, node, target="", **fields)
        return Value(LOST.expression, NULL)
    if kind is None:
        name = target.data.name
        return unit.error(
            "CL244", one.elt, f"`{name}` does not say what it returns", f"annotate it: def {name}(…) -> str"
        )
    results = unit.temporary("results", list_of(_outcome(unit, kind) if collect else kind), node)
    unit.emit(FanOut, node, target=results.name, **fields)
    return Value(Var(results.name), results.type)


def _outcome(unit: Unit, kind: Type) -> Type:
    """Outcome[kind]."""
    unit.types.enter(failed())
    return unit.types.enter(results_of(kind))


def _body(unit: Unit, node: ast.expr) -> Target | None:
    """The call for one item, in its branch; None where it was reported."""
    found = called(unit, node)
    if found is None or not isinstance(node, ast.Call):
        return None
    arguments = steps.bound_arguments(unit, node, found[0], node.args, node.keywords)
    if arguments is None:
        return None
    steps.note_call(unit, node, found[0])
    branch(unit, node, found, arguments)
    return found[0]


class Known:
    """What a condition tells of its item."""

    __slots__ = ("facts", "item")

    def __init__(self, item: str, facts: Facts) -> None:
        self.item = item
        self.facts = facts

    def of(self, item: str) -> Facts:
        """The same of another variable."""
        return {f"{item}{path.removeprefix(self.item)}": kind for path, kind in self.facts.items()}


def _items(unit: Unit, node: ast.GeneratorExp, head: ast.comprehension, source: Source) -> tuple[Expression, Known]:
    """The list of the items that count: a Map, or a loop where the condition can fail; what is known of them."""
    if not head.ifs and not isinstance(source.expression, Range):
        return source.expression, Known("", {})
    inside = Within(unit, head, source.type, node)
    block, test = inside.test(head.ifs)
    item = inside.close()
    known = Known(item.name, test.yes)
    if not block and not isinstance(source.expression, Range):
        return Map(item.name, source.expression, test.expression, Var(item.name)), known
    return _looped(unit, node, item, source, block, test), known


def _looped(  # noqa: PLR0917
    unit: Unit, node: ast.expr, item: Variable, source: Source, block: Block, test: Value
) -> Expression:
    result = unit.temporary("items", list_of(source.type), node)
    unit.keep(result, List((), source.type), node)
    grown = Concat(Var(result.name), List((Var(item.name),), source.type))
    body = [Draft(Let, node, "", {"target": result.name, "value": grown})]
    if test.expression is not TRUE:
        body = [*block, Draft(If, node, "", {"test": test.expression, "then": body, "otherwise": []})]
    unit.emit(For, node, label=unit.label(), item=item.name, source=source.expression, body=body)
    return Var(result.name)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
