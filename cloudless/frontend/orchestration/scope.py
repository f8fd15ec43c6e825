"""The variables of one orchestration: a name of the program may stand for several, one after another."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cloudless import ir
from cloudless.frontend.orchestration.aliasing import Roots
from cloudless.frontend.orchestration.draft import Draft
from cloudless.frontend.orchestration.kinds import has_unknown, settled
from cloudless.ir.type import Type

ORDINARY = "variable"
LOOP = "loop variable"
CAUGHT = "caught error"
SAGA = "saga"


class Variable:
    """name: in the IR. source: in the program, "" for one of the compiler's. ended: by what, "" while it can be read.

    hole: the assignment of an empty list or dict whose items are not known yet. roots: of a variable of the
    compiler's, what its value may be a part of.
    """

    __slots__ = ("bit", "ended", "hole", "line", "name", "role", "roots", "source", "type")

    def __init__(  # noqa: PLR0917  (all that is known of it)
        self, name: str, source: str, kind: Type, bit: int, line: int, role: str = ORDINARY
    ) -> None:
        self.name = name
        self.source = source
        self.type = kind
        self.bit = bit
        self.line = line
        self.role = role
        self.ended = ""
        self.hole: Draft | None = None
        self.roots: Roots = []


class Scope:
    """reserved: names that the program uses, so that variables of the compiler's have others."""

    def __init__(self, reserved: Iterable[str]) -> None:
        self._reserved = frozenset(reserved)
        self._names: dict[str, Variable] = {}
        self._all: dict[str, Variable] = {}
        self._serials: dict[str, int] = {}
        self._bits = 0

    def find(self, source: str) -> Variable | None:
        """The variable that a name stands for, or stood for last."""
        return self._names.get(source)

    def of(self, name: str) -> Variable | None:
        """The variable of a name in the IR."""
        return self._all.get(name)

    def declare(self, source: str, kind: Type, line: int, role: str = ORDINARY) -> Variable:
        """A new variable under a name of the program."""
        variable = self._new(self._free(source), source, kind, line, role)
        self._names[source] = variable
        return variable

    def temporary(self, hint: str, kind: Type, line: int) -> Variable:
        """A new variable of the compiler's."""
        hint = re.sub(r"\W", "_", hint)
        serial = self._serials.get(hint, 0)
        name = ""
        while not name or name in self._reserved or name in self._all:
            serial += 1
            name = f"{hint}_{serial}"
        self._serials[hint] = serial
        return self._new(name, "", kind, line, ORDINARY)

    def drop(self, name: str) -> None:
        """Forget a variable of the compiler's that nothing uses any more."""
        self._all.pop(name, None)

    def shadow(self, source: str, variable: Variable | None) -> None:
        """Give a name back to the variable that it stood for before, or to none."""
        if variable is None:
            self._names.pop(source, None)
        else:
            self._names[source] = variable

    def uncover(self, source: str, hidden: Variable | None) -> None:
        """A block has ended whose name hid a variable, which was reported: the name is that variable again."""
        if hidden is not None and not hidden.ended:
            self._names[source] = hidden

    def variables(self) -> tuple[ir.Variable, ...]:
        """All of them, in order."""
        return tuple(ir.Variable(one.name, settled(one.type), one.source) for one in self._all.values())

    def holes(self) -> list[Variable]:
        """Variables of the program's whose type was never completed."""
        kept = [one for one in self._all.values() if one.source and one.role == ORDINARY]
        return [one for one in kept if one.hole is not None or has_unknown(one.type)]

    def _free(self, source: str) -> str:
        serial, name = self._serials.get(source, 1), source
        while name in self._all:
            serial += 1
            name = f"{source}_{serial}"
        self._serials[source] = serial
        return name

    def _new(self, name: str, source: str, kind: Type, line: int, role: str) -> Variable:
        variable = Variable(name, source, kind, 1 << self._bits, line, role)
        self._bits += 1
        self._all[name] = variable
        return variable
