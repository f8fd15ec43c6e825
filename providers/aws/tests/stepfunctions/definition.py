"""What a definition may not say, all of it at once.

https://states-language.net/spec.html
https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
"""

from __future__ import annotations

import json
from collections.abc import Collection, Generator, Iterable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from providers.aws.tests.stepfunctions import fields
from providers.aws.tests.stepfunctions.errors import (
    ALL,
    DUPLICATE_STATE,
    DUPLICATE_VARIABLE,
    KNOWN,
    SCHEMA,
    TARGET,
    UNSPECIFIED,
    Problem,
    Refused,
)
from providers.aws.tests.stepfunctions.expression import expressions, is_expression
from providers.aws.tests.stepfunctions.fields import Place, check_fields
from providers.aws.tests.stepfunctions.jsonata import Jsonata
from providers.aws.tests.stepfunctions.kinds import Json, is_array, is_object
from providers.aws.tests.stepfunctions.limits import DEFINITION_BYTES, NAME_CHARACTERS
from providers.aws.tests.stepfunctions.resource import check_task


class Flow(NamedTuple):
    """One `States` with its `StartAt`: the machine's, a branch's or a processor's. outer: the flow around it."""

    value: Json
    place: Place
    outer: Flow | None = None


def read(definition: str) -> Any:
    """The JSON of a definition. Raises Refused where it is none, says a name twice or is too large."""
    if len(definition.encode()) > DEFINITION_BYTES:
        raise Refused([Problem(SCHEMA, "", f"the definition is larger than {DEFINITION_BYTES:,} bytes")])
    twice: list[Problem] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = sorted(name for name, _ in pairs)
        twice.extend(Problem(SCHEMA, "", f"Duplicate field '{a}'") for a, b in pairwise(names) if a == b)
        return dict(pairs)

    try:
        value = json.loads(definition, object_pairs_hook=once, parse_constant=_no_number)
    except ValueError as error:
        raise Refused([Problem("INVALID_JSON_DESCRIPTION", "", str(error))]) from error
    if twice:
        raise Refused(twice)
    return value


def problems(definition: str | bytes | Json, engine: Jsonata) -> list[Problem]:
    """Everything that is wrong with a definition."""
    try:
        value = read(_text(definition))
    except Refused as refused:
        return refused.problems
    place = Place("", engine, [])
    engine.learn(one.text for one in expressions(value, ""))
    if is_object(value) and value.get("QueryLanguage", "JSONPath") != "JSONata":
        place.at("QueryLanguage").add("this model carries out JSONata only", UNSPECIFIED)
        return place.problems
    if check_fields(value, fields.MACHINE, place):
        flows = list(_flows(Flow(value, place)))
        for flow in flows:
            _check_flow(flow)
        _check_names(flows)
        _check_variables(flows)
        if not place.problems:
            _check_terminals(flows)
    return place.problems


def _text(definition: str | bytes | Json) -> str:
    if isinstance(definition, bytes):
        return definition.decode()
    return definition if isinstance(definition, str) else json.dumps(definition)


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def _flows(flow: Flow) -> Generator[Flow]:
    """This flow and all inside of it. What is no flow at all is found by the checks of its fields."""
    yield flow
    for name, state in states_of(flow.value).items():
        place = flow.place.at("States").at(name)
        for at, branch in enumerate(state["Branches"] if is_array(state.get("Branches")) else []):
            if check_fields(branch, fields.BRANCH, place.at("Branches").at(at)):
                yield from _flows(Flow(branch, place.at("Branches").at(at), flow))
        if "ItemProcessor" in state and check_fields(
            state["ItemProcessor"], fields.PROCESSOR, place.at("ItemProcessor")
        ):
            yield from _flows(Flow(state["ItemProcessor"], place.at("ItemProcessor"), flow))


def states_of(flow: Json) -> dict[str, dict[str, Any]]:
    """The states of a flow that are objects, by name."""
    states = flow.get("States")
    return {name: one for name, one in states.items() if isinstance(one, dict)} if is_object(states) else {}


def _check_flow(flow: Flow) -> None:
    states = flow.value.get("States")
    place = flow.place.at("States")
    if not is_object(states) or not states:
        if "States" in flow.value:
            place.add("Value cannot be empty" if states == {} else "Expected value of type Object")
        return
    for name, state in states.items():
        if not 1 <= len(name) <= NAME_CHARACTERS:
            place.at(name).add(f"the name of a state has 1 to {NAME_CHARACTERS} characters")
        _check_state(state, place.at(name))
    _check_targets(flow)


def _check_state(state: Any, place: Place) -> None:
    kind = state.get("Type") if is_object(state) else None
    if is_object(state) and "Type" in state and kind not in fields.STATES:
        place.at("Type").add(
            "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]"
        )
        return
    if check_fields(state, fields.STATES.get(str(kind), fields.rest("Pass")), place):
        _check_ends(state, place)
        _CHECKS.get(str(kind), _nothing)(state, place)
        _check_handlers(state, place)


def _check_ends(state: Json, place: Place) -> None:
    ways = [name for name in ("Next", "End") if name in state]
    if state.get("Type") not in {"Choice", "Succeed", "Fail"} and len(ways) != 1:
        place.add("These fields are mutually exclusive: [Next, End]" if ways else "Either Next or End must be set")


def _nothing(state: Json, place: Place) -> None:
    """Types of state whose fields say it all."""


def _check_wait(state: Json, place: Place) -> None:
    if len({"Seconds", "Timestamp"} & state.keys()) != 1:
        place.add("Exactly one of these fields is required: [Seconds, Timestamp]")


def _check_choice(state: Json, place: Place) -> None:
    _each(state.get("Choices", ()), fields.RULE, place.at("Choices"))


def _check_parallel(state: Json, place: Place) -> None:
    if state.get("Branches") == []:
        place.at("Branches").add("Value cannot be empty")
    elif not is_array(state.get("Branches", [])):
        place.at("Branches").add("Expected value of type Array")


def _check_map(state: Json, place: Place) -> None:
    items = state.get("Items", [])
    if is_object(items):
        place.at("Items").add("this model carries out arrays only", UNSPECIFIED)
    elif not is_array(items) and not is_expression(items):
        place.at("Items").add("Expected an array or a JSONata expression")
    processor = state.get("ItemProcessor")
    config: Any = processor.get("ProcessorConfig", {}) if is_object(processor) else {}
    if config not in ({}, {"Mode": "INLINE"}):
        place.at("ItemProcessor").at("ProcessorConfig").add("this model carries out INLINE only", UNSPECIFIED)


_CHECKS = {
    "Wait": _check_wait,
    "Choice": _check_choice,
    "Parallel": _check_parallel,
    "Map": _check_map,
    "Task": check_task,
}


def _check_handlers(state: Json, place: Place) -> None:
    for name, table in (("Retry", fields.RETRIER), ("Catch", fields.CATCHER)):
        if name in state and _each(state[name], table, place.at(name), may_be_empty=True):
            _check_names_of_errors(state[name], place.at(name))
    for at, retrier in enumerate(state.get("Retry") or ()):
        most, first = retrier.get("MaxDelaySeconds"), retrier.get("IntervalSeconds", 1)
        if isinstance(most, int) and isinstance(first, int) and most <= first:
            place.at("Retry").at(at).at("MaxDelaySeconds").add("must be greater than IntervalSeconds")


def _check_names_of_errors(handlers: list[Json], place: Place) -> None:
    for at, handler in enumerate(handlers):
        names = [name for name in handler.get("ErrorEquals") or () if isinstance(name, str)]
        here = place.at(at).at("ErrorEquals")
        if ALL in names and (len(names) > 1 or at < len(handlers) - 1):
            here.add(f"{ALL} must appear alone and in the last one")
        for name in names:
            if name.startswith("States.") and name not in KNOWN:
                here.add(f"{name} is no error of the States Language", UNSPECIFIED)


def _each(values: Any, table: Mapping[str, fields.Field], place: Place, *, may_be_empty: bool = False) -> bool:
    """Check every object of an array. False where it is not one."""
    if not is_array(values):
        place.add("Expected value of type Array")
        return False
    if not values and not may_be_empty:
        place.add("Value cannot be empty")
    found = [check_fields(one, table, place.at(at)) for at, one in enumerate(values)]
    return all(found)


def targets(state: Json) -> Generator[tuple[str, Any]]:
    """Where a state can go, with the field that says so."""
    for name in ("Next", "Default"):
        if name in state:
            yield name, state[name]
    for name in ("Choices", "Catch"):
        for at, one in enumerate(state[name] if is_array(state.get(name)) else []):
            if is_object(one) and "Next" in one:
                yield f"{name}/{at}/Next", one["Next"]


def _check_targets(flow: Flow) -> None:
    states = states_of(flow.value)
    start = flow.value.get("StartAt")
    if isinstance(start, str) and start not in states:
        flow.place.at("StartAt").add(f"Missing 'StartAt' target: {start}", TARGET)
        start = None
    for name, state in states.items():
        for field, target in targets(state):
            if isinstance(target, str) and target not in states:
                here = flow.place.at("States").at(name).at(field)
                here.add(f"Missing '{field.rpartition('/')[2]}' target: {target}", TARGET)
    for name in sorted(states.keys() - _reached(states, start)) if start in states else ():
        flow.place.at("States").at(name).add(f'State "{name}" is not reachable.', TARGET)


def _reached(states: Mapping[str, Json], start: Any) -> set[str]:
    reached: set[str] = set()
    open_ = [start]
    while open_:
        name = open_.pop()
        if name in states and name not in reached:
            reached.add(name)
            open_ += [target for _, target in targets(states[name]) if isinstance(target, str)]
    return reached


def _check_terminals(flows: Collection[Flow]) -> None:
    """AWS asks for one state that ends something, wherever; what a flow without one is good for, no page says."""
    endless = [
        flow for flow in flows if (states := states_of(flow.value)) and not any(map(_is_terminal, states.values()))
    ]
    code = SCHEMA if len(endless) == len(flows) else UNSPECIFIED
    for flow in endless:
        flow.place.at("States").add("No terminal state", code)


def _is_terminal(state: Json) -> bool:
    """https://states-language.net/#states-fields."""
    return "End" in state or state.get("Type") in {"Succeed", "Fail"}


def _check_names(flows: Iterable[Flow]) -> None:
    """https://states-language.net/#states-fields: names are unique within the whole machine."""
    seen: set[str] = set()
    for flow in flows:
        for name in states_of(flow.value):
            if name in seen:
                flow.place.at("States").at(name).add(f"Duplicate State name: {name}", DUPLICATE_STATE)
            seen.add(name)


def assigned(flow: Json) -> Generator[tuple[str, str]]:
    """Every variable that a flow itself assigns, with the place: "States/A/Assign/x"."""
    for name, state in states_of(flow).items():
        for where, one in _assigners(state):
            for variable in one["Assign"] if is_object(one.get("Assign")) else ():
                yield variable, f"States/{name}/{where}Assign/{variable}"


def _assigners(state: Json) -> Generator[tuple[str, Json]]:
    yield "", state
    for field in ("Choices", "Catch"):
        for at, one in enumerate(state[field] if is_array(state.get(field)) else []):
            if is_object(one):
                yield f"{field}/{at}/", one


def _check_variables(flows: Iterable[Flow]) -> None:
    """https://states-language.net/#variable-scope."""
    for flow in flows:
        outer: set[str] = set()
        around = flow.outer
        while around is not None:
            outer |= {variable for variable, _ in assigned(around.value)}
            around = around.outer
        for variable, where in assigned(flow.value):
            here = flow.place.at(where)
            if variable in outer:
                here.add(f"Variable '{variable}' is assigned in an outer scope too", DUPLICATE_VARIABLE)
            if variable == "states":
                here.add("'states' is reserved")
            elif not variable.isidentifier() or variable.startswith("_") or len(variable) > NAME_CHARACTERS:
                here.add(f"'{variable}' is no Unicode identifier of at most {NAME_CHARACTERS} characters")
