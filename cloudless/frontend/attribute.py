"""What an attribute or an element of a value may be."""

from __future__ import annotations

import ast
import enum
import functools
import types
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from cloudless.frontend import call
from cloudless.frontend import instance as instances
from cloudless.frontend.handles import Handle, Run, handle_of
from cloudless.frontend.lift import class_of, mangled, own
from cloudless.frontend.values import (
    ANY,
    NO_ARGUMENTS,
    NOTHING,
    Access,
    Arguments,
    Bound,
    Box,
    Item,
    Live,
    Made,
    Super,
    Value,
    Verb,
    elements,
    union,
)
from cloudless.function import Function
from cloudless.handler import Handler
from cloudless.schedule import Schedule
from cloudless.topic import TopicHandler

if TYPE_CHECKING:
    from cloudless.frontend.frame import Frame

ABSENT = object()
_READ = (
    FunctionType, classmethod, staticmethod, functools.cached_property, functools.partialmethod,
    types.MemberDescriptorType, types.GetSetDescriptorType, types.WrapperDescriptorType,
    types.MethodDescriptorType, types.ClassMethodDescriptorType,
)  # fmt: skip
"""Descriptors that are looked through, or that have nothing to give."""


def attribute(frame: Frame, base: Value, name: str, node: ast.AST) -> Value:
    """Of a value; a verb of a handle is noted by whoever mentions the result."""
    return union([_of(frame, item, name, node) for item in base])


def _of(frame: Frame, item: Item, name: str, node: ast.AST) -> Value:
    if isinstance(item, Handle):
        return _of_handle(frame, item, name)
    if isinstance(item, Live):
        return _of_live(frame, item, name, node)
    if isinstance(item, Run):
        return _asked(item.handle, item.verb(name))
    if isinstance(item, Made):
        return _of_instance(frame, item, item.kind.object, name, node)
    if isinstance(item, Super):
        return _of_super(frame, item, name, node)
    if isinstance(item, Access):  # e.g. a field of a SimpleNamespace
        return attribute(frame, item.items, name, node)
    if isinstance(item, Box):
        return frozenset((Access(item.items),))
    return NOTHING


def _asked(handle: Handle, verb: str | None) -> Value:
    return NOTHING if verb is None else frozenset((Verb(handle, verb),))


def _of_handle(frame: Frame, handle: Handle, name: str) -> Value:
    verb = handle.verb(name)
    if verb is not None:
        return _asked(handle, verb)
    if name == "execution" and handle.noun == "orchestration":
        return frozenset((Access(frozenset((Run(handle),))),))
    return frame.analysis.lifter.lift(handle.object.dead_letters) if name == "dead_letters" else NOTHING


def _of_live(frame: Frame, item: Live, name: str, node: ast.AST) -> Value:
    value = item.object
    lift = frame.analysis.lifter.lift
    if isinstance(value, Handler):
        return _of_handler(frame, item.object, name)
    if isinstance(value, ModuleType):
        if name == "__dict__" and frame.analysis.territory.holds_module(value.__name__):
            return lift(vars(value))
        return lift(vars(value).get(name))
    if isinstance(value, enum.EnumMeta):
        return lift(value.__members__[name]) if name in value.__members__ else _of_class(frame, item, name)
    if isinstance(value, type):
        return _of_class(frame, item, name)
    if isinstance(value, FunctionType) or not frame.analysis.territory.holds_module(class_of(value).__module__):
        return lift(own(value).get(name))
    return _of_instance(frame, item, class_of(value), name, node)


def _of_handler(frame: Frame, handler: Handler[..., Any], name: str) -> Value:
    handle = handle_of(handler)
    assert handle is not None
    if name in ("function", "__wrapped__"):
        return frame.analysis.lifter.lift(handler.function)
    verb = handle.verb(name) if handler.kind == "function" else None
    if verb:
        return frozenset((Verb(handle, verb),))
    if name == "options" and handler.kind == "function":  # a call of a step runs the original
        return frozenset((Access(frozenset((Live(handler),))),))
    if name == "dead_letters" and isinstance(handler, TopicHandler | Schedule | Function):
        return frame.analysis.lifter.lift(handler.dead_letters)
    return NOTHING


def lookup(kind: type, name: str, after: type | None = None) -> Any:
    """What a class, or a base of it, holds under a name, as it stands there; ABSENT where none does."""
    line = kind.__mro__
    for one in line[line.index(after) + 1 :] if after in line else line:
        found = vars(one).get(mangled(one, name), ABSENT)
        if found is not ABSENT:
            return found
    return ABSENT


def _of_class(frame: Frame, item: Live, name: str) -> Value:
    found = lookup(item.object, name)
    if isinstance(found, classmethod):
        return _bound(inner(found), frozenset((item,)))
    return NOTHING if found is ABSENT else frame.analysis.lifter.lift(inner(found))


def _of_super(frame: Frame, item: Super, name: str, node: ast.AST) -> Value:
    found: list[Value] = []
    for one in item.instance:
        kind = _class_of(one)
        if kind is not None:
            at = lookup(kind, name, item.kind.object)
            found.append(_resolved(frame, at, frozenset((one,)), node))
    return union(found)


def _class_of(item: Item) -> type | None:
    if isinstance(item, Made):
        return item.kind.object  # type: ignore[no-any-return]
    if isinstance(item, Live):
        return item.object if isinstance(item.object, type) else type(item.object)
    return None


def _of_instance(frame: Frame, item: Live | Made, kind: type, name: str, node: ast.AST) -> Value:
    field = instances.field_of(frame, item, name)
    found = lookup(kind, name)
    if found is ABSENT:
        return field or _computed(frame, item, kind, name, node)
    if _is_foreign(frame, found):
        field |= instances.field_of(frame, item, ANY)
    return field | _resolved(frame, found, frozenset((item,)), node)


def _computed(frame: Frame, item: Live | Made, kind: type, name: str, node: ast.AST) -> Value:
    """An attribute that only `__getattr__` can give."""
    if name.startswith("__") or lookup(kind, "__getattr__") is ABSENT:
        return NOTHING
    method = _resolved(frame, lookup(kind, "__getattr__"), frozenset((item,)), node)
    return call.call(frame, method, NO_ARGUMENTS, node) | instances.field_of(frame, item, ANY)


def _resolved(frame: Frame, found: Any, instance: Value, node: ast.AST) -> Value:
    """What an instance's attribute is that its class holds as `found`."""
    if isinstance(found, FunctionType):
        return _bound(found, instance)
    if isinstance(found, property | functools.cached_property):
        getter = found.fget if isinstance(found, property) else found.func
        return call.call(frame, _bound(getter, instance), NO_ARGUMENTS, node)
    if isinstance(found, classmethod):
        kinds = [_class_of(item) for item in instance]
        return _bound(inner(found), frozenset(Live(kind) for kind in kinds if kind is not None))
    if isinstance(found, functools.partialmethod):
        return _bound(found.func, instance)
    if found is ABSENT:
        return NOTHING
    value = frame.analysis.lifter.lift(inner(found))
    return call.by_method(frame, value, ("__get__",), node)


def inner(found: Any) -> Any:
    """The function in a class method or static method; anything else as it is."""
    return found.__func__ if type(found) in (classmethod, staticmethod) else found


def _bound(function: Any, instance: Value) -> Value:
    return frozenset((Bound(Live(function), Arguments((instance,))),))


def _is_foreign(frame: Frame, found: Any) -> bool:
    """Whether code that we don't read decides what an attribute is, e.g. `value` of an enum's member."""
    if isinstance(found, property):
        getter = found.fget
        return not (isinstance(getter, FunctionType) and frame.analysis.territory.holds_function(getter))
    return hasattr(class_of(found), "__get__") and not isinstance(found, _READ)


def subscript(frame: Frame, base: Value, index: ast.expr) -> Value:
    """What `base[index]` may be: of a container that exists now, by its constant key where there is one."""
    return union([_element(frame, item, index) for item in base])


def _element(frame: Frame, item: Item, index: ast.expr) -> Value:
    if isinstance(item, Box) and item.live is not None and isinstance(index, ast.Constant):
        try:
            return frame.analysis.lifter.lift(item.live.object[index.value])
        except (LookupError, TypeError):  # filled later, or no mapping
            return item.items
    if isinstance(item, Made) or (isinstance(item, Live) and not isinstance(item.object, type)):
        value: Value = frozenset((item,))
        method = attribute(frame, value, "__getitem__", index)
        return call.call(frame, method, Arguments(rest=NOTHING), index) if method else value
    return elements(frozenset((item,)))
