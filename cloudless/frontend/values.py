"""What an expression may be, as far as permissions care: sets of items. Plain data; nothing is followed here.

A value is the set of everything interesting that an expression may evaluate to, over all paths and all
callers with the same arguments. What cannot lead to a handle (numbers, text, results of libraries) is not
in it; the empty set is such a value.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from cloudless.frontend.handles import Handle, Run
from cloudless.node import field, node


class Live:
    """An object that exists now, at module level or reached from there; the same object, the same item."""

    __slots__ = ("object",)

    def __init__(self, value: Any) -> None:
        self.object = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Live) and other.object is self.object

    def __hash__(self) -> int:
        return id(self.object)


@node()
class Verb:
    """A bound method of a handle, granted where it is mentioned; it may then go anywhere. verb: "" for nothing."""

    handle: Handle
    verb: str


@node()
class Bound:
    """A user's method with its `self`, or a function with its first arguments (functools.partial)."""

    target: Item
    arguments: Arguments


@node()
class Closure:
    """A nested function or lambda. frame: the one that it was made in; defaults: by parameter."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    frame: Any = field(hash=False)
    defaults: tuple[tuple[str, Value], ...] = ()


@node()
class Made:
    """An instance of a user's class that the followed code makes; equal arguments, equal instances."""

    kind: Live
    arguments: Arguments


@node()
class Box:
    """A container, of which only the contents count. live: the container itself, where it exists now."""

    items: Value
    live: Live | None = None


@node()
class Access:
    """A method of a container, e.g. `QUEUES.get`: its result may be anything in it."""

    items: Value


@node()
class Super:
    """`super()`: attributes of `instance` from the classes after `kind`."""

    kind: Live
    instance: Value


Item = Handle | Run | Verb | Live | Bound | Closure | Made | Box | Access | Super
Value = frozenset[Item]
NOTHING: Value = frozenset()
ANY = object()
"""In place of the name of an instance's attribute: all of them."""


@node()
class Arguments:
    """Of a call. rest: what `*` and `**` give, or what may become any parameter."""

    positional: tuple[Value, ...] = ()
    keywords: tuple[tuple[str, Value], ...] = ()
    rest: Value = NOTHING

    def all(self) -> Value:
        """Everything that is passed."""
        return union([*self.positional, *(value for _, value in self.keywords), self.rest])

    def after(self, first: Arguments) -> Arguments:
        """These arguments behind others that were given before."""
        return Arguments(first.positional + self.positional, first.keywords + self.keywords, first.rest | self.rest)


NO_ARGUMENTS = Arguments()


def union(values: Iterable[Value]) -> Value:
    """Everything that is in any of the values."""
    found = [value for value in values if value]
    if len(found) < 2:
        return found[0] if found else NOTHING
    return _merged(NOTHING.union(*found))


def _merged(value: Value) -> Value:
    """The same with one container for all that the followed code makes: they would only grow in number."""
    boxes = [item for item in value if isinstance(item, Box) and item.live is None]
    ways = [item for item in value if isinstance(item, Access)]
    for several in (boxes, ways):
        if len(several) > 1:
            one = type(several[0])(NOTHING.union(*(item.items for item in several)))
            value = value.difference(several) | {one}
    return value


def elements(value: Value) -> Value:
    """What iterating over a value, or subscribing it, may give; what is no container stands for itself."""
    if not any(isinstance(item, Box | Access) for item in value):
        return value
    return union(item.items if isinstance(item, Box | Access) else frozenset((item,)) for item in value)


def boxed(*values: Value) -> Value:
    """One container of everything in the values; contents of containers in it lie in it, too."""
    return frozenset((Box(elements(union(values))),))


def handles(value: Value) -> set[Handle]:
    """Bare handles in a value, those in containers and among bound arguments included."""
    found: set[Handle] = set()
    for item in value:
        if isinstance(item, Handle):
            found.add(item)
        elif isinstance(item, Box | Access):
            found |= handles(item.items)
        elif isinstance(item, Bound):
            found |= handles(item.arguments.all())
    return found


def runs(value: Value) -> set[Run]:
    """Executions in a value, those in containers included."""
    found = {item for item in value if isinstance(item, Run)}
    return found.union(*(runs(item.items) for item in value if isinstance(item, Box | Access)))


def depth(value: Value) -> int:
    """How far instances and closures in a value are made of others."""
    return max(map(_depth, value), default=0)


def _depth(item: Item) -> int:
    if isinstance(item, Made | Bound):
        return 1 + depth(item.arguments.all())
    if isinstance(item, Box | Access):
        return depth(item.items)
    return 1 + int(item.frame.depth) if isinstance(item, Closure) else 0
