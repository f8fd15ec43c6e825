"""Which variables may hold parts of one another: a list, dict or record with two names may not be changed in place.

Values are copies on every engine, and shared references in CPython. Both agree as long as nothing that has two names
is changed. WHOLE and PARTS say what of a variable, and what of a value, may be one object.
"""

from __future__ import annotations

import ast
from bisect import bisect
from collections.abc import Callable, Iterator
from typing import Any

from cloudless.ir.expression import Choose, Concat, Dict, Expression, Field, Index, Key, List, Map, Merge, Record, Var

WHOLE = 0
PARTS = 1
Root = tuple[str, int, int]
"""A variable; WHOLE or PARTS of it; whether that may be the WHOLE of the value, or PARTS of it."""
Roots = list[Root]
Known = Callable[[str], "Roots | None"]
"""What a variable of the compiler's was made of; None for one of the program's."""


class Event:
    """Something that happens to a variable. order: of the events. blocks, loops: that it is in, outermost first."""

    __slots__ = ("blocks", "loops", "order")

    def __init__(self, order: int, blocks: tuple[int, ...], loops: tuple[int, ...]) -> None:
        self.order = order
        self.blocks = blocks
        self.loops = loops


class Share(Event):
    """WHOLE or PARTS of a variable get another name, at a line."""

    __slots__ = ("extent", "line", "other")
    extent: int
    other: str
    line: int


class Fresh(Event):
    """A variable gets a value of its own; only the WHOLE of it where is_partial."""

    __slots__ = ("is_partial",)
    is_partial: bool


class Change(Event):
    """A variable (depth 0), or a part of it, is changed in place."""

    __slots__ = ("depth", "node", "variable")
    variable: str
    depth: int
    node: ast.AST


class Sharing:
    """Who shares what with whom, what is changed in place, and who gets a value of its own; compared at the end.

    A change is seen under another name if that was given before, and the variable did not get a value of its own in
    between; in a loop, what is given after the change is given before that of the next round.
    """

    def __init__(self) -> None:
        self._order = 0
        self._blocks: list[int] = []
        self._loops: list[int] = []
        self._shares: dict[str, list[Share]] = {}
        self._fresh: dict[str, list[Fresh]] = {}
        self._changes: list[Change] = []
        self._interruptions: list[int] = []

    def enter(self, *, is_loop: bool = False) -> None:
        """A block begins."""
        self._order += 1
        (self._loops if is_loop else self._blocks).append(self._order)

    def leave(self, *, is_loop: bool = False) -> None:
        """A block ends."""
        (self._loops if is_loop else self._blocks).pop()

    def share(self, variable: str, extent: int, other: str, line: int) -> None:
        """WHOLE or PARTS of a variable have another name from here on."""
        made = Share(*self._now())
        made.extent, made.other, made.line = extent, other, line
        self._shares.setdefault(variable, []).append(made)

    def assign(self, target: str, roots: Roots, line: int) -> None:
        """A variable gets a value that has these roots; it is its own where there are none."""
        own = [inside for variable, _, inside in roots if variable == target]
        if WHOLE not in own:
            made = Fresh(*self._now())
            made.is_partial = bool(own)
            self._fresh.setdefault(target, []).append(made)
        self.store(target, roots, line)

    def interrupt(self) -> None:
        """Something happens that may not come back: what follows in the block may never run."""
        self._order += 1
        self._interruptions.append(self._order)

    def store(self, target: str, roots: Roots, line: int) -> None:
        """A part of a variable gets a value that has these roots."""
        for variable, extent, inside in roots:
            if variable != target:
                self.share(variable, extent, target, line)
                self.share(target, inside, variable, line)

    def change(self, variable: str, depth: int, node: ast.AST) -> None:
        """A variable (depth 0), or a part of it, is changed in place."""
        made = Change(*self._now())
        made.variable, made.depth, made.node = variable, depth, node
        self._changes.append(made)

    def conflicts(self) -> Iterator[tuple[str, ast.AST, str, int]]:
        """(variable, node of the change, the other name, its line) of each change that another name would see."""
        for change in self._changes:
            for share in self._shares.get(change.variable, ()):
                if (share.extent == WHOLE or change.depth) and self._meets(share, change):
                    yield change.variable, change.node, share.other, share.line
                    break

    def _meets(self, share: Share, change: Change) -> bool:
        """Whether a change may come after a share, with no value of its own in between."""
        start = share.order
        if share.order > change.order:
            common = [loop for loop in change.loops if loop in share.loops]
            if not common:
                return False
            start = common[-1]
        return not any(
            (start < one.order < change.order and one.blocks == change.blocks[: len(one.blocks)])
            or self._follows(one, share, change)
            for one in self._fresh.get(change.variable, ())
            if not (one.is_partial and change.depth)
        )

    def _follows(self, one: Fresh, share: Share, change: Change) -> bool:
        """Whether the variable gets a value of its own right after it was shared, whatever happens."""
        if one.blocks != share.blocks or one.order < share.order or share.order < change.order < one.order:
            return False
        return bisect(self._interruptions, share.order) == bisect(self._interruptions, one.order)

    def _now(self) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
        self._order += 1
        return self._order, tuple(self._blocks), tuple(self._loops)


def roots_of(value: Expression, known: Known) -> Roots:
    """What a value may be, or be made of."""
    visit = _VISITS.get(type(value))
    return visit(value, known) if visit else []


def _var(value: Var, known: Known) -> Roots:
    made_of = known(value.name)
    return [(value.name, WHOLE, WHOLE)] if made_of is None else made_of


def _part(value: Field | Index | Key, known: Known) -> Roots:
    return [(name, PARTS if inside == WHOLE else extent, WHOLE) for name, extent, inside in roots_of(value.of, known)]


def _record(value: Record, known: Known) -> Roots:
    return _within([entry.value for entry in value.fields], known)


def _list(value: List, known: Known) -> Roots:
    return _within(value.items, known)


def _dict(value: Dict, known: Known) -> Roots:
    return _within([pair.value for pair in value.items], known)


def _within(parts: Any, known: Known) -> Roots:
    return [(name, extent, PARTS) for part in parts for name, extent, _ in roots_of(part, known)]


def _both(value: Merge | Concat, known: Known) -> Roots:
    roots = roots_of(value.left, known) + roots_of(value.right, known)
    return [(name, PARTS if inside == WHOLE else extent, PARTS) for name, extent, inside in roots]


def _choose(value: Choose, known: Known) -> Roots:
    return roots_of(value.then, known) + roots_of(value.otherwise, known)


def _map(value: Map, known: Known) -> Roots:
    source = [
        (name, PARTS if inside == WHOLE else extent, WHOLE) for name, extent, inside in roots_of(value.source, known)
    ]

    def inner(name: str) -> Roots | None:
        return source if name == value.item else known(name)

    return [(name, extent, PARTS) for name, extent, _ in roots_of(value.element, inner)]


_VISITS: dict[type, Callable[[Any, Known], Roots]] = {
    Var: _var, Field: _part, Index: _part, Key: _part, Record: _record, List: _list, Dict: _dict, Merge: _both,
    Concat: _both, Choose: _choose, Map: _map,
}  # fmt: skip
