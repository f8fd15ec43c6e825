"""What happens where a value is mentioned or called: the code behind it is followed."""

from __future__ import annotations

import ast
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeGuard

from cloudless.frontend import attribute, follow, foreign, instance, store
from cloudless.frontend.handles import Run
from cloudless.frontend.lift import own
from cloudless.frontend.values import (
    NO_ARGUMENTS,
    NOTHING,
    Access,
    Arguments,
    Bound,
    Box,
    Closure,
    Item,
    Live,
    Made,
    Value,
    Verb,
    boxed,
    elements,
    handles,
    union,
)
from cloudless.handler import Handler

if TYPE_CHECKING:
    from cloudless.frontend.analysis import Key
    from cloudless.frontend.frame import Frame

_FILLERS = frozenset(
    (
        "add", "append", "appendleft", "clear", "discard", "extend", "extendleft", "insert", "pop", "popitem",
        "popleft", "remove", "setdefault", "update",
    )
)  # fmt: skip
"""Methods that change a container."""


def visit_call(frame: Frame, node: ast.Call) -> Value:
    """Call what a node calls with its arguments; the value of the result."""
    target = frame.visit(node.func)
    arguments = _arguments(frame, node)
    if isinstance(node.func, ast.Attribute) and any(isinstance(item, Access) for item in target):
        if node.func.attr in _FILLERS:
            store.fill(frame, node.func.value, arguments.all())
        else:
            frame.escape(arguments.all(), node)
    return call(frame, target, arguments, node)


def _arguments(frame: Frame, node: ast.Call) -> Arguments:
    starred = [part for part in node.args if isinstance(part, ast.Starred)]
    rest = union([frame.visit(part) for part in starred])
    rest |= union([elements(frame.visit(part.value)) for part in node.keywords if part.arg is None])
    return Arguments(
        tuple([frame.visit(part) for part in node.args if not isinstance(part, ast.Starred)]),
        tuple([(part.arg, frame.visit(part.value)) for part in node.keywords if part.arg is not None]),
        rest,
    )


def call(frame: Frame, target: Value, arguments: Arguments, node: ast.AST) -> Value:
    """Call everything that a target may be."""
    if not target:
        return foreign.unknown(frame, arguments, node)
    return union([_call_item(frame, item, arguments, node) for item in target])


def _call_item(frame: Frame, item: Item, arguments: Arguments, node: ast.AST) -> Value:
    if isinstance(item, Live):
        return _call_live(frame, item, arguments, node)
    if isinstance(item, Bound):
        return call(frame, frozenset((item.target,)), arguments.after(item.arguments), node)
    if isinstance(item, Closure):
        return _followed(frame, follow.follow_closure(frame.analysis, item, arguments))
    if isinstance(item, Made):
        method = attribute.attribute(frame, frozenset((item,)), "__call__", node)
        return call(frame, method, arguments, node) if method else NOTHING
    if isinstance(item, Access):
        return item.items | boxed(item.items)
    return _call_verb(frame, item, arguments, node) if isinstance(item, Verb) else NOTHING


def _call_verb(frame: Frame, item: Verb, arguments: Arguments, node: ast.AST) -> Value:
    """A method of ours: it reads the secrets that it is given, and starting gives an execution."""
    for handle in handles(arguments.all()):
        if handle.noun == "secret":
            mention(frame, Verb(handle, "read"), node)
    return frozenset((Run(item.handle),)) if item.handle.noun == "orchestration" else NOTHING


def _call_live(frame: Frame, item: Live, arguments: Arguments, node: ast.AST) -> Value:
    value, territory = item.object, frame.analysis.territory
    if isinstance(value, Handler):
        return call(frame, frame.analysis.lifter.lift(value.function), arguments, node)
    if isinstance(value, FunctionType) and territory.holds_function(value):
        return _followed(frame, follow.follow_function(frame.analysis, value, arguments))
    if isinstance(value, type) and territory.holds_module(value.__module__):
        return instance.make(frame, item, arguments, node)
    if not isinstance(value, type | FunctionType) and territory.holds_module(type(value).__module__):
        method = attribute.attribute(frame, frozenset((item,)), "__call__", node)
        return call(frame, method, arguments, node)
    return foreign.call_foreign(frame, value, arguments, node)


def _followed(frame: Frame, key: Key) -> Value:
    frame.facts.callees[key] = None
    return frame.analysis.read(("result", key))


def follow_handlers(frame: Frame, value: Value) -> None:
    """Follow the code of registered functions in a value that goes where anybody may call them."""
    for item in elements(value):
        if isinstance(item, Live) and isinstance(item.object, Handler):
            call(frame, frozenset((item,)), NO_ARGUMENTS, ast.Constant(None))


# --- mentions


def mention(frame: Frame, item: Item, node: ast.AST) -> None:
    """Note what mentioning something asks for; a bare handle asks for nothing yet."""
    if isinstance(item, Verb):
        if item.verb:
            frame.facts.grants.setdefault((item.handle, item.verb), set()).add(frame.span(node))
    elif isinstance(item, Live):
        _mention_live(frame, item, node)
    elif isinstance(item, Bound):
        _call_item(frame, item, NO_ARGUMENTS, node)
        if isinstance(item.target, Verb):
            mention(frame, item.target, node)
    elif isinstance(item, Closure):
        _followed(frame, follow.follow_closure(frame.analysis, item, NO_ARGUMENTS))
    elif isinstance(item, Made):
        instance.follow_instance(frame, item)
    elif isinstance(item, Box | Access):
        for part in item.items:
            mention(frame, part, node)


def _mention_live(frame: Frame, item: Live, node: ast.AST) -> None:
    value, territory = item.object, frame.analysis.territory
    if isinstance(value, FunctionType):
        if territory.holds_function(value):
            _followed(frame, follow.follow_function(frame.analysis, value, NO_ARGUMENTS))
        else:
            mention_inside(frame, value)
    elif isinstance(value, type):
        if territory.holds_module(value.__module__):
            instance.follow_instance(frame, Made(item, NO_ARGUMENTS))
    elif territory.holds_module(type(value).__module__):
        instance.follow_instance(frame, item)
    else:
        foreign.mention_instance(frame, value, node)


def mention_inside(frame: Frame, function: Any) -> None:
    """Follow what a wrapped or decorated function leads to: the original, and what closures hold."""
    parts = [own(function).get("__wrapped__")]
    if isinstance(function, FunctionType) and not frame.analysis.territory.holds_function(function):
        parts += follow.cells_of(function).values()
    for part in parts:
        for item in frame.analysis.lifter.lift(part):
            mention(frame, item, ast.Constant(None))


def decorated(frame: Frame, decorator: Value, value: Value, node: ast.expr) -> Value:
    """What a decorator makes of a function."""
    return call(frame, decorator, Arguments((value,)), node) if decorator else NOTHING


# --- protocols


def iterated(frame: Frame, value: Value, node: ast.AST) -> Value:
    """What a loop over a value gives."""
    return elements(by_method(frame, value, ("__iter__", "__next__", "__aiter__", "__anext__"), node))


def entered(frame: Frame, value: Value, node: ast.AST) -> Value:
    """What `with value as x` gives."""
    return by_method(frame, value, ("__enter__", "__aenter__"), node)


def by_method(frame: Frame, value: Value, names: tuple[str, ...], node: ast.AST) -> Value:
    """What the methods of instances give, and whatever has none of them as it is."""
    found: list[Value] = []
    for item in value:
        alone: Value = frozenset((item,))
        methods = [attribute.attribute(frame, alone, name, node) for name in names if is_instance(item, frame)]
        given = [call(frame, method, NO_ARGUMENTS, node) for method in methods if method]
        found += given or [alone]
    return union(found)


def is_instance(item: Item, frame: Frame) -> TypeGuard[Live | Made]:
    """Whether an item is an instance of a user's class."""
    if isinstance(item, Made):
        return True
    if not isinstance(item, Live) or isinstance(item.object, type | FunctionType | Handler):
        return False
    return frame.analysis.territory.holds_module(type(item.object).__module__)
