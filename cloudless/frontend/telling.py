"""Which arguments tell the callers of a function apart.

A helper that sends to the queue it is given must be followed once for each queue: its callers get no
permission of each other's. Doing so for every argument that could lead anywhere is more than large programs
bear, so there are three ways, the next one tried where the one before finds too much:

    EVERYTHING           all items count
    Telling(relevant)    those that were seen to lead to a handle, by the third way
    NO_ONE               none; a function is followed once, with all that it is ever given

What does not tell callers apart is still followed, for all of them together: never less, possibly more.
"""

from __future__ import annotations

from collections.abc import Hashable

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
    Super,
    Value,
    Verb,
    depth,
)

MOST = 40
"""Sets of arguments that one function is followed with, before there are too many."""
DEEPEST = 4
"""Instances made of instances made of …: beyond this they are not told apart."""


class TooMany(Exception):
    """A function has more sets of arguments than can be followed."""


class Telling:
    """relevant: functions, classes, instances and nodes that count; None for all of them."""

    def __init__(self, relevant: frozenset[Hashable] | None, *, counts: bool = True) -> None:
        self._relevant = relevant
        self._counts = counts

    def part(self, given: dict[str, Value]) -> tuple[tuple[str, Value], ...]:
        """Of the values of parameters, what tells callers apart."""
        if not given:
            return ()
        told = [(name, self._told(value)) for name, value in given.items()]
        return tuple(sorted((pair for pair in told if pair[1]), key=lambda pair: pair[0]))

    def arguments(self, given: Arguments) -> Arguments:
        """Of the arguments that an instance is made with, what tells it from others."""
        told = Arguments(
            tuple(map(self._told, given.positional)),
            tuple((name, self._told(value)) for name, value in given.keywords),
            self._told(given.rest),
        )
        return told if told.all() else NO_ARGUMENTS

    def _told(self, value: Value) -> Value:
        if not value or not self._counts or depth(value) > DEEPEST:
            return NOTHING
        found = [item for item in value if self._tells(item)]
        return value if len(found) == len(value) else frozenset(found)

    def _tells(self, item: Item) -> bool:
        """Whether an item counts; a verb was granted where it was mentioned, and leads nowhere."""
        if self._relevant is None:
            return not isinstance(item, Verb)
        if isinstance(item, Live):
            return item in self._relevant
        if isinstance(item, Made):
            return item.kind in self._relevant or self._any(item.arguments.all())
        if isinstance(item, Closure):
            return item.node in self._relevant
        if isinstance(item, Bound):
            return self._tells(item.target) or self._any(item.arguments.all())
        if isinstance(item, Box | Access):
            return self._any(item.items)
        return not isinstance(item, Verb | Super)

    def _any(self, value: Value) -> bool:
        return any(map(self._tells, value))


EVERYTHING = Telling(None)
NO_ONE = Telling(None, counts=False)
