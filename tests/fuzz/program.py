"""Programs: a vocabulary, some orchestrations that call one another, and the source of the whole module."""

from __future__ import annotations

from functools import cached_property

from tests.fuzz.choices import Choices
from tests.fuzz.hir import Orchestration, kinds_of
from tests.fuzz.kinds import BOOL, INT, NONE, TEXT, Kind
from tests.fuzz.scope import Scope
from tests.fuzz.statements import Statements
from tests.fuzz.vocabulary import VOCABULARIES, Function, Inventor, Vocabulary, vocabulary

MAIN = "main"


class Program:
    """A generated module. orchestrations: callees first, MAIN last. functions: what each is called with."""

    def __init__(
        self, words: Vocabulary, orchestrations: tuple[Orchestration, ...], functions: tuple[Function, ...]
    ) -> None:
        self.vocabulary = words
        self.orchestrations = orchestrations
        self.functions = functions

    @cached_property
    def text(self) -> str:
        """The source of the orchestrations alone."""
        return "\n\n\n".join(one.source() for one in self.orchestrations) + "\n"

    @cached_property
    def native(self) -> str:
        """The same for the native runtime."""
        return "\n\n\n".join(one.source(native=True) for one in self.orchestrations) + "\n"

    @property
    def source(self) -> str:
        """The source of the module."""
        return f"{self.vocabulary.source}\n\n{self.text}"

    @property
    def main(self) -> Function:
        """How the program is called."""
        return self.functions[-1]

    def kinds(self) -> set[str]:
        """Kinds of all nodes."""
        return {kind for one in self.orchestrations for kind in kinds_of(one.body)}


def program(choices: Choices) -> Program:
    """A program made by these choices."""
    number = choices.below(VOCABULARIES)
    words = vocabulary(number)
    inventor = Inventor(number, choices)
    inventor.members, inventor.fields = words.members, words.fields
    known: list[Function] = list(words.functions)
    made: list[Orchestration] = []
    for serial in choices.many(0, 2):
        orchestration, function = _orchestration(f"part{serial}", choices, words, known, inventor)
        made.append(orchestration)
        known += [function] * 3
    orchestration, main = _orchestration(MAIN, choices, words, known, inventor)
    called = tuple(one for one in dict.fromkeys(known) if any(one.name == each.name for each in made))
    return Program(words, (*made, orchestration), (*called, main))


def _orchestration(
    name: str, choices: Choices, words: Vocabulary, known: list[Function], inventor: Inventor
) -> tuple[Orchestration, Function]:
    result = _kind(choices, inventor, (INT, TEXT, BOOL, NONE))
    scope = Scope(known)
    given: list[tuple[str, Kind]] = []
    for _ in choices.many(0, 3):
        kind = _kind(choices, inventor, (INT, TEXT))
        given.append((scope.add(kind).name, kind))
    maker = Statements(choices, words, scope, result, 26 if name == MAIN else 12)
    body = maker.body()
    function = Function(name, tuple(given), result, frozenset(maker.waits), is_step=False)
    return Orchestration(name, tuple(given), result, body), function


def _kind(choices: Choices, inventor: Inventor, simple: tuple[Kind, ...]) -> Kind:
    return choices.pick(simple) if choices.chance(50) else inventor.kind()


def of(seed: int | str) -> Program:
    """The program of a seed."""
    return program(Choices(seed))
