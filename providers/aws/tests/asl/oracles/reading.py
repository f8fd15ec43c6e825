"""What expressions read: `$states`, functions and variables, and whether these have a value whatever way was taken.

How an expression is read tells npm's jsonata (statics.js): "free", "paths", "context", "root" or "error".
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from providers.aws.tests.asl.oracles.machine import (
    CATCHER,
    OWN,
    Place,
    Plain,
    Written,
    is_expression,
    machines,
    parts,
    places,
    ways,
    within,
    written,
)

STATES = "states"
NAME_SIZE = 80
NAME = re.compile(r"[^\W\d_]\w*")
_BUILT_IN = """
abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl
decodeUrlComponent distinct each encodeUrl encodeUrlComponent error eval exists filter floor formatBase
formatInteger formatNumber fromMillis join keys length lookup lowercase map match max merge millis min not now
number pad parseInteger power random reduce replace reverse round shuffle sift single sort split spread sqrt
string substring substringAfter substringBefore sum toMillis trim type uppercase zip
"""
BUILT_IN = frozenset(_BUILT_IN.split())
"""Of JSONata 2.0.6: https://docs.jsonata.org/2.0.0/overview"""
ADDED = frozenset({"hash", "parse", "partition", "random", "range", "uuid"})
"""https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided"""
REFUSED = frozenset({"eval"})
FUNCTIONS = BUILT_IN | ADDED
QUESTION = re.compile(r"\{% \$(\w+) = '([^']+)' %\}")
Words = tuple[tuple[str, str], ...]
"""What variables hold that choices compare with words."""
Reading = Callable[[str], Plain]
"""How an expression is read."""


def problems(document: Plain, read: Reading) -> list[str]:
    """All problems of a document; each begins with the state's name."""
    known = assigned(document)
    found: list[str] = []
    own_of = {id(machine): frozenset(_assigned_in(machine)) for machine in machines(document)}
    for place in places(document):
        outer = frozenset[str]().union(*(own_of[id(around.machine)] for around in place.outer))
        found += [f"{place.name}: {problem}" for problem in _names(place, outer)]
        for one in written(place):
            own = _own(one, read(one.text), known[place.name])
            found += [f"{place.name}: {one.field}: {problem} in {one.text}" for problem in own]
    return found


def _own(one: Written, reading: Plain, known: frozenset[str]) -> Iterator[str]:
    if "error" in reading:
        yield reading["error"]
        return
    if reading["context"] or reading["root"]:
        yield "$ or $$, which not all engines have,"
    free = set(reading["free"])
    for name in sorted(free & REFUSED):
        yield f"${name}, which Step Functions refuses,"
    for name in sorted(free - FUNCTIONS - known - {STATES}):
        yield f"${name}, which may have no value here,"
    if STATES in free:
        yield from _states(one, set(reading["paths"]))


def _states(one: Written, paths: set[str]) -> Iterator[str]:
    allowed = {"input", "context"}
    if one.part == CATCHER:
        allowed.add("errorOutput")
    elif (
        one.part == OWN and one.field in {"Assign", "Output"} and one.place.state["Type"] in {"Map", "Parallel", "Task"}
    ):
        allowed.add("result")
    if not paths:
        yield "all of $states"
    for path in sorted(paths - allowed):
        yield f"$states.{path}, which is not there,"


def _names(place: Place, outer: frozenset[str]) -> Iterator[str]:
    for _, fields in parts(place.state):
        for name in fields.get("Assign", {}):
            if not NAME.fullmatch(name) or len(name) > NAME_SIZE or name == STATES:
                yield f"{name!r} is no name of a variable"
            if name in FUNCTIONS:
                yield f"the variable {name!r} hides a function"
            if name in outer:
                yield f"assigns {name!r}, which is assigned around it as well"


def _assigned_in(machine: Plain) -> Iterator[str]:
    """The variables that the states of one machine assign, without those within them."""
    for state in machine["States"].values():
        for _, fields in parts(state):
            yield from fields.get("Assign", {})


def assigned(document: Plain) -> dict[str, frozenset[str]]:
    """For each state, the variables that have a value when it is entered, whatever way led there.

    All of them where no way does: what never runs reads nothing.
    """
    found: dict[str, frozenset[str]] = {}
    waiting: list[tuple[Plain, frozenset[str]]] = [(document, frozenset())]
    while waiting:
        machine, given = waiting.pop()
        own = _flow(machine, given)
        found.update(own)
        for name, known in own.items():
            waiting += [(inner, known) for inner in within(machine["States"][name])]
    every = frozenset(name for machine in machines(document) for name in _assigned_in(machine))
    for place in places(document):
        found.setdefault(place.name, every)
    return found


def _flow(machine: Plain, given: frozenset[str]) -> dict[str, frozenset[str]]:
    """For each state of a machine, what is assigned on every way to it that can be taken.

    Which ways out of a `finally` can be taken is kept in a variable: `way` = 'return' … So a state is looked at once
    for each word that such a variable may hold, until a choice has asked for it.
    """
    steps = {name: _Step(state) for name, state in machine["States"].items()}
    kept = frozenset(key for step in steps.values() for key in step.asks)
    known: dict[tuple[str, Words], frozenset[str]] = {(machine["StartAt"], ()): given}
    waiting = deque(known)
    while waiting:
        name, words = waiting.popleft()
        step = steps[name]
        left = {key: word for key, word in words if key not in step.asks}
        for target, assigns in step.open(dict(words)):
            if target not in steps:
                continue
            new = {key: _word(value) for key, value in assigns.items() if key in kept}
            arriving = (target, tuple(sorted({**left, **new}.items())))
            after = known[name, words] | assigns.keys()
            after &= known.get(arriving, after)
            if after != known.get(arriving):
                known[arriving] = after
                waiting.append(arriving)
    return _on_every_way(known)


def _on_every_way(known: dict[tuple[str, Words], frozenset[str]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for (name, _), assigned in known.items():
        found[name] = found.get(name, assigned) & assigned
    return found


class _Step:
    """A state as the flow sees it. asks: variables that it compares with words."""

    def __init__(self, state: Plain) -> None:
        rules = state.get("Choices", [])
        asked = {index: QUESTION.fullmatch(rule["Condition"]) for index, rule in enumerate(rules)}
        self._questions = {index: (match[1], match[2]) for index, match in asked.items() if match}
        self.asks = frozenset(name for name, _ in self._questions.values())
        found = list(ways(state))
        self._ways = found[1:] + found[:1] if "Default" in state else found

    def open(self, words: dict[str, str]) -> Iterator[tuple[str, Plain]]:
        """The ways on that can be taken where variables hold these words, each with what it assigns."""
        for index, way in enumerate(self._ways):
            name, word = self._questions.get(index, ("", ""))
            if index not in self._questions or words.get(name) in {None, "", word}:
                yield way
            if name and words.get(name) == word:
                return


def _word(value: Any) -> str:
    """A word that a variable is given; "" for what is not known before."""
    return value if isinstance(value, str) and not is_expression(value) else ""


def of(texts: dict[str, Any]) -> Reading:
    """Readings that are known already."""
    return texts.__getitem__
