"""Functions, followed: one frame for each set of arguments that tells callers apart."""

from __future__ import annotations

import ast
from types import FunctionType
from typing import TYPE_CHECKING, Any

from cloudless.frontend import call
from cloudless.frontend import frame as frames
from cloudless.frontend.source import Definition
from cloudless.frontend.values import NOTHING, Arguments, Closure, Value, boxed

if TYPE_CHECKING:
    from cloudless.frontend.analysis import Analysis, Facts, Key
    from cloudless.frontend.frame import Frame


def follow_function(analysis: Analysis, function: FunctionType, arguments: Arguments) -> Key:
    """Follow a user's function, called with some arguments; returns the key of its facts and result."""
    analysis.sources.reads.note(function)
    nodes = analysis.sources.definitions(function)
    given = _bind(nodes[0].args, arguments, _live_defaults(analysis, function)) if nodes else {}
    key = (function, analysis.telling.part(given))
    frame = analysis.frame(key, lambda: _frame(analysis, function, nodes))
    _give(frame, given)
    analysis.follow(key, lambda: lambda facts: _run(frame, function, nodes, facts))
    return key


def _frame(analysis: Analysis, function: FunctionType, nodes: list[Definition]) -> Frame:
    frame = frames.Frame(analysis, function.__code__.co_filename, function.__globals__, cells_of(function))
    for node in nodes:
        _enter(frame, node)
    return frame


def _run(frame: Frame, function: FunctionType, nodes: list[Definition], facts: Facts) -> None:
    frame.facts = facts
    call.mention_inside(frame, function)
    if not nodes:
        facts.blind[frame.line(function.__code__.co_firstlineno)] = f"the source of {function.__name__!r}"
    for node in nodes:
        for value in _live_defaults(frame.analysis, function).values():
            frame.seen(value, node.args)
        frame.run(node, facts)


def _enter(frame: Frame, node: Definition) -> None:
    """Make the parameters variables, be they of no interest: they hide globals."""
    names = _names(node.args)
    frame.first = names[0] if names else ""
    for name in names:
        frame.grow(name, NOTHING)


def _give(frame: Frame, given: dict[str, Value]) -> None:
    for name, value in given.items():
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


def follow_closure(analysis: Analysis, closure: Closure, arguments: Arguments) -> Key:
    """Follow a nested function or lambda, called with some arguments; returns its key."""
    given = _bind(closure.node.args, arguments, dict(closure.defaults))
    key = (closure, analysis.telling.part(given))
    frame = analysis.frame(key, lambda: _inner_frame(analysis, closure))
    _give(frame, given)
    analysis.follow(key, lambda: lambda facts: frame.run(closure.node, facts))
    return key


def _inner_frame(analysis: Analysis, closure: Closure) -> Frame:
    outer: Frame = closure.frame
    frame = frames.Frame(analysis, outer.file, outer.module, outer.cells, outer)
    _enter(frame, closure.node)
    return frame


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


def _bind(parameters: ast.arguments, arguments: Arguments, defaults: dict[str, Value]) -> dict[str, Value]:
    """What each parameter may be, those of no interest left out."""
    if not (defaults or arguments.rest or any(arguments.positional) or any(value for _, value in arguments.keywords)):
        return {}
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
    return {name: value for name, value in found.items() if value}
