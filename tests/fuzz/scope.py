"""Scope: the variables that are in sight, what may be done with each, and what may be called."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from tests.fuzz.kinds import NONE, Kind
from tests.fuzz.vocabulary import Function, Vocabulary

WORDS = {
    "int": ("count", "n", "states", "total"), "float": ("rate", "x", "default"), "bool": ("ok", "flag", "done"),
    "str": ("text", "s", "error", "name"), "list": ("items", "xs", "map", "rows"), "dict": ("by_key", "d", "params"),
    "record": ("one", "record", "args"), "optional": ("maybe", "found", "result"), "enum": ("colour", "kind", "e_"),
    "opaque": ("stamp", "mark", "id_"), "error": ("e", "problem", "exc"),
}  # fmt: skip


class Variable:
    """One variable. owned: nothing else refers to its value, so it may be changed in place. frozen: not assignable."""

    __slots__ = ("frozen", "kind", "name", "owned")

    def __init__(self, name: str, kind: Kind, *, owned: bool = False, frozen: bool = False) -> None:
        self.name = name
        self.kind = kind
        self.owned = owned
        self.frozen = frozen


class Scope:
    """Variables in order of declaration; those of a block end with it."""

    def __init__(self, functions: Sequence[Function]) -> None:
        self.functions = functions
        self._variables: list[Variable] = []
        self._serial = 0

    @contextmanager
    def block(self) -> Generator[None]:
        """What is declared within ends with it."""
        kept = len(self._variables)
        yield
        del self._variables[kept:]

    def add(self, kind: Kind, *, owned: bool = False, frozen: bool = False, unique: bool = False) -> Variable:
        """A new variable. Names are used again where their first variable has ended, unless `unique`."""
        variable = Variable(self.fresh_name(kind, unique=unique), kind, owned=owned, frozen=frozen)
        self._variables.append(variable)
        return variable

    def add_item(self, kind: Kind) -> Variable:
        """The variable of a loop: its name is that of no other variable, and free again when the loop has ended."""
        taken = {one.name for one in self._variables}
        numbers = (f"each_{kind.name}{serial or ''}" for serial in range(len(taken) + 1))
        variable = Variable(next(name for name in numbers if name not in taken), kind, frozen=True)
        self._variables.append(variable)
        return variable

    def put(self, variable: Variable) -> None:
        """Another view of a variable, which hides the one before, until the block ends."""
        self._variables.append(variable)

    def hide(self, variable: Variable) -> None:
        """Let nobody use a variable any more, whose kind depends on the way that was taken."""
        for one in self._variables:
            if one.name == variable.name:
                one.kind, one.frozen = NONE, True

    def fresh_name(self, kind: Kind, *, unique: bool = False) -> str:
        taken = {one.name for one in self._variables}
        if unique or kind.name in {"list", "dict", "optional", "record", "enum", "opaque", "error"}:
            self._serial += 1
            return f"{WORDS[kind.name][self._serial % len(WORDS[kind.name])]}{self._serial}"
        for serial in range(len(taken) + 1):
            for word in WORDS[kind.name]:
                name = f"{word}{serial or ''}"
                if name not in taken:
                    return name
        raise AssertionError("more names than variables")

    def all(self) -> list[Variable]:
        """Every variable in sight, each as it is seen now."""
        return list({one.name: one for one in self._variables}.values())

    def exactly(self, kind: Kind) -> list[Variable]:
        return [one for one in self.all() if one.kind == kind]

    def readable(self, kind: Kind) -> list[Variable]:
        """Variables that can stand for a value of a kind, without anything else then referring to what is owned."""
        return [one for one in self.all() if one.kind == kind and not one.owned]

    def assignable(self) -> list[Variable]:
        return [one for one in self.all() if not one.frozen and one.kind.name != "error"]

    def kinds(self) -> list[Kind]:
        """Kinds of variables, each once."""
        return list(dict.fromkeys(one.kind for one in self.all() if one.kind.name not in {"error", "None"}))

    def fields_of(self, kind: Kind, vocabulary: Vocabulary) -> list[tuple[Variable, str]]:
        """(variable, field) of that kind."""
        problems = {one.name: one.fields for one in vocabulary.problems}
        tables = {"record": vocabulary.fields, "error": problems}
        return [
            (one, field)
            for one in self.all()
            if one.kind.name in tables
            for field, of in tables[one.kind.name].get(one.kind.title, ())
            if of == kind and not one.owned
        ]

    def callees(self, kind: Kind) -> list[Function]:
        """What gives a value of a kind."""
        return [one for one in self.functions if one.result == kind]
