"""Instances of the user's classes, followed: all of their methods, and what their attributes may be."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any

from cloudless.frontend import attribute, call, follow
from cloudless.frontend import frame as frames
from cloudless.frontend.lift import class_of
from cloudless.frontend.values import ANY, NO_ARGUMENTS, NOTHING, Arguments, Item, Live, Made, Value

if TYPE_CHECKING:
    from cloudless.frontend.analysis import Analysis, Facts
    from cloudless.frontend.frame import Frame

_HOLDERS = (classmethod, staticmethod, property, functools.cached_property, functools.partialmethod)


def make(frame: Frame, kind: Live, arguments: Arguments, node: ast.AST) -> Value:
    """Make an instance of a user's class."""
    made = Made(kind, frame.analysis.telling.arguments(arguments))
    follow_instance(frame, made)
    init = attribute.lookup(kind.object, "__init__")
    if isinstance(init, FunctionType) and frame.analysis.territory.holds_function(init):
        given = arguments.after(Arguments((frozenset((made,)),)))
        frame.facts.callees[follow.follow_function(frame.analysis, init, given)] = None
    elif _is_dataclass(kind.object):
        for name, value in _given_fields(kind.object, arguments).items():
            grow_field(frame, made, name, value)
    else:
        frame.escape(arguments.all(), node)
    return frozenset((made,))


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
            given = item.arguments if isinstance(item, Made) and name == "__init__" else NO_ARGUMENTS
            key = follow.follow_function(analysis, method, given.after(Arguments((frozenset((item,)),))))
            facts.callees[key] = None


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
    if _is_dataclass(item.kind.object):
        given = _given_fields(item.kind.object, item.arguments)
        return {**_default_fields(frame, item.kind.object, given), **given}
    return {}


def _is_dataclass(kind: object) -> bool:
    return hasattr(kind, "__dataclass_fields__")


def _given_fields(kind: Any, arguments: Arguments) -> dict[str, Value]:
    import dataclasses  # not before the user has one: it costs 8 ms of a test run

    names = [part.name for part in dataclasses.fields(kind) if part.init]
    found = dict(zip(names, arguments.positional, strict=False)) | dict(arguments.keywords)
    return {name: found.get(name, NOTHING) | arguments.rest for name in names if name in found or arguments.rest}


def _default_fields(frame: Frame, kind: Any, given: dict[str, Value]) -> dict[str, Value]:
    import dataclasses

    found: dict[str, Value] = {}
    for part in dataclasses.fields(kind):
        if part.default_factory is not dataclasses.MISSING:
            factory = frame.analysis.lifter.lift(part.default_factory)
            found[part.name] = call.call(frame, factory, NO_ARGUMENTS, ast.Constant(None))
        else:
            found[part.name] = frame.analysis.lifter.lift(part.default)
    return {name: value for name, value in found.items() if name not in given}


def field_of(frame: Frame, item: Live | Made, name: object) -> Value:
    """What an instance's own attribute may be; all of them for ANY."""
    follow_instance(frame, item)
    return frame.analysis.read((item, name))
