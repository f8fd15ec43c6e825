"""Steps that assign.

https://cloud.google.com/workflows/docs/reference/syntax/variables#assign-step
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from providers.gcp.tests.gcwsim.block import Signal, Step
from providers.gcp.tests.gcwsim.builder import Builder, Json
from providers.gcp.tests.gcwsim.context import Frame
from providers.gcp.tests.gcwsim.errors import Unspecified
from providers.gcp.tests.gcwsim.evaluate import Constant, Evaluate, reader
from providers.gcp.tests.gcwsim.grammar import Index, Member, Name, Node, parse_target
from providers.gcp.tests.gcwsim.lexer import Syntax
from providers.gcp.tests.gcwsim.limits import ASSIGNMENTS
from providers.gcp.tests.gcwsim.operators import position, wrong_type
from providers.gcp.tests.gcwsim.pages import MAPS, QUOTAS, VARIABLES
from providers.gcp.tests.gcwsim.scope import Place, frame_at
from providers.gcp.tests.gcwsim.strand import Body, Turn
from providers.gcp.tests.gcwsim.value import is_list, is_map, type_of

Assignment = Callable[[Frame], None]
Store = Callable[[Frame, Any], None]


def build(builder: Builder, node: Json, path: str, step: Step) -> None:
    """Assignments one after the other; others may come in between, not within one.

    That `total: ${total + x}` of a shared variable loses nothing is how Google's samples use it:
    https://cloud.google.com/workflows/docs/samples/workflows-parallel-aggregate
    """
    assignments: list[Assignment] = []
    path = f"{path}/assign"
    for at, one in enumerate(_listed(builder, node["assign"], path)):
        _build_one(builder, one, f"{path}/{at}", assignments)
    if builder.scope.is_in_branch and len(assignments) != 1:
        step.plain, step.body = None, _taking_turns(assignments)
    else:
        step.plain = _all(assignments)


def _listed(builder: Builder, node: Any, path: str) -> list[Any]:
    if not is_list(node) or not node:
        builder.invalid(path, "a list of assignments is expected", VARIABLES)
        return []
    if len(node) > ASSIGNMENTS:
        builder.invalid(path, f"{len(node)} assignments, more than {ASSIGNMENTS}", QUOTAS)
    return node


def _all(assignments: list[Assignment]) -> Callable[[Frame], Signal | None]:
    def plain(frame: Frame) -> Signal | None:
        for assign in assignments:
            assign(frame)
        return None

    return plain


def _taking_turns(assignments: list[Assignment]) -> Callable[[Frame], Body]:
    def body(frame: Frame) -> Body:
        run = frame.run
        for at, assign in enumerate(assignments):
            if at and run.is_hostile:
                yield Turn(run.agenda, run.now_us())
            assign(frame)

    return body


def _build_one(builder: Builder, node: Any, path: str, assignments: list[Assignment]) -> None:
    if not is_map(node) or len(node) != 1:
        builder.invalid(path, "an assignment is a map of one target and its value", VARIABLES)
        return
    ((text, content),) = node.items()
    try:
        target = parse_target(text)
    except Syntax as syntax:
        (builder.unspecified if syntax.is_open else builder.invalid)(path, syntax.message, syntax.page)
        return
    if isinstance(target, Name):
        builder.declare(target.name, path)

    def finish() -> None:
        value = builder.value(content, path)
        store = _store(builder, target, path)
        assignments.append(lambda frame: store(frame, value(frame)))

    builder.later(finish)


def storing(place: Place) -> Store:
    """What assigns to a variable."""
    key, hops = place.variable.key, place.hops
    if hops:
        return lambda frame, value: frame_at(frame, hops).store(key, value)
    return lambda frame, value: frame.store(key, value)


def _nothing(frame: Frame, value: Any) -> None: ...


def _store(builder: Builder, target: Node, path: str) -> Store:
    keys: list[Evaluate] = []
    while isinstance(target, Member | Index):
        keys.append(Constant(target.name) if isinstance(target, Member) else builder.compiled(target.index, path))
        target = target.of
    assert isinstance(target, Name)
    place = builder.place(target.name, path)
    if place is None:
        return _nothing
    if not keys:
        return storing(place)
    builder.check_write(place, path)
    return _storing_within(place, keys[::-1])


def _storing_within(place: Place, keys: list[Evaluate]) -> Store:
    read, store = reader(place), storing(place)

    def store_within(frame: Frame, value: Any) -> None:
        store(frame, replaced(read(frame), [key(frame) for key in keys], value))

    return store_within


def replaced(of: Any, keys: list[Any], value: Any) -> Any:
    """A copy of a map or a list with another value where the keys lead."""
    key, rest = keys[0], keys[1:]
    if is_list(of):
        at = position(of, key)
        return [*of[:at], replaced(of[at], rest, value) if rest else value, *of[at + 1 :]]
    if not is_map(of):
        raise wrong_type(f"assigning within a value of type {type_of(of)}")
    if not isinstance(key, str):
        raise Unspecified(f"a key of type {type_of(key)}", MAPS)
    if rest and key not in of:
        raise Unspecified(f"assigning within {key!r}, which is not there", MAPS)
    copy = of.copy()
    copy[key] = replaced(of[key], rest, value) if rest else value
    return copy
