"""A state machine's document: its states, wherever they are, and the expressions in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from cloudless.codec import is_list, is_object

Plain = dict[str, Any]

OWN = "own"
RULE = "rule"
CATCHER = "catcher"


class Place(NamedTuple):
    """One state. machine: what it stands in, the document or a branch. outer: the states around it, outermost first."""

    name: str
    state: Plain
    machine: Plain
    outer: tuple[Place, ...] = ()


class Written(NamedTuple):
    """One expression. part: OWN, RULE or CATCHER. field: "Assign", "Arguments" … text: without its braces."""

    place: Place
    part: str
    field: str
    text: str


def places(machine: Plain, outer: tuple[Place, ...] = ()) -> Iterator[Place]:
    """Every state, each before those within it."""
    for name, state in machine["States"].items():
        place = Place(name, state, machine, outer)
        yield place
        for inner in within(state):
            yield from places(inner, (*outer, place))


def machines(document: Plain) -> Iterator[Plain]:
    """The document, and every branch and item processor in it."""
    yield document
    for place in places(document):
        yield from within(place.state)


def within(state: Plain) -> list[Plain]:
    """The machines inside of a state: branches, or what is done for each item."""
    return [*state.get("Branches", []), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]


def written(place: Place) -> Iterator[Written]:
    """The expressions of a state, without those of states within it."""
    for part, fields in parts(place.state):
        for field, template in fields.items():
            if field not in NESTED:
                for text in texts(template):
                    if is_expression(text):
                        yield Written(place, part, field, text[2:-2].strip())


def parts(state: Plain) -> Iterator[tuple[str, Plain]]:
    """The state itself, the rules of a choice, the catchers."""
    yield OWN, state
    for rule in state.get("Choices", []):
        yield RULE, rule
    for catcher in state.get("Catch", []):
        yield CATCHER, catcher


def texts(template: Any) -> Iterator[str]:
    """Every text in a template, but for keys."""
    if isinstance(template, str):
        yield template
    elif is_object(template):
        for value in template.values():
            yield from texts(value)
    elif is_list(template):
        for value in template:
            yield from texts(value)


def is_expression(text: str) -> bool:
    """Whether Step Functions evaluates it."""
    return text.startswith("{%") and text.endswith("%}")


def ways(state: Plain) -> Iterator[tuple[str, Plain]]:
    """Where a state goes, each with what it assigns on the way."""
    for key in ("Next", "Default"):
        if key in state:
            yield state[key], state.get("Assign", {})
    for _, fields in list(parts(state))[1:]:
        yield fields["Next"], fields.get("Assign", {})


NESTED = frozenset({"Branches", "Catch", "Choices", "Comment", "ItemProcessor"})
