"""Methods of values that give values; those that change a list or dict are statements, in change.py."""

from __future__ import annotations

import ast
from collections.abc import Callable

from cloudless.frontend.orchestration.comprehension import listed
from cloudless.frontend.orchestration.kinds import BOOLEAN, NULL, STRING, optional, part
from cloudless.frontend.orchestration.scope import SAGA
from cloudless.frontend.orchestration.steps import visit_arguments
from cloudless.frontend.orchestration.unit import Unit
from cloudless.frontend.orchestration.value import NONE_CONST, Value
from cloudless.frontend.orchestration.wording import PURE, none_remedy
from cloudless.ir.expression import Choose, HasKey, Key, TextCall
from cloudless.ir.type import DICT, LIST, TEXT, Type

CHANGING = frozenset({
    "append", "extend", "insert", "pop", "popitem", "remove", "clear", "sort", "reverse", "update", "setdefault",
})  # fmt: skip
_TEXT: dict[str, int] = {"lower": 0, "upper": 0, "startswith": 1, "endswith": 1}


def call(unit: Unit, node: ast.Call, func: ast.Attribute, expected: Type | None) -> Value:  # noqa: ARG001
    """value.method(…)."""
    if isinstance(func.value, ast.Name):
        variable = unit.scope.find(func.value.id)
        if variable is not None and variable.role == SAGA:
            visit_arguments(unit, node)
            return unit.error(
                "CL265",
                node,
                "on_failure is a statement of its own, in the block of its saga",
                "write it on a line of its own",
            )
    value = unit.value(func.value)
    if value.is_unknown:
        visit_arguments(unit, node)
        return value
    method = _METHODS.get((value.type.kind, func.attr))
    if method is None or node.keywords:
        visit_arguments(unit, node)
        return _refused(unit, func, value)
    return method(unit, node, value, func.attr)


def _refused(unit: Unit, func: ast.Attribute, value: Value) -> Value:
    source, kind = ast.unparse(func.value), value.type
    if kind.kind in {"optional", "none"}:
        return unit.error("CL224", func, f"`{source}` may be None here", none_remedy(func.value))
    if kind.kind == "json":
        return unit.error(
            "CL227",
            func,
            f"`{source}` is JSON, of which an orchestration knows nothing",
            f"annotate it with a type of its own, or {PURE}",
        )
    if func.attr in CHANGING and kind.kind in {LIST, DICT}:
        return unit.error(
            "CL203",
            func,
            f"`{func.attr}` is not in the language here",
            "append, extend and update stand on a line of their own; " + PURE,
        )
    if kind.kind == DICT and func.attr in {"items", "keys", "values"}:
        return unit.error("CL203", func, f"`{func.attr}` is not in the language: engines keep keys in no order", PURE)
    return unit.error("CL203", func, f"`{func.attr}` of {kind} is not in the language", PURE)


def _get(unit: Unit, node: ast.Call, value: Value, name: str) -> Value:
    """d.get(key, default): the default where the key is missing, not where its value is None."""
    if not 1 <= len(node.args) <= 2:
        visit_arguments(unit, node)
        return unit.error("CL241", node, f"`{name}` takes a key and a default", "write d.get(key, default)")
    key = unit.bound(unit.fitting(node.args[0], STRING, "a key"), node, "key")
    kind = part(value.type)
    default = unit.value(node.args[1], kind) if len(node.args) > 1 else Value(NONE_CONST, NULL)
    both = optional(kind) if default.type is NULL else unit.joined(kind, default.type)
    if both is None:
        return unit.error(
            "CL222", node.args[1], f"the default is {default.type}, the values are {kind}", "give both one type"
        )
    value = unit.bound(value, node, "dict")
    found = Choose(HasKey(value.expression, key.expression), Key(value.expression, key.expression), default.expression)
    return Value(found, both)


def _of_text(unit: Unit, node: ast.Call, value: Value, name: str) -> Value:
    if len(node.args) != _TEXT[name]:
        visit_arguments(unit, node)
        return unit.error("CL241", node, f"`{name}` takes {_TEXT[name]} arguments here", PURE)
    given = [unit.fitting(one, STRING, "the argument").expression for one in node.args]
    return Value(TextCall(name, (value.expression, *given)), BOOLEAN if given else STRING)


def _join(unit: Unit, node: ast.Call, value: Value, name: str) -> Value:
    if len(node.args) != 1:
        visit_arguments(unit, node)
        return unit.error("CL241", node, "`join` takes one list", 'write ", ".join(names)')
    one = node.args[0]
    items = listed(unit, one) if isinstance(one, ast.GeneratorExp) else unit.value(one)
    if items.is_unknown:
        return items
    if items.type.kind != LIST or part(items.type).kind not in {TEXT, "unknown"}:
        return unit.error("CL226", one, f"`join` of {items.type} is not in the language: it takes list[str]", PURE)
    return Value(TextCall(name, (value.expression, items.expression)), STRING)


_METHODS: dict[tuple[str, str], Callable[[Unit, ast.Call, Value, str], Value]] = {
    (DICT, "get"): _get, (TEXT, "join"): _join, **{(TEXT, name): _of_text for name in _TEXT},
}  # fmt: skip
