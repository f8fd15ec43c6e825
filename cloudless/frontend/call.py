"""What happens where a value is mentioned or called: the code behind it is followed."""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Callable, Iterator, Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeGuard

from cloudless.frontend import attribute, foreign, store
from cloudless.frontend import frame as frames
from cloudless.frontend.lift import class_of, own
from cloudless.frontend.source import Definition
from cloudless.frontend.values import (
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
    depth,
    elements,
    handles,
    union,
)
from cloudless.handler import Handler

if TYPE_CHECKING:
    from cloudless.frontend.analysis import Analysis, Facts, Key
    from cloudless.frontend.frame import Frame

_FILLERS = frozenset(
    (
        "add", "append", "appendleft", "clear", "discard", "extend", "extendleft", "insert", "pop", "popitem",
        "popleft", "remove", "setdefault", "update",
    )
)  # fmt: skip
"""Methods that change a container."""
_HOLDERS = (classmethod, staticmethod, property, functools.cached_property, functools.partialmethod)
ANY = object()
"""In place of a field's name: all of them."""
DEEPEST = 4
"""Instances made of instances made of …: beyond this, what is inside is not told apart any more."""


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
        return _followed(frame, _follow_closure(frame.analysis, item, arguments))
    if isinstance(item, Made):
        method = attribute.attribute(frame, frozenset((item,)), "__call__", node)
        return call(frame, method, arguments, node) if method else NOTHING
    if isinstance(item, Access):
        return item.items | boxed(item.items)
    return NOTHING  # a verb of a handle, or nothing that can be called


def _call_live(frame: Frame, item: Live, arguments: Arguments, node: ast.AST) -> Value:
    value, territory = item.object, frame.analysis.territory
    if isinstance(value, Handler):
        return call(frame, frame.analysis.lifter.lift(value.function), arguments, node)
    if isinstance(value, FunctionType) and territory.holds_function(value):
        return _followed(frame, follow_function(frame.analysis, value, arguments))
    if isinstance(value, type) and territory.holds_module(value.__module__):
        return _make(frame, item, arguments, node)
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
            call(frame, frozenset((item,)), Arguments(), ast.Constant(None))


# --- functions


def follow_function(analysis: Analysis, function: FunctionType, arguments: Arguments) -> Key:
    """Follow a user's function, called with some arguments; returns the key of its facts and result."""
    nodes = analysis.sources.definitions(function)
    bindings = _bind(nodes[0].args, arguments, _live_defaults(analysis, function)) if nodes else ()
    key = (Live(function), bindings)
    analysis.follow(key, lambda: _job(analysis, key, function, nodes))
    return key


def _job(analysis: Analysis, key: Any, function: FunctionType, nodes: list[Definition]) -> Callable[[Facts], None]:
    frame = frames.Frame(analysis, function.__code__.co_filename, function.__globals__, cells_of(function))
    frame.key = key
    _enter(frame, nodes, key[1])

    def job(facts: Facts) -> None:
        frame.facts = facts
        mention_inside(frame, function)
        if not nodes:
            facts.blind[frame.line(function.__code__.co_firstlineno)] = f"the source of {function.__name__!r}"
        for node in nodes:
            for value in _live_defaults(analysis, function).values():
                frame.seen(value, node.args)
            frame.run(node, facts)

    return job


def _enter(frame: Frame, nodes: Sequence[Definition], bindings: tuple[tuple[str, Value], ...]) -> None:
    """Give the parameters their values; those of no interest are variables, too."""
    for node in nodes:
        names = _names(node.args)
        frame.first = names[0] if names else ""
        for name in names:
            frame.grow(name, NOTHING)
    for name, value in bindings:
        frame.grow(name, value)


def cells_of(function: FunctionType) -> dict[str, Any]:
    """What a closure's free variables hold now; those that are not filled yet are left out."""
    found: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            continue
    return found


def _follow_closure(analysis: Analysis, closure: Closure, arguments: Arguments) -> Key:
    bindings = _bind(closure.node.args, arguments, dict(closure.defaults))
    key = (closure, bindings)
    analysis.follow(key, lambda: _closure_job(analysis, key))
    return key


def _closure_job(analysis: Analysis, key: tuple[Closure, tuple[tuple[str, Value], ...]]) -> Callable[[Facts], None]:
    closure, bindings = key
    outer: Frame = closure.frame
    frame = frames.Frame(analysis, outer.file, outer.module, outer.cells, outer)
    frame.key = key
    _enter(frame, [closure.node], bindings)
    return lambda facts: frame.run(closure.node, facts)


def defaults_of(frame: Frame, parameters: ast.arguments) -> tuple[tuple[str, Value], ...]:
    """Values of the defaults of a function that is being defined."""
    places = [*parameters.posonlyargs, *parameters.args]
    late = places[len(places) - len(parameters.defaults) :]
    pairs = [(arg.arg, frame.visit(value)) for arg, value in zip(late, parameters.defaults, strict=True)]
    keywords = zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True)
    pairs += [(arg.arg, frame.visit(value)) for arg, value in keywords if value is not None]
    return tuple((name, value) for name, value in pairs if value)


def _live_defaults(analysis: Analysis, function: FunctionType) -> dict[str, Value]:
    if not (function.__defaults__ or function.__kwdefaults__):
        return {}
    code, given = function.__code__, function.__defaults__ or ()
    names = code.co_varnames[code.co_argcount - len(given) : code.co_argcount]
    pairs = [*zip(names, given, strict=True), *(function.__kwdefaults__ or {}).items()]
    return {name: analysis.lifter.lift(value) for name, value in pairs}


def _names(parameters: ast.arguments) -> list[str]:
    parts = [*parameters.posonlyargs, *parameters.args, *parameters.kwonlyargs, parameters.vararg, parameters.kwarg]
    return [part.arg for part in parts if part is not None]


def _bind(parameters: ast.arguments, arguments: Arguments, defaults: dict[str, Value]) -> tuple[tuple[str, Value], ...]:
    """What each parameter may be, those of no interest left out."""
    places = [part.arg for part in (*parameters.posonlyargs, *parameters.args)]
    named = [*places, *(part.arg for part in parameters.kwonlyargs)]
    found = dict(zip(places, arguments.positional, strict=False))
    found |= {name: value for name, value in arguments.keywords if name in named}
    over = [*arguments.positional[len(places) :], arguments.rest]
    over += [value for name, value in arguments.keywords if name not in named]
    for name in named:
        if name not in found or arguments.rest:
            found[name] = found.get(name, NOTHING) | defaults.get(name, NOTHING) | arguments.rest
    for part in (parameters.vararg, parameters.kwarg):
        if part is not None and any(over):
            found[part.arg] = boxed(*over)
    return tuple(sorted((name, value) for name, value in found.items() if value))


# --- instances


def _make(frame: Frame, kind: Live, arguments: Arguments, node: ast.AST) -> Value:
    if depth(arguments.all()) > DEEPEST:
        frame.escape(arguments.all(), node)
        arguments = Arguments()
    made = Made(kind, arguments if arguments.all() else Arguments())
    follow_instance(frame, made)
    if handles(arguments.all()) and not _takes_arguments(frame, kind.object):
        frame.escape(arguments.all(), node)
    return frozenset((made,))


def _takes_arguments(frame: Frame, kind: Any) -> bool:
    """Whether a class makes its instances by code that can be followed."""
    if dataclasses.is_dataclass(kind):
        return True
    init = attribute.lookup(kind, "__init__")
    return isinstance(init, FunctionType) and frame.analysis.territory.holds_function(init)


def follow_instance(frame: Frame, item: Live | Made) -> None:
    """Follow every method of an instance, so that all that its attributes may be is known."""
    frame.facts.callees[item] = None
    frame.analysis.follow(item, lambda: lambda facts: _run_methods(frame.analysis, item, facts))


def _run_methods(analysis: Analysis, item: Live | Made, facts: Facts) -> None:
    kind = item.kind.object if isinstance(item, Made) else class_of(item.object)
    inside = frames.Frame(analysis, "", {}, {})
    inside.facts = facts
    for name, value in _first_fields(inside, item).items():
        grow_field(inside, item, name, value)
    for name, method in _methods(kind):
        if analysis.territory.holds_function(method):
            given = item.arguments if isinstance(item, Made) and name == "__init__" else Arguments()
            arguments = given.after(Arguments((frozenset((item,)),)))
            facts.callees[follow_function(analysis, method, arguments)] = None


def grow_field(frame: Frame, item: Item, name: str, value: Value) -> None:
    """Let an instance's attribute be more than it was."""
    frame.analysis.grow((item, name), value)
    frame.analysis.grow((item, ANY), value)


def _methods(kind: type) -> Iterator[tuple[str, FunctionType]]:
    """Functions of a class and its bases, those in properties and class methods included."""
    for one in kind.__mro__[:-1]:
        for name, value in vars(one).items():
            if isinstance(value, FunctionType):
                yield name, value
            elif type(value) in _HOLDERS:
                held: list[Any] = [getattr(value, part, None) for part in ("__func__", "func", "fget", "fset", "fdel")]
                yield from ((name, inner) for inner in held if isinstance(inner, FunctionType))


def _first_fields(frame: Frame, item: Live | Made) -> dict[str, Value]:
    """Attributes that an instance has before its methods run."""
    if isinstance(item, Live):
        return frame.analysis.lifter.attributes(item.object)
    if dataclasses.is_dataclass(item.kind.object):
        return _dataclass_fields(frame, item)
    return {}


def _dataclass_fields(frame: Frame, item: Made) -> dict[str, Value]:
    given, lift = item.arguments, frame.analysis.lifter.lift
    parts = dataclasses.fields(item.kind.object)
    names = [part.name for part in parts if part.init]
    found = dict(zip(names, given.positional, strict=False)) | dict(given.keywords)
    for part in parts:
        late = lift(part.default_factory) if part.default_factory is not dataclasses.MISSING else NOTHING
        default = call(frame, late, Arguments(), ast.Constant(None)) if late else lift(part.default)
        if part.name not in found or given.rest:
            found[part.name] = found.get(part.name, NOTHING) | default | given.rest
    return found


def field_of(frame: Frame, item: Live | Made, name: object) -> Value:
    """What an instance's own attribute may be; all of them for ANY."""
    follow_instance(frame, item)
    return frame.analysis.read((item, name))


# --- mentions


def mention(frame: Frame, item: Item, node: ast.AST) -> None:
    """Note what mentioning something asks for; a bare handle asks for nothing yet."""
    if isinstance(item, Verb):
        frame.facts.grants.setdefault((item.handle, item.verb), set()).add(frame.span(node))
    elif isinstance(item, Live):
        _mention_live(frame, item, node)
    elif isinstance(item, Bound):
        _call_item(frame, item, Arguments(), node)
        if isinstance(item.target, Verb):
            mention(frame, item.target, node)
    elif isinstance(item, Closure):
        _followed(frame, _follow_closure(frame.analysis, item, Arguments()))
    elif isinstance(item, Made):
        follow_instance(frame, item)
    elif isinstance(item, Box | Access):
        for part in item.items:
            mention(frame, part, node)


def _mention_live(frame: Frame, item: Live, node: ast.AST) -> None:
    value, territory = item.object, frame.analysis.territory
    if isinstance(value, FunctionType):
        if territory.holds_function(value):
            _followed(frame, follow_function(frame.analysis, value, Arguments()))
        else:
            mention_inside(frame, value)
    elif isinstance(value, type):
        if territory.holds_module(value.__module__):
            follow_instance(frame, Made(item, Arguments()))
    elif territory.holds_module(type(value).__module__):
        follow_instance(frame, item)
    else:
        foreign.mention_instance(frame, value, node)


def mention_inside(frame: Frame, function: Any) -> None:
    """Follow what a wrapped or decorated function leads to: the original, and what closures hold."""
    parts = [own(function).get("__wrapped__")]
    if isinstance(function, FunctionType) and not frame.analysis.territory.holds_function(function):
        parts += cells_of(function).values()
    for part in parts:
        for item in frame.analysis.lifter.lift(part):
            mention(frame, item, ast.Constant(None))


def decorated(frame: Frame, decorator: Value, value: Value, node: ast.expr) -> Value:
    """What a decorator makes of a function."""
    return call(frame, decorator, Arguments((value,)), node) if decorator else NOTHING


# --- protocols


def iterated(frame: Frame, value: Value, node: ast.AST) -> Value:
    """What a loop over a value gives."""
    return elements(_by_method(frame, value, ("__iter__", "__next__", "__aiter__", "__anext__"), node))


def entered(frame: Frame, value: Value, node: ast.AST) -> Value:
    """What `with value as x` gives."""
    return _by_method(frame, value, ("__enter__", "__aenter__"), node)


def _by_method(frame: Frame, value: Value, names: tuple[str, ...], node: ast.AST) -> Value:
    """What the methods of instances give, and whatever has none of them as it is."""
    found: list[Value] = []
    for item in value:
        alone: Value = frozenset((item,))
        methods = [attribute.attribute(frame, alone, name, node) for name in names if is_instance(item, frame)]
        given = [call(frame, method, Arguments(), node) for method in methods if method]
        found += given or [alone]
    return union(found)


def is_instance(item: Item, frame: Frame) -> TypeGuard[Live | Made]:
    """Whether an item is an instance of a user's class."""
    if isinstance(item, Made):
        return True
    if not isinstance(item, Live) or isinstance(item.object, type | FunctionType | Handler):
        return False
    return frame.analysis.territory.holds_module(type(item.object).__module__)
