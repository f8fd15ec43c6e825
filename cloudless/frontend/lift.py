"""Objects that exist now → values: what an object at module level may lead to."""

from __future__ import annotations

import functools
import types
from collections import ChainMap, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from cloudless.frontend.handles import handle_of
from cloudless.frontend.territory import Territory
from cloudless.frontend.values import NO_ARGUMENTS, NOTHING, Arguments, Bound, Box, Item, Live, Made, Value, Verb, union
from cloudless.handler import Handler
from cloudless.pure import Pure

ATOMS = frozenset({str, bytes, int, float, bool, complex, types.NoneType, types.EllipsisType, range, slice})
_DATA = frozenset({"datetime", "decimal", "uuid"})
CONTAINERS = (list, tuple, set, frozenset, deque, dict, types.MappingProxyType, ChainMap)
_CALLABLE = (types.FunctionType, types.BuiltinFunctionType, types.ModuleType, type, Handler)


class Lifter:
    """Objects as values; each object is looked at once a compilation. note: is told of each."""

    def __init__(self, territory: Territory, note: Callable[[Any], None]) -> None:
        self.territory = territory
        self._note = note
        self._known: dict[int, tuple[Any, Value]] = {}

    def lift(self, value: Any) -> Value:
        """What an object may lead to; NOTHING for plain data."""
        if type(value) in ATOMS:
            return NOTHING
        known = self._known.get(id(value))
        if known is None:
            self._note(value)
            self._known[id(value)] = (value, NOTHING)  # of a container that holds itself
            known = self._known[id(value)] = (value, self._lifted(value))
        return known[1]

    def _lifted(self, value: Any) -> Value:
        if isinstance(value, Pure):
            return self.lift(value.function)
        handle = handle_of(value) if not isinstance(value, Handler) else None
        if handle is not None:
            return frozenset((handle,))
        if isinstance(value, types.MethodType):
            return self._method(value)
        if class_of(value) is functools.partial:
            return self._partial(cast("functools.partial[Any]", value))
        if isinstance(value, _CALLABLE):
            return frozenset((Live(value),))
        if isinstance(value, CONTAINERS):
            return self._container(value)
        return self._instance(value)

    def _method(self, method: types.MethodType) -> Value:
        handle = handle_of(method.__self__)
        if handle is not None:
            verb = handle.verb(method.__name__)
            return frozenset((Verb(handle, verb),)) if verb else NOTHING
        if not isinstance(method.__func__, types.FunctionType):
            return self.lift(method.__func__)
        given = Arguments((self.lift(method.__self__),))
        return frozenset((Bound(Live(method.__func__), given),))

    def _partial(self, partial: functools.partial[Any]) -> Value:
        keywords = tuple((name, self.lift(value)) for name, value in partial.keywords.items())
        given = Arguments(tuple(map(self.lift, partial.args)), keywords)
        return frozenset(Bound(item, given) for item in self.lift(partial.func))

    def _container(self, value: Any) -> Value:
        box: Item = Box(self._contents(value), Live(value))
        mine = self.territory.holds_module(type(value).__module__)
        return frozenset((box, Live(value))) if mine else frozenset((box,))

    def _contents(self, value: Any) -> Value:
        parts: Iterable[Any] = [*value.keys(), *value.values()] if isinstance(value, Mapping) else value
        found = [self.lift(part) for part in parts if type(part) not in ATOMS]
        return union(item.items if isinstance(item, Box) else frozenset((item,)) for one in found for item in one)

    def _instance(self, value: Any) -> Value:
        """An instance; all those of a user's class that hold nothing but plain data are one."""
        kind = class_of(value)
        if self.territory.holds_module(kind.__module__) and all(map(_is_plain, held(value).values())):
            return frozenset((Made(Live(kind), NO_ARGUMENTS),))
        return frozenset((Live(value),))

    def attributes(self, value: Any) -> dict[str, Value]:
        """Values of an instance's own attributes, those in slots included."""
        return {name: self.lift(part) for name, part in held(value).items()}


def held(value: Any) -> dict[str, Any]:
    """An instance's own attributes, those in slots included."""
    found = dict(own(value))
    for kind in type(value).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            found[name] = _slot(value, mangled(kind, name))
        prefix = mangled(kind, "__")
        found |= {name.removeprefix(prefix[:-2]): part for name, part in found.items() if name.startswith(prefix)}
    return found


def class_of(value: Any) -> type:
    """The class of an object."""
    return type(cast("object", value))


def own(value: Any) -> dict[str, Any]:
    """An object's `__dict__`, read without running code of its class; empty where it has none."""
    try:
        found: Any = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return found if class_of(found) is dict else {}


def _slot(value: Any, name: str) -> Any:
    try:
        return object.__getattribute__(value, name)
    except AttributeError:  # not set yet
        return None


def mangled(kind: type, name: str) -> str:
    """The name under which a class keeps an attribute that its code writes as `name`."""
    is_private = (name.startswith("__") and not name.endswith("__")) or name == "__"
    return f"_{kind.__name__.lstrip('_')}{name}" if is_private else name


def _is_plain(value: Any) -> bool:
    return type(value) in ATOMS or type(value).__module__ in _DATA
