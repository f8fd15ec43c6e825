"""Vocabulary: what a generated program declares besides its orchestrations, and may use in them.

There are few vocabularies (`VOCABULARIES`), each used by many programs: pydantic's classes are slow to make.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from tests.fuzz.choices import Choices, Repeated
from tests.fuzz.kinds import BOOL, FLOAT, INT, NONE, TEXT, TIME, UUID, Kind, dict_of, enum, list_of, optional, record

VOCABULARIES = 40

HEAD = '''\
"""A generated program."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from uuid import UUID

from pydantic import BaseModel
from typing_extensions import TypedDict

from cloudless import App, CompensationFailed, Retry, fan_out, gather, now, saga, sleep, uuid4
from cloudless.conformance.orchestrations import play

app = App("fuzz")
'''

PURES = """
@app.pure
def ordered(numbers: list[int]) -> list[int]:
    return sorted(numbers)


@app.pure
def names(of: dict[str, int]) -> list[str]:
    return sorted(of)


@app.pure
def share(total: int, parts: int) -> float:
    return round(total / parts, 2)


@app.pure
def checked(number: int) -> int:
    if number < 0:
        raise Failure("negative")
    return number
"""


class Function(NamedTuple):
    """What a step calls. parameters: (name, kind). waits: names of events that it waits for, itself or by others.

    is_step: False of orchestrations, which take no options.
    """

    name: str
    parameters: tuple[tuple[str, Kind], ...]
    result: Kind
    waits: frozenset[str] = frozenset()
    is_step: bool = True
    is_pure: bool = False
    options: str = ""


class Problem(NamedTuple):
    """An exception class. mro: names, itself first, "Exception" last. fields: its own and those inherited."""

    name: str
    mro: tuple[str, ...]
    fields: tuple[tuple[str, Kind], ...] = ()


class Event(NamedTuple):
    """A declared event. variable: what the program calls it."""

    name: str
    variable: str
    body: Kind


class Vocabulary(NamedTuple):
    """source: of the module up to the orchestrations. fields: of records. members: of enums: (name, value)."""

    number: int
    source: str
    fields: dict[str, tuple[tuple[str, Kind], ...]]
    members: dict[str, tuple[tuple[str, Any], ...]]
    problems: tuple[Problem, ...]
    functions: tuple[Function, ...]
    events: tuple[Event, ...]
    styles: dict[str, str]
    sent: Kind

    def record_kinds(self) -> list[Kind]:
        return [record(title) for title in self.fields]

    def enum_kinds(self) -> list[Kind]:
        return [enum(title) for title in self.members]


BUILTIN_PROBLEMS = (
    Problem("KeyError", ("KeyError", "LookupError", "Exception")),
    Problem("IndexError", ("IndexError", "LookupError", "Exception")),
    Problem("ZeroDivisionError", ("ZeroDivisionError", "ArithmeticError", "Exception")),
    Problem("ValueError", ("ValueError", "Exception")),
    Problem("TimeoutError", ("TimeoutError", "OSError", "Exception")),
)
ANY_PROBLEM = Problem("Exception", ("Exception",))
LOOKUP = Problem("LookupError", ("LookupError", "Exception"))
COMPENSATION = Problem("CompensationFailed", ("CompensationFailed", "Exception"))

WORDS = ("amount", "title", "size", "due", "flag", "extra", "parts", "states")


@lru_cache(maxsize=VOCABULARIES)
def vocabulary(number: int) -> Vocabulary:
    """The vocabulary of a number; 0 is the smallest."""
    return Inventor(number, Repeated(()) if number == 0 else Choices(number)).invent()


class Inventor:
    """Makes one vocabulary."""

    def __init__(self, number: int, choices: Choices) -> None:
        self.number = number
        self.choices = choices
        self.members: dict[str, tuple[tuple[str, Any], ...]] = {}
        self.fields: dict[str, tuple[tuple[str, Kind], ...]] = {}
        self.styles: dict[str, str] = {}
        self.parents: dict[str, Problem] = {}

    def invent(self) -> Vocabulary:
        parts = [HEAD, *self._enums(), *self._records()]
        problems = self._problems()
        functions = [self._function(number) for number in range(9)]
        events = self._events()
        parts += [
            *map(self._class_of, problems),
            PURES,
            *map(_function_source, (*functions, WITNESS)),
            *map(_event_source, events),
        ]
        sent = record(next(iter(self.fields)))
        parts.append(f'outbox = app.queue("outbox", {sent})\nplaced = app.topic("placed", {sent})\n')
        return Vocabulary(
            self.number, "\n\n".join(part.strip("\n") for part in parts) + "\n", self.fields, self.members, problems,
            (*functions, *_PURE_FUNCTIONS, WITNESS), events, self.styles, sent,
        )  # fmt: skip

    def kind(self, depth: int = 2) -> Kind:
        """Any kind of JSON."""
        simple = [INT, TEXT, BOOL, FLOAT, INT, TEXT, *map(enum, self.members), TIME, UUID]
        if not depth or not self.choices.chance(55):
            return self.choices.pick(simple if self.choices.chance(20) else simple[:-2])
        inner = self.kind(depth - 1)
        made = [list_of(inner), dict_of(inner), optional(inner), list_of(list_of(inner)), *map(record, self.fields)]
        return self.choices.pick(made)

    def _enums(self) -> Iterator[str]:
        self.members["Colour"] = (("RED", "red"), ("DARK_BLUE", "dark blue"), ("ODD", '{% "$" %}'))
        yield _enum_source("Colour", "StrEnum", self.members["Colour"])
        if self.choices.chance(60):
            self.members["Level"] = (("LOW", 1), ("HIGH", 20))
            yield _enum_source("Level", "Enum", self.members["Level"])

    def _records(self) -> Iterator[str]:
        for title in ("Item", "Parcel", "Note")[: 1 + self.choices.below(3)]:
            style = self.choices.pick(("model", "dataclass", "mapping"))
            count = 2 + self.choices.below(3)
            fields = tuple((f"{WORDS[place]}", self.kind(1)) for place in range(count))
            self.fields[title] = (("id", INT), *fields)
            self.styles[title] = style
            yield _record_source(title, style, self.fields[title])

    def _problems(self) -> tuple[Problem, ...]:
        base = Problem("Failure", ("Failure", "Exception"))
        found = [base]
        for place, title in enumerate(("Declined", "Stolen", "Refused", "Late")[: 2 + self.choices.below(3)]):
            parent = found[self.choices.below(len(found))]
            own = (f"code{place}", self.choices.pick((INT, TEXT, optional(INT), list_of(TEXT))))
            fields = (*parent.fields, own) if self.choices.chance(50) else parent.fields
            found.append(Problem(title, (title, *parent.mro), fields))
            self.parents[title] = parent
        return tuple(found)

    def _class_of(self, problem: Problem) -> str:
        lines = [f"class {problem.name}({problem.mro[1]}):"]
        inherited = [name for name, _ in self.parents[problem.name].fields] if problem.name in self.parents else []
        if len(inherited) == len(problem.fields):
            return "\n".join([*lines, "    pass"])
        given = ", ".join(f"{name}: {kind}" for name, kind in problem.fields)
        lines += [f"    {name}: {kind}" for name, kind in problem.fields if name not in inherited]
        lines += ["", f"    def __init__(self, message: str, {given}) -> None:"]
        inherited_names = ["message", *inherited]
        lines.append(f"        super().__init__({', '.join(inherited_names)})")
        lines += [f"        self.{name} = {name}" for name, _ in problem.fields if name not in inherited]
        return "\n".join(lines)

    def _function(self, number: int) -> Function:
        choices = self.choices
        results = (INT, TEXT, BOOL, NONE, list_of(INT), INT, None, None, None)
        result = results[number] or self.kind()
        count = choices.below(3) if number else 1
        parameters = tuple((f"{WORDS[place]}", self.kind()) for place in range(count))
        options = ""
        if choices.chance(20):
            options = f"(retry=Retry(attempts={1 + choices.below(3)}, delay=timedelta(seconds={1 + choices.below(3)})))"
        return Function(f"step{number}", parameters, result, options=options)

    def _events(self) -> tuple[Event, ...]:
        count = 1 + self.choices.below(2)
        return tuple(Event(name, f"{name}_event", self.kind(1)) for name in ("approval", "answer")[:count])


WITNESS = Function("witness", (("told", TEXT),), NONE)
"""Is told the values of variables, so that nobody can get one wrong unseen; always answers."""
_PURE_FUNCTIONS = (
    Function("ordered", (("numbers", list_of(INT)),), list_of(INT), is_step=False, is_pure=True),
    Function("names", (("of", dict_of(INT)),), list_of(TEXT), is_step=False, is_pure=True),
    Function("share", (("total", INT), ("parts", INT)), FLOAT, is_step=False, is_pure=True),
    Function("checked", (("number", INT),), INT, is_step=False, is_pure=True),
)


def _enum_source(title: str, base: str, members: tuple[tuple[str, Any], ...]) -> str:
    return "\n".join([f"class {title}({base}):", *(f"    {name} = {value!r}" for name, value in members)])


def _record_source(title: str, style: str, fields: tuple[tuple[str, Kind], ...]) -> str:
    heads = {"model": f"class {title}(BaseModel):", "mapping": f"class {title}(TypedDict):"}
    head = heads.get(style, f"@dataclass\nclass {title}:")
    return "\n".join([head, *(f"    {name}: {kind}" for name, kind in fields)])


def _function_source(function: Function) -> str:
    given = ", ".join(f"{name}: {kind}" for name, kind in function.parameters)
    passed = "".join(f", {name}={name}" for name, _ in function.parameters)
    word = "" if function.result == NONE else "return "
    return (
        f"@app.function{function.options}\ndef {function.name}({given}) -> {function.result}:\n"
        f'    {word}play("{function.name}"{passed})'
    )


def _event_source(event: Event) -> str:
    return f'{event.variable} = app.event("{event.name}", {event.body})'
