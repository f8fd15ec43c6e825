"""Which fields a state has, and what each may hold: one table a type of state.

https://states-language.net/#state-type-table-jsonata
https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from providers.aws.tests.stepfunctions.errors import JSONATA, SCHEMA, UNSPECIFIED, Problem
from providers.aws.tests.stepfunctions.expression import children, expressions, is_expression, is_half
from providers.aws.tests.stepfunctions.jsonata import Jsonata
from providers.aws.tests.stepfunctions.kinds import is_array, is_object
from providers.aws.tests.stepfunctions.limits import MAX_DELAY_SECONDS, SECONDS_MAX

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
ALWAYS = frozenset({"input", "context"})
RESULT = ALWAYS | {"result"}
ERROR = ALWAYS | {"errorOutput"}
LATER = frozenset({
    "CausePath", "Credentials", "ErrorPath", "HeartbeatSecondsPath", "InputPath", "ItemBatcher", "ItemReader",
    "ItemsPath", "Iterator", "Label", "MaxConcurrencyPath", "OutputPath", "Parameters", "Result", "ResultPath",
    "ResultSelector", "ResultWriter", "SecondsPath", "TimeoutSecondsPath", "TimestampPath", "ToleratedFailureCount",
    "ToleratedFailurePercentage",
})  # fmt: skip
"""Fields that AWS knows, of JSONPath or of what this model does not carry out."""


class Place(NamedTuple):
    """Where a check looks, and where it writes what it finds. path: "/States/A/Assign"."""

    path: str
    engine: Jsonata
    problems: list[Problem]

    def at(self, key: str | int) -> Place:
        return self._replace(path=f"{self.path}/{key}")

    def add(self, message: str, code: str = SCHEMA) -> None:
        self.problems.append(Problem(code, self.path, message))


Check = Callable[[Any, Place], None]


class Field(NamedTuple):
    """One field. required: whether every state of the type has it."""

    check: Check
    required: bool = False


def text(value: Any, place: Place) -> None:
    """A constant string."""
    if not isinstance(value, str):
        place.add("Expected value of type String")


def ending(value: Any, place: Place) -> None:
    """End: true; false says nothing that leaving it out does not."""
    if value is not True:
        place.add("End must be true", UNSPECIFIED if value is False else SCHEMA)


def template(members: frozenset[str]) -> Check:
    """JSON with JSONata strings in it. members: of $states that these may read."""

    def check(value: Any, place: Place) -> None:
        _halves(value, place)
        for found in expressions(value, place.path):
            _expression(found.text, members, place._replace(path=found.path))

    return check


def assignment(members: frozenset[str]) -> Check:
    """Assign: an object; its names are checked with the scopes."""

    def check(value: Any, place: Place) -> None:
        if is_object(value):
            template(members)(value, place)
        else:
            place.add("Expected value of type Object")

    return check


def one_of(expected: str, accepts: Callable[[Any], bool], *, or_expression: bool = True) -> Check:
    """A constant of some kind, or, where that is allowed, one JSONata string. expected: for the message."""

    def check(value: Any, place: Place) -> None:
        if or_expression and is_expression(value):
            template(ALWAYS)(value, place)
        elif not accepts(value):
            place.add(f"Expected {expected}{' or a JSONata expression' if or_expression else ''}")

    return check


def is_whole(value: Any, least: int, most: int = SECONDS_MAX) -> bool:
    """Whether this is a whole number in a range, and no truth value."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def is_timestamp(value: Any) -> bool:
    """https://states-language.net/#timestamps."""
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def names(value: Any, place: Place) -> None:
    """ErrorEquals."""
    if not is_array(value) or not value:
        place.add("Expected a non-empty array of strings")
        return
    for at, one in enumerate(value):
        text(one, place.at(at))


def rest(kind: str) -> dict[str, Field]:
    """The fields that most types of state have."""
    members = RESULT if kind in {"Task", "Parallel", "Map"} else ALWAYS
    fields = {"Type": Field(text, required=True), "Comment": Field(text), "QueryLanguage": Field(language)}
    if kind != "Fail":
        fields["Output"] = Field(template(members))
    if kind not in {"Fail", "Succeed"}:
        fields["Assign"] = Field(assignment(members))
    if kind not in {"Fail", "Succeed", "Choice"}:
        fields |= {"Next": Field(text), "End": Field(ending)}
    return fields


def language(value: Any, place: Place) -> None:
    """QueryLanguage: of a machine in JSONata every state speaks it."""
    if value == "JSONPath":
        place.add("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine")
    elif value != "JSONata":
        place.add("The field 'QueryLanguage' should have one of these values: [JSONPath, JSONata]")


def _anything(value: Any, place: Place) -> None:
    """What another module looks into."""


WHOLE = one_of("a positive integer up to 99999999", lambda value: is_whole(value, 1))
STATES: dict[str, dict[str, Field]] = {
    "Pass": rest("Pass"),
    "Succeed": rest("Succeed"),
    "Fail": rest("Fail") | {
        "Error": Field(one_of("a string", lambda value: isinstance(value, str) and not is_half(value))),
        "Cause": Field(one_of("a string", lambda value: isinstance(value, str) and not is_half(value))),
    },
    "Wait": rest("Wait") | {
        "Seconds": Field(one_of("an integer from 0 to 99999999", lambda value: is_whole(value, 0))),
        "Timestamp": Field(one_of("an RFC3339 timestamp", is_timestamp)),
    },
    "Choice": rest("Choice") | {"Choices": Field(_anything, required=True), "Default": Field(text)},
    "Task": rest("Task") | {
        "Resource": Field(text, required=True),
        "Arguments": Field(template(ALWAYS)),
        "TimeoutSeconds": Field(WHOLE),
        "HeartbeatSeconds": Field(WHOLE),
        "Retry": Field(_anything),
        "Catch": Field(_anything),
    },
    "Parallel": rest("Parallel") | {
        "Branches": Field(_anything, required=True),
        "Arguments": Field(template(ALWAYS)),
        "Retry": Field(_anything),
        "Catch": Field(_anything),
    },
    "Map": rest("Map") | {
        "ItemProcessor": Field(_anything, required=True),
        "Items": Field(template(ALWAYS)),
        "ItemSelector": Field(template(ALWAYS)),
        "MaxConcurrency": Field(one_of("a non-negative integer", lambda value: is_whole(value, 0))),
        "Retry": Field(_anything),
        "Catch": Field(_anything),
    },
}  # fmt: skip

MACHINE = {
    "Comment": Field(text),
    "QueryLanguage": Field(language, required=True),
    "StartAt": Field(text, required=True),
    "States": Field(_anything, required=True),
    "TimeoutSeconds": Field(one_of("a positive integer", lambda value: is_whole(value, 1), or_expression=False)),
    "Version": Field(text),
}
BRANCH = {"Comment": Field(text), "StartAt": Field(text, required=True), "States": Field(_anything, required=True)}
PROCESSOR = BRANCH | {"ProcessorConfig": Field(_anything)}
RULE = {
    "Assign": Field(assignment(ALWAYS)),
    "Comment": Field(text),
    "Condition": Field(one_of("a boolean", lambda value: isinstance(value, bool)), required=True),
    "Next": Field(text, required=True),
    "Output": Field(template(ALWAYS)),
}
CATCHER = {
    "Assign": Field(assignment(ERROR)),
    "Comment": Field(text),
    "ErrorEquals": Field(names, required=True),
    "Next": Field(text, required=True),
    "Output": Field(template(ERROR)),
}
RETRIER = {
    "BackoffRate": Field(
        one_of(
            "a number of at least 1.0",
            lambda value: isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 1,
            or_expression=False,
        )
    ),
    "Comment": Field(text),
    "ErrorEquals": Field(names, required=True),
    "IntervalSeconds": Field(one_of("a positive integer", lambda value: is_whole(value, 1), or_expression=False)),
    "JitterStrategy": Field(one_of("FULL or NONE", lambda value: value in {"FULL", "NONE"}, or_expression=False)),
    "MaxAttempts": Field(one_of("a non-negative integer", lambda value: is_whole(value, 0), or_expression=False)),
    "MaxDelaySeconds": Field(
        one_of("a positive integer", lambda value: is_whole(value, 1, MAX_DELAY_SECONDS - 1), or_expression=False)
    ),
}


def check_fields(value: Any, fields: Mapping[str, Field], place: Place) -> bool:
    """Check an object against a table. False where it is no object."""
    if not is_object(value):
        place.add("Expected value of type Object")
        return False
    missing = [name for name, field in fields.items() if field.required and name not in value]
    if missing:
        place.add(f"These fields are required: [{', '.join(missing)}]")
    for name, one in value.items():
        if name in fields:
            fields[name].check(one, place.at(name))
        elif name in LATER:
            place.at(name).add(f"this model does not carry out {name}", UNSPECIFIED)
        else:
            place.at(name).add(f"Field '{name}' is not supported")
    return True


def _halves(value: Any, place: Place) -> None:
    if is_half(value):
        place.add("A JSONata expression must start with '{%' and end with '%}', without spaces around", JSONATA)
    for key, one in children(value):
        _halves(one, place.at(key))


def _expression(text: str, members: frozenset[str], place: Place) -> None:
    parsed = place.engine.parse(text)
    for problem in parsed.problems:
        place.add(f"{problem} in '{text}'", JSONATA)
    for member in sorted(parsed.states - members - {"*"}):
        known = member in {"result", "errorOutput"}
        what = "must not be referenced here" if known else "does not exist"
        place.add(f"$states.{member} {what}: '{text}'", SCHEMA if known else UNSPECIFIED)
    if "*" in parsed.states:
        place.add(f"$states as a whole: '{text}'", UNSPECIFIED)
