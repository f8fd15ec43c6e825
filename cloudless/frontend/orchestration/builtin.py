"""Builtin functions: the few that every engine computes alike, and why not the others."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from cloudless.frontend.orchestration.comprehension import listed
from cloudless.frontend.orchestration.kinds import BOOLEAN, NUMBERS, REAL, STRING, WHOLE, error_of, part
from cloudless.frontend.orchestration.literals import as_text
from cloudless.frontend.orchestration.steps import visit_arguments
from cloudless.frontend.orchestration.unit import Unit, path_of
from cloudless.frontend.orchestration.value import LOST, Value, text, whole
from cloudless.frontend.orchestration.wording import PURE
from cloudless.ir.expression import Arithmetic, Choose, Compare, Concat, ErrorIs, Fold, Length, List, Unary
from cloudless.ir.type import BOOL, DICT, ERROR, FLOAT, INT, JSON, LIST, TEXT, Type

_REASONS: dict[str, tuple[str, str]] = {
    "print": ("an orchestration is replayed, and would print again", "log in the function that is called"),
    "sorted": ("engines order text differently", PURE),
    "round": ("engines round halves differently", PURE),
    "open": ("an orchestration has no files: it is replayed elsewhere", "do it in a function under @app.function"),
    "input": ("an orchestration asks nobody", "wait for an event: approval.wait()"),
    "enumerate": ("pairs are no values of the language", "count: for i in range(len(xs)): …"),
    "zip": ("pairs are no values of the language", "count: for i in range(len(xs)): …"),
    "type": ("classes are no values of the language", "type(e).__name__ is the name of an error's class"),
}


def call(unit: Unit, node: ast.Call, name: str, expected: Type | None) -> Value:
    """A call of a builtin."""
    visit = _VISITS.get(name)
    if visit is None:
        visit_arguments(unit, node)
        reason, remedy = _REASONS.get(name, ("no engine but Python has it", PURE))
        what = f"`{name}` is not in the language: {reason}"
        return unit.error("CL203", node.func, what, remedy)
    if any(isinstance(one, ast.Starred) for one in node.args) or any(one.arg is None for one in node.keywords):
        return unit.error("CL241", node, "arguments are not unpacked with * and **", "name each of them")
    keywords = {one.arg: one for one in node.keywords if not (name in {"min", "max"} and one.arg == "default")}
    if keywords:
        (first, *_) = keywords.values()
        return unit.error("CL203", first, f"`{name}` takes no {first.arg}= in the language", PURE)
    return visit(unit, node, name, expected)


def _one(
    unit: Unit, node: ast.Call, name: str, expected: Type | None = None, args: list[ast.expr] | None = None
) -> Value:
    """The only argument."""
    args = node.args if args is None else args
    if len(args) != 1:
        visit_arguments(unit, node)
        return unit.error("CL241", node, f"`{name}` takes one argument, {len(node.args)} are given", f"write {name}(x)")
    return unit.value(args[0], expected)


def _len(unit: Unit, node: ast.Call, name: str, expected: Type | None) -> Value:  # noqa: ARG001
    value = _one(unit, node, name)
    if value.type.kind in {TEXT, LIST, DICT}:
        return Value(Length(value.expression, value.type.kind), WHOLE)
    return _refuse(unit, node, name, value, "lists, dicts and strings have a length")


def _str(unit: Unit, node: ast.Call, name: str, expected: Type | None) -> Value:  # noqa: ARG001
    if not node.args:
        return Value(text(""), STRING)
    value = _one(unit, node, name)
    return as_text(unit, value, node)


def _int(unit: Unit, node: ast.Call, name: str, expected: Type | None) -> Value:  # noqa: ARG001
    value = _one(unit, node, name)
    if value.type.kind == INT:
        return value
    if value.type.kind == FLOAT:
        return Value(Unary("int", value.expression, FLOAT), WHOLE)
    return _refuse(unit, node, name, value, PURE)


def _float(unit: Unit, node: ast.Call, name: str, expected: Type | None) -> Value:  # noqa: ARG001
    value = _one(unit, node, name)
    if value.type.kind == FLOAT:
        return value
    if value.type.kind == INT:
        return Value(Unary("float", value.expression, INT), REAL)
    return _refuse(unit, node, name, value, PURE)


def _abs(unit: Unit, node: ast.Call, name: str, expected: Type | None) -> Value:  # noqa: ARG001
    value = _one(unit, node, name)
    if value.type.kind in NUMBERS:
        return Value(Unary("abs", value.expression, value.type.kind), value.type)
    return _refuse(unit, node, name, value, "numbers have an absolute value")


def _bool(unit: Unit, node: ast.Call, name: str, expected: Type | None) -> Value:  # noqa: ARG001
    value = _one(unit, node, name, BOOLEAN)
    return (
        value
        if value.type.kind == BOOL
        else _refuse(unit, node, name, value, 'compare it: `!= 0`, `!= ""`, `len(…) > 0`')
    )


def _refuse(unit: Unit, node: ast.Call, name: str, value: Value, remedy: str) -> Value:
    if value.is_unknown:
        return value
    if value.type.kind == "optional":
        return unit.error(
            "CL224", node, f"`{name}` of {value.type}, which may be None", "test it before: if … is not None: …"
        )
    code = "CL227" if value.type.kind == JSON else "CL226"
    return unit.error(code, node, f"`{name}` of {value.type} is not in the language", remedy)


# --- of lists


def _items(
    unit: Unit, node: ast.Call, name: str, kinds: frozenset[str], args: list[ast.expr] | None = None
) -> Value | None:
    """The list that a function folds; None where it was reported."""
    args = node.args if args is None else args
    if len(args) == 1 and isinstance(args[0], ast.GeneratorExp):
        value = listed(unit, args[0], lazy=name in {"any", "all"})
    else:
        value = _one(unit, node, name, args=args)
    if value.is_unknown:
        return None
    if value.type.kind != LIST or part(value.type).kind not in {*kinds, "unknown"}:
        wanted = " or ".join(f"list[{one}]" for one in sorted(kinds, reverse=True))
        code = "CL224" if "optional" in {value.type.kind, part(value.type).kind} else "CL226"
        unit.error(code, node, f"`{name}` of {value.type} is not in the language: it takes {wanted}", PURE)
        return None
    return value


def _sum(unit: Unit, node: ast.Call, name: str, expected: Type | None) -> Value:  # noqa: ARG001
    start = node.args[1] if len(node.args) == 2 else None
    value = _items(unit, node, name, NUMBERS, node.args[:1] if start else node.args)
    first = None if start is None else unit.value(start)
    if value is None or (first is not None and first.type.kind not in NUMBERS):
        return LOST if value is None else _refuse(unit, node, name, first or LOST, "start with a number")
    kind = FLOAT if part(value.type).kind == FLOAT else INT
    total = Value(Fold("sum", value.expression, kind), REAL if kind == FLOAT else WHOLE)
    if first is None:
        return total
    both = FLOAT if FLOAT in {kind, first.type.kind} else INT
    return Value(Arithmetic("+", first.expression, total.expression, both), REAL if both == FLOAT else WHOLE)


def _any(unit: Unit, node: ast.Call, name: str, expected: Type | None) -> Value:  # noqa: ARG001
    value = _items(unit, node, name, frozenset({BOOL}))
    return LOST if value is None else Value(Fold(name, value.expression, BOOL), BOOLEAN)


def _extreme(unit: Unit, node: ast.Call, name: str, expected: Type | None) -> Value:  # noqa: ARG001
    if len(node.args) > 1:
        return _of_several(unit, node, name)
    value = _items(unit, node, name, NUMBERS)
    if value is None:
        return LOST
    value = unit.bound(value, node, "list")
    found = Fold(name, value.expression, part(value.type).kind)
    filled = Compare(">", Length(value.expression, LIST), whole(0))
    if not node.keywords:
        unit.check(node, filled, "ValueError", text("arg is an empty sequence"))
        return Value(found, part(value.type))
    default = unit.value(node.keywords[0].value, part(value.type))
    kind = unit.joined(part(value.type), default.type)
    if kind is None:
        return unit.error(
            "CL222", node, f"the default is {default.type}, the items are {part(value.type)}", "give both one type"
        )
    return Value(Choose(filled, found, default.expression), kind)


def _of_several(unit: Unit, node: ast.Call, name: str) -> Value:
    values = [unit.value(one) for one in node.args]
    if any(value.is_unknown for value in values):
        return LOST
    wrong = next((value for value in values if value.type.kind not in NUMBERS), None)
    if wrong is not None or node.keywords:
        return _refuse(unit, node, name, wrong or values[0], PURE)
    kind = REAL if any(value.type.kind == FLOAT for value in values) else WHOLE
    return Value(Fold(name, List(tuple(value.expression for value in values), kind), kind.kind), kind)


def _range(unit: Unit, node: ast.Call, name: str, expected: Type | None) -> Value:  # noqa: ARG001
    visit_arguments(unit, node)
    return unit.error(
        "CL203",
        node,
        "a range is no value: it is what a `for` goes through",
        "write for i in range(…), or [i for i in range(…)]",
    )


def _isinstance(unit: Unit, node: ast.Call, name: str, expected: Type | None) -> Value:  # noqa: ARG001
    if len(node.args) != 2:
        return unit.error(
            "CL241", node, "`isinstance` takes an error and a class", "write isinstance(e, PaymentFailed)"
        )
    value = unit.value(node.args[0])
    nodes = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else [node.args[1]]
    kinds: list[Any] = [unit.statics.resolve(one) for one in nodes]
    if value.type.kind != ERROR or not all(isinstance(kind, type) and issubclass(kind, Exception) for kind in kinds):
        remedy = "the types of values are known: leave the test out, or catch errors by their classes"
        return value if value.is_unknown else unit.error("CL203", node, "`isinstance` is for errors", remedy)
    names = tuple(unit.error_class(kind, one).name for kind, one in zip(kinds, nodes, strict=True))
    path = path_of(value.expression)
    yes = {path: error_of(names[0])} if path and len(names) == 1 else {}
    return Value(ErrorIs(value.expression, names), BOOLEAN, yes)


def _list(unit: Unit, node: ast.Call, name: str, expected: Type | None) -> Value:
    """list(xs): a copy."""
    if not node.args:
        return unit.value(ast.copy_location(ast.List([], ast.Load()), node), expected)
    value = listed(unit, node.args[0]) if isinstance(node.args[0], ast.GeneratorExp) else _one(unit, node, name)
    if value.type.kind != LIST:
        return _refuse(unit, node, name, value, PURE)
    return Value(Concat(value.expression, List((), part(value.type))), value.type)


_VISITS: dict[str, Callable[[Unit, ast.Call, str, Type | None], Value]] = {
    "abs": _abs, "all": _any, "any": _any, "bool": _bool, "float": _float, "int": _int, "isinstance": _isinstance,
    "len": _len, "list": _list, "max": _extreme, "min": _extreme, "range": _range, "str": _str, "sum": _sum,
}  # fmt: skip
