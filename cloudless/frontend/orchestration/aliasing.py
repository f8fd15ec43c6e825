"""Which variables may hold parts of one another: a list, dict or record with two names may not be changed in place.

Values are copies on every engine, and shared references in CPython. Both agree as long as nothing that has two names
is changed. WHOLE and PARTS say what of a variable, and what of a value, may be one object.
"""

from __future__ import annotations

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


class Sharing:
    """Who shares what with whom, and what is changed in place; compared when all is known."""

    def __init__(self) -> None:
        self._shared: dict[tuple[str, int], tuple[str, int]] = {}
        self.changes: list[tuple[str, int, Any]] = []

    def share(self, variable: str, extent: int, other: str, line: int) -> None:
        """WHOLE or PARTS of a variable have another name since a line; what is told is the first such."""
        self._shared.setdefault((variable, extent), (other, line))

    def assign(self, target: str, roots: Roots, line: int) -> None:
        """A variable gets a value that has other roots."""
        for variable, extent, inside in roots:
            if variable != target:
                self.share(variable, extent, target, line)
                self.share(target, inside, variable, line)

    def change(self, variable: str, depth: int, node: Any) -> None:
        """A variable (depth 0), or a part of it, is changed in place."""
        self.changes.append((variable, depth, node))

    def conflicts(self) -> Iterator[tuple[str, Any, str, int]]:
        """(variable, node of the change, the other name, its line) of each change that another name would see."""
        for variable, depth, node in self.changes:
            found = self._shared.get((variable, WHOLE)) or (self._shared.get((variable, PARTS)) if depth else None)
            if found:
                yield variable, node, *found


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
