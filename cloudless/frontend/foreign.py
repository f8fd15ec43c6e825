"""Calls of code that is not the user's: what is known to be harmless, what is looked through, what escapes."""

from __future__ import annotations

import ast
import collections
import contextlib
import copy
import functools
import importlib
import itertools
import sys
import types
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any

from cloudless.app import App
from cloudless.frontend import call as calls
from cloudless.frontend import instance as instances
from cloudless.frontend import store
from cloudless.frontend.lift import own
from cloudless.frontend.values import (
    ANY,
    NOTHING,
    Arguments,
    Bound,
    Closure,
    Item,
    Live,
    Super,
    Value,
    boxed,
    elements,
    handles,
    union,
)
from cloudless.handler import Handler

if TYPE_CHECKING:
    from cloudless.frontend.frame import Frame

    Rule = Callable[[Frame, Arguments, ast.AST], Value]

_HARMLESS: tuple[Any, ...] = (
    print, repr, str, len, isinstance, issubclass, hasattr, id, type, hash, bool, format, callable, ascii,
    contextlib.suppress, contextlib.nullcontext,
)  # fmt: skip
_COPIES: tuple[Any, ...] = (
    list, tuple, set, frozenset, dict, sorted, reversed, enumerate, zip, iter, filter, copy.copy, copy.deepcopy,
    collections.deque, collections.OrderedDict, collections.ChainMap, collections.defaultdict,
    types.MappingProxyType, types.SimpleNamespace, itertools.chain, itertools.cycle, itertools.islice,
    itertools.repeat, itertools.product, itertools.zip_longest, itertools.chain.from_iterable,
)  # fmt: skip
_PICKS: tuple[Any, ...] = (next, max, min)
_CALLS: tuple[Any, ...] = (map, itertools.starmap, functools.reduce)

LONGEST = 8
_LOOKED_THROUGH = (Handler, App, types.ModuleType, types.BuiltinFunctionType, types.SimpleNamespace)


def call_foreign(frame: Frame, value: Any, arguments: Arguments, node: ast.AST) -> Value:
    """Call something that was not written by the user."""
    rule = (_RULES.get(value) if isinstance(value, Hashable) else None) or _rule_of_asyncio(value)
    if rule is not None:
        return rule(frame, arguments, node)
    wrapped = own(value).get("__wrapped__")
    if wrapped is not None:
        return calls.call(frame, frame.analysis.lifter.lift(wrapped), arguments, node)
    if isinstance(value, types.MethodType | types.BuiltinMethodType) and _is_logger(value.__self__):
        return NOTHING
    return unknown(frame, arguments, node)


def _rule_of_asyncio(value: Any) -> Rule | None:
    """The rule of a function of asyncio; not imported here, since it costs 25 ms of a test run."""
    module = own(sys.modules.get("asyncio"))
    return next((rule for name, rule in _ASYNCIO.items() if module.get(name) is value), None)


def unknown(frame: Frame, arguments: Arguments, node: ast.AST) -> Value:
    """Call something of which nothing is known: it may call what it gets, and handles are lost in it."""
    given = arguments.all()
    if not given:
        return NOTHING
    if handles(given):
        _apply(frame, arguments, node)
    frame.escape(given, node)
    return NOTHING


def _is_logger(value: object) -> bool:
    logging = sys.modules.get("logging")  # nobody has a logger before it is imported
    return logging is not None and isinstance(value, logging.Logger | logging.LoggerAdapter)


def mention_instance(frame: Frame, value: Any, node: ast.AST) -> None:
    """Note what an object of a library was given when it was made: it may use all of it."""
    if isinstance(value, _LOOKED_THROUGH) or _is_logger(value):
        return
    calls.mention_inside(frame, value)
    for held in frame.analysis.lifter.attributes(value).values():
        for item in held:
            if not isinstance(item, Live) or isinstance(item.object, types.FunctionType):
                calls.mention(frame, item, node)
        frame.escape(held, node)


def _apply(frame: Frame, arguments: Arguments, node: ast.AST) -> Value:
    """Call every function among the arguments with all the others."""
    given = elements(arguments.all())
    functions = [item for item in given if _is_function(item)]
    others = Arguments(rest=frozenset(given.difference(functions)))
    return union([calls.call(frame, frozenset((one,)), others, node) for one in functions])


def _is_function(item: object) -> bool:
    if isinstance(item, Bound | Closure):
        return True
    return isinstance(item, Live) and isinstance(item.object, types.FunctionType | Handler)


def _harmless(frame: Frame, arguments: Arguments, node: ast.AST) -> Value:  # noqa: ARG001
    return NOTHING


def _copied(frame: Frame, arguments: Arguments, node: ast.AST) -> Value:
    _apply(frame, arguments, node)  # keys and predicates
    return boxed(arguments.all())


def _picked(frame: Frame, arguments: Arguments, node: ast.AST) -> Value:
    _apply(frame, arguments, node)
    given = arguments.all()
    return elements(given) | calls.iterated(frame, given, node)


def _called(frame: Frame, arguments: Arguments, node: ast.AST) -> Value:
    result = _apply(frame, arguments, node)
    return result | boxed(result)


def _partial(frame: Frame, arguments: Arguments, node: ast.AST) -> Value:  # noqa: ARG001
    if not arguments.positional:
        return NOTHING
    given = Arguments(arguments.positional[1:], arguments.keywords, arguments.rest)
    return frozenset(_bound(item, given) for item in arguments.positional[0])


def _bound(item: Item, given: Arguments) -> Bound:
    """A function with its first arguments; those of several partials in a row are one list, cut where it is long."""
    if not isinstance(item, Bound):
        return Bound(item, given)
    both = given.after(item.arguments)
    return Bound(item.target, both if len(both.positional) <= LONGEST else Arguments(rest=both.all()))


def _getattr(frame: Frame, arguments: Arguments, node: ast.AST) -> Value:
    from cloudless.frontend.attribute import attribute

    name = node.args[1] if isinstance(node, ast.Call) and len(node.args) > 1 else None
    if isinstance(name, ast.Constant) and isinstance(name.value, str):
        return frame.seen(attribute(frame, union(arguments.positional[:1]), name.value, node), node)
    frame.escape(arguments.all(), node)
    return NOTHING


def _super(frame: Frame, arguments: Arguments, node: ast.AST) -> Value:
    if len(arguments.positional) == 2:
        kinds, instance = arguments.positional
        return frozenset(Super(kind, instance) for kind in kinds if isinstance(kind, Live))
    kind = frame.cells.get("__class__")
    method = frame
    while method.parent is not None:
        method = method.parent
    first = method.read(method.first) if method.first else NOTHING
    del arguments, node
    return frozenset((Super(Live(kind), first),)) if isinstance(kind, type) else NOTHING


def _globals(frame: Frame, arguments: Arguments, node: ast.AST) -> Value:  # noqa: ARG001
    return frame.analysis.lifter.lift(frame.module)


def _vars(frame: Frame, arguments: Arguments, node: ast.AST) -> Value:
    from cloudless.frontend.attribute import attribute

    found = attribute(frame, union(arguments.positional), "__dict__", node)
    return found or boxed(union([
        instances.field_of(frame, item, ANY)
        for item in union(arguments.positional)
        if isinstance(item, Live) and calls.is_instance(item, frame)
    ]))  # fmt: skip


def _import_module(frame: Frame, arguments: Arguments, node: ast.AST) -> Value:  # noqa: ARG001
    name = node.args[0] if isinstance(node, ast.Call) and node.args else None
    if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
        frame.facts.blind[frame.span(node)] = "the import of a module whose name is computed"
        return NOTHING
    return frame.analysis.lifter.lift(store.load(frame, name.value, node))


def _unreadable(frame: Frame, arguments: Arguments, node: ast.AST) -> Value:  # noqa: ARG001
    frame.facts.blind[frame.span(node)] = "code made from text"
    return NOTHING


_RULES: dict[Any, Rule] = {
    **dict.fromkeys(_HARMLESS, _harmless),
    **dict.fromkeys(_COPIES, _copied),
    **dict.fromkeys(_PICKS, _picked),
    **dict.fromkeys(_CALLS, _called),
    **dict.fromkeys((eval, exec), _unreadable),
    **dict.fromkeys((importlib.import_module, __import__), _import_module),
    functools.partial: _partial,
    getattr: _getattr,
    globals: _globals,
    super: _super,
    vars: _vars,
}
_ASYNCIO: dict[str, Rule] = {
    **dict.fromkeys(("create_task", "ensure_future", "run", "shield", "wait_for"), _picked),
    "gather": _copied,
    "to_thread": _called,
}
