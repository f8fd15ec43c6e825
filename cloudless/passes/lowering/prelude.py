"""The statements before another one, and the variables and labels in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cloudless.ir.expression import Expression, Map
from cloudless.ir.orchestration import Orchestration, Variable
from cloudless.ir.span import Span
from cloudless.ir.statement import Let, Statement
from cloudless.ir.type import Type
from cloudless.node import replace
from cloudless.passes.expression_types import Types
from cloudless.passes.tree import nodes, operands, statements


class Prelude:
    """Statements that are added, in order. path: the beginning of their ids. span: of the statement they come from."""

    __slots__ = ("made", "path", "span")

    def __init__(self, path: str, span: Span) -> None:
        self.path = path
        self.span = span
        self.made: list[Statement] = []

    def add(self, kind: type[Any], of: Let | None = None, **fields: Any) -> None:
        """Add a statement. of: the one in whose place it is, whose id it takes over."""
        self.made.append(kind(**fields, id=self._id(of), note=of.note if of else "", span=self.span))

    def let(self, target: str, value: Expression, of: Let | None = None) -> None:
        """Add target = value."""
        if of is None:
            self.add(Let, target=target, value=value)
        else:
            self.made.append(of if value is of.value else replace(of, value=value))

    def inner(self, arm: str, of: Let | None = None) -> Prelude:
        """The block of the statement that is added next."""
        return Prelude(f"{self._id(of)}.{arm}.", self.span)

    def block(self) -> tuple[Statement, ...]:
        """All of them."""
        return tuple(self.made)

    def _id(self, of: Let | None) -> str:
        return of.id if of else f"{self.path}{len(self.made)}"


class Names:
    """Variables and labels that an orchestration does not have yet."""

    def __init__(self, orchestration: Orchestration, types: Types) -> None:
        self._types = types
        self._used = set(_names(orchestration))
        self._declared = {one.name for one in orchestration.variables} | {one.name for one in orchestration.parameters}
        self._added: dict[str, Variable | None] = {}
        self._items: dict[str, None] = {}

    def added(self) -> tuple[Variable, ...]:
        """The new variables, in order."""
        return tuple([one for one in self._added.values() if one is not None])

    def fresh(self, hint: str, kind: Type, source: str = "") -> str:
        """A new variable. source: its name in the program, "" for one of the compiler's."""
        name = self._free(hint)
        self._added[name] = Variable(name, kind, source)
        self._types.declare(name, kind)
        return name

    def label(self) -> str:
        """A new label of a loop."""
        name = self._free("loop")
        self._added[name] = None
        return name

    def is_fresh(self, name: str) -> bool:
        """Whether a variable was added here, so that nothing else reads or writes it."""
        return name in self._added

    def takes(self, item: str, kind: Type) -> bool:
        """Make the item of a comprehension that of a loop; False where another of that name became one before."""
        if item in self._items:
            return False
        self._items[item] = None
        if item not in self._declared:
            self._added[item] = Variable(item, kind, item)
        self._types.declare(item, kind)
        return True

    def mark(self) -> tuple[int, int]:
        """This state, for `reset`."""
        return len(self._added), len(self._items)

    def reset(self, mark: tuple[int, int]) -> None:
        """Forget what was added after a mark."""
        added, items = mark
        for name in list(self._added)[added:]:
            del self._added[name]
        for name in list(self._items)[items:]:
            del self._items[name]

    def _free(self, hint: str) -> str:
        serial = 1
        while (name := f"{hint}_{serial}") in self._used or name in self._added:
            serial += 1
        return name


def _names(orchestration: Orchestration) -> Iterable[str]:
    """Names of variables and labels, declared or not."""
    yield from [one.name for one in orchestration.parameters]
    yield from [one.name for one in orchestration.variables]
    for statement in statements(orchestration.body):
        for name in ("target", "item", "label"):
            yield getattr(statement, name, "")
        yield from getattr(statement, "targets", ())
        for part in operands(statement):
            yield from (one.item for one in nodes(part) if type(one) is Map)
