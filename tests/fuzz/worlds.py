"""Worlds: inputs, replies and events that fit a program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cloudless.conformance.orchestrations.world import Reply, Sent, World
from tests.fuzz.choices import Choices
from tests.fuzz.expressions import FLOATS, INTS, KEYS, STRINGS
from tests.fuzz.kinds import Kind
from tests.fuzz.program import Program
from tests.fuzz.vocabulary import BUILTIN_PROBLEMS, WITNESS, Function, Problem, Vocabulary

TAKES_S = (0, 1, 2, 5, 30)
"""Never a time-out of calls.py: which of two things that happen at once comes first is nobody's promise."""
MOMENTS_S = (0.3, 3.3, 12.3, 40.3, 4000.3)
PLATFORM = tuple(
    Problem(name, (name, "PlatformError", "Exception")) for name in ("Crashed", "ThrottledError", "UnavailableError")
)
FALSE: dict[str, Any] = {"int": 0, "float": 0.0, "bool": False, "str": "", "list": [], "dict": {}}
STRANGE = Problem("Strange", ("Strange", "RuntimeError", "Exception"))


class Worlds:
    """Makes worlds for the programs of a vocabulary."""

    def __init__(self, choices: Choices, vocabulary: Vocabulary) -> None:
        self.choices = choices
        self.vocabulary = vocabulary

    def world(self, program: Program) -> World:
        """A world for a program."""
        given = {name: self.value(kind) for name, kind in program.main.parameters}
        called = [one for one in program.vocabulary.functions if one.is_step and one != WITNESS]
        replies = {one.name: self.replies(one) for one in called if one.name in program.text}
        for noun in ("queue:outbox", "topic:placed"):
            replies[noun] = (Reply("an id"),)
        waits = program.main.waits
        events = [self._event(waits) for _ in self.choices.many(1, 7)] if waits else ()
        return World(given, replies, tuple(events), spread=True)

    def replies(self, function: Function) -> tuple[Reply, ...]:
        """Some replies of a function; most of them good."""
        return tuple(self._reply(function) for _ in self.choices.many(1, 4))

    def _reply(self, function: Function) -> Reply:
        takes_s = self.choices.pick(TAKES_S) if self.choices.chance(40) else 0
        if self.choices.chance(22):
            return Reply(None, self.error(self.problem()), takes_s)
        return Reply(self.value(function.result), None, takes_s)

    def problem(self) -> Problem:
        how = self.choices.below(10)
        if how == 9:
            return self.choices.pick(PLATFORM)
        if how == 8:
            return self.choices.pick((*BUILTIN_PROBLEMS, STRANGE))
        return self.choices.pick(self.vocabulary.problems)

    def error(self, problem: Problem) -> dict[str, Any]:
        """An error of a class, as a function's adapter answers."""
        data = {name: self.value(kind) for name, kind in problem.fields}
        return {"type": problem.name, "mro": list(problem.mro), "message": self.choices.pick(STRINGS), "data": data}

    def _event(self, waits: frozenset[str]) -> Sent:
        event = self.choices.pick([one for one in self.vocabulary.events if one.name in waits])
        id = self.choices.pick(("", "", "once"))
        return Sent(self.choices.pick(MOMENTS_S) + self.choices.below(8), event.name, self.value(event.body), id)

    def value(self, kind: Kind) -> Any:
        """A JSON value of a kind."""
        return _VALUES[kind.name](self, kind)

    def several(self, kind: Kind) -> list[Any]:
        return [self.value(kind) for _ in self.choices.many(1 if self.choices.chance(70) else 0, 3)]


def _member(self: Worlds, kind: Kind) -> Any:
    return self.choices.pick(self.vocabulary.members[kind.title])[1]


def _opaque(self: Worlds, kind: Kind) -> str:
    texts: dict[str, Sequence[str]] = {
        "datetime": ("2026-01-01T00:00:00.000000Z", "2030-06-01T12:30:00.500000Z"),
        "UUID": ("00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"),
    }
    return self.choices.pick(texts[kind.title])


def _optional(self: Worlds, kind: Kind) -> Any:
    """None, or what could be taken for it, or anything."""
    how = self.choices.below(3)
    return None if how == 0 else FALSE.get(kind.inner.name) if how == 1 else self.value(kind.inner)


_VALUES: dict[str, Callable[[Worlds, Kind], Any]] = {
    "None": lambda self, kind: None,
    "int": lambda self, kind: self.choices.pick(INTS),
    "float": lambda self, kind: self.choices.pick(FLOATS) + 0.0,
    "bool": lambda self, kind: self.choices.pick((False, True)),
    "str": lambda self, kind: self.choices.pick(STRINGS),
    "enum": _member,
    "opaque": _opaque,
    "record": lambda self, kind: {name: self.value(of) for name, of in self.vocabulary.fields[kind.title]},
    "optional": _optional,
    "list": lambda self, kind: self.several(kind.inner),
    "dict": lambda self, kind: {self.choices.pick(KEYS): one for one in self.several(kind.inner)},
}
