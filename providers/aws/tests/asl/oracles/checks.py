"""What asl-validator and statelint let pass, and Step Functions or our own rules do not.

Each check takes a place and gives the problems that it has. Sources: the specification
(https://states-language.net/spec.html), Step Functions' quotas
(https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html) and its pages on variables
(https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from providers.aws.tests.asl.oracles.machine import Place, Plain, is_expression, machines, parts, places, texts, ways

NAME_SIZE = 80
DOCUMENT_BYTES = 1_048_576
EXPRESSION_SIZE = 32_768
LONGEST_S = 99_999_999
LONGEST_DELAY_S = 31_622_400
INTEGRATIONS = {"arn:aws:states:::lambda:invoke", "arn:aws:states:::lambda:invoke.waitForTaskToken"}
PARTITIONS = ("aws", "aws-cn", "aws-us-gov")
ANY_ERROR = "States.ALL"
UNCAUGHT = {"States.Runtime", "States.DataLimitExceeded"}
Check = Callable[[Place], Iterator[str]]


def problems(document: Plain) -> list[str]:
    """All problems of a document; each begins with the state's name."""
    found = [*_whole(document)]
    for place in places(document):
        found += [f"{place.name}: {problem}" for check in CHECKS for problem in check(place)]
    return found


def duplicates(text: str | bytes) -> list[str]:
    """Keys that stand twice in one object: JSON parsers keep the last one and say nothing."""
    found: list[str] = []

    def built(pairs: list[tuple[str, Any]]) -> Plain:
        found.extend(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        return dict(pairs)

    json.loads(text, object_pairs_hook=built)
    return [f"the key {key!r} stands twice in one object" for key in found]


def _whole(document: Plain) -> Iterator[str]:
    if document.get("QueryLanguage") != "JSONata":
        yield "the document's QueryLanguage is not JSONata"
    if (size := len(json.dumps(document).encode())) > DOCUMENT_BYTES:
        yield f"the document has {size} bytes, {DOCUMENT_BYTES} are allowed"
    for name, count in Counter(place.name for place in places(document)).items():
        if count > 1:
            yield f"{name}: {count} states have this name"
    for machine in machines(document):
        yield from _unreached(machine)


def _unreached(machine: Plain) -> Iterator[str]:
    states, reached, waiting = machine["States"], set[str](), [machine["StartAt"]]
    while waiting:
        name = waiting.pop()
        if name not in states:
            yield f"{name}: there is no such state where it is gone to"
        elif name not in reached:
            reached.add(name)
            waiting += [target for target, _ in ways(states[name])]
    for name in sorted(states.keys() - reached):
        yield f"{name}: nothing leads to it"


def name_is_short(place: Place) -> Iterator[str]:
    if len(place.name) > NAME_SIZE:
        yield f"a name has {NAME_SIZE} characters at most, this one {len(place.name)}"


def language_is_the_documents(place: Place) -> Iterator[str]:
    if "QueryLanguage" in place.state:
        yield "QueryLanguage stands at the top, and nowhere else"


def expressions_are_whole(place: Place) -> Iterator[str]:
    """`{%` without `%}` is no expression, and a text that was meant as data may be one."""
    own = {key: value for key, value in place.state.items() if key not in {"Branches", "Comment", "ItemProcessor"}}
    for text in texts(own):
        if text.strip().startswith("{%") != is_expression(text):
            yield f"{text!r} is half an expression"
        if is_expression(text) and "\n" in text:
            yield f"{text!r} has several lines, which asl-validator refuses"
        if len(text) > EXPRESSION_SIZE:
            yield f"an expression of {len(text)} characters; {EXPRESSION_SIZE} are allowed"


def output_is_an_object(place: Place) -> Iterator[str]:
    """asl-validator refuses other literals at the top, and a text would be encoded twice on some engines."""
    for _, fields in parts(place.state):
        if "Output" in fields and not isinstance(fields["Output"], dict) and not is_expression(str(fields["Output"])):
            yield f"Output {fields['Output']!r} is neither an object nor an expression"


def choice_has_a_default_and_no_fields(place: Place) -> Iterator[str]:
    """Engines do not agree on a choice's own Assign and Output; what no rule takes is States.NoChoiceMatched."""
    if place.state["Type"] == "Choice":
        if "Default" not in place.state:
            yield "a choice without Default"
        for field in ("Assign", "Output"):
            if field in place.state:
                yield f"a choice with {field}"


def integration_is_known(place: Place) -> Iterator[str]:
    if place.state["Type"] == "Task":
        resource = place.state["Resource"]
        known = {one.replace("arn:aws:", f"arn:{partition}:") for one in INTEGRATIONS for partition in PARTITIONS}
        if resource not in known:
            yield f"unknown integration {resource}"


def token_is_handed_on(place: Place) -> Iterator[str]:
    """Who waits for a token and tells it to nobody waits for ever; one who does not wait has none to tell."""
    if place.state["Type"] == "Task":
        waits = place.state["Resource"].endswith(".waitForTaskToken")
        tells = any("$states.context.Task.Token" in text for text in texts(place.state.get("Arguments", {})))
        if waits != tells:
            yield "waits for a token that it does not tell" if waits else "tells a token that it has not"


def times_are_in_range(place: Place) -> Iterator[str]:
    for field, least in (("TimeoutSeconds", 1), ("HeartbeatSeconds", 1), ("Seconds", 0)):
        yield from _range(field, place.state.get(field), least, LONGEST_S)
    timeout, heartbeat = place.state.get("TimeoutSeconds"), place.state.get("HeartbeatSeconds")
    if isinstance(timeout, int) and isinstance(heartbeat, int) and heartbeat >= timeout:
        yield f"HeartbeatSeconds {heartbeat} is not less than TimeoutSeconds {timeout}"


def map_is_inline(place: Place) -> Iterator[str]:
    if place.state["Type"] == "Map":
        mode = place.state["ItemProcessor"].get("ProcessorConfig", {}).get("Mode")
        if mode != "INLINE":
            yield f"a map in mode {mode}"
        yield from _range("MaxConcurrency", place.state.get("MaxConcurrency"), 0, LONGEST_S)


def any_error_stands_alone_and_last(place: Place) -> Iterator[str]:
    for field in ("Retry", "Catch"):
        several = place.state.get(field, [])
        for one in several:
            names = one["ErrorEquals"]
            if not names:
                yield f"{field} without an error"
            if ANY_ERROR in names and (len(names) > 1 or one is not several[-1]):
                yield f"{ANY_ERROR} in {field} does not stand alone and last"
            if useless := sorted(UNCAUGHT.intersection(names)):
                yield f"{field} names {useless[0]}, which nothing catches"


def every_catcher_is_reached(place: Place) -> Iterator[str]:
    for field in ("Retry", "Catch"):
        known: set[str] = set()
        for one in place.state.get(field, []):
            if known.issuperset(one["ErrorEquals"]):
                yield f"{field} for {one['ErrorEquals']} comes after others for the same"
            known.update(one["ErrorEquals"])


def retriers_are_in_range(place: Place) -> Iterator[str]:
    for one in place.state.get("Retry", []):
        yield from _range("IntervalSeconds", one.get("IntervalSeconds"), 1, LONGEST_S)
        yield from _range("MaxAttempts", one.get("MaxAttempts"), 0, LONGEST_S)
        yield from _range("MaxDelaySeconds", one.get("MaxDelaySeconds"), 1, LONGEST_DELAY_S - 1)
        if one.get("BackoffRate", 1) < 1:
            yield f"BackoffRate {one['BackoffRate']} is less than 1"
        if one.get("MaxDelaySeconds", LONGEST_DELAY_S) <= one.get("IntervalSeconds", 1):
            yield "MaxDelaySeconds is not more than IntervalSeconds"
        if one.get("JitterStrategy", "NONE") not in {"NONE", "FULL"}:
            yield f"JitterStrategy {one['JitterStrategy']}"


def branches_end_well(place: Place) -> Iterator[str]:
    """A branch is total: what fails inside of it comes out as its value, so that all are settled."""
    if place.outer and place.state["Type"] in {"Fail", "Succeed"}:
        yield f"{place.state['Type']} inside of {place.outer[-1].name}"


def _range(field: str, value: Any, least: int, most: int) -> Iterator[str]:
    if value is None or (isinstance(value, str) and is_expression(value)):
        return
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        yield f"{field} {value!r} is no whole number from {least} to {most}"


CHECKS: tuple[Check, ...] = (
    any_error_stands_alone_and_last, branches_end_well, choice_has_a_default_and_no_fields, every_catcher_is_reached,
    expressions_are_whole, integration_is_known, language_is_the_documents, map_is_inline, name_is_short,
    output_is_an_object, retriers_are_in_range, times_are_in_range, token_is_handed_on,
)  # fmt: skip
