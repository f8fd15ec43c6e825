"""What is wrong with a state machine is said, by one oracle at least; what is right is not objected to by any."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from providers.aws.tests.asl.oracles import checks, shapes, statics
from providers.aws.tests.asl.oracles.machine import Plain, places


@pytest.mark.parametrize("name", sorted(shapes.SHAPES))
def test_nobody_objects_to_what_is_right(name: str, node: statics.Node) -> None:
    assert statics.problems(json.dumps(shapes.SHAPES[name]), node) == []


Fault = Callable[[dict[str, Plain]], Any]
RETRIER = {"ErrorEquals": ["Declined"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2}
FAULTS: dict[str, tuple[str, Fault, str]] = {
    "half an expression": ("loop", lambda s: s["end"].update(Output={"v": "{% $i"}), "half an expression"),
    "space before": ("loop", lambda s: s["end"].update(Output={"v": " {% $i %}"}), "half an expression"),
    "several lines": ("loop", lambda s: s["end"].update(Output={"v": "{% $i +\n 1 %}"}), "several lines"),
    "a literal as output": ("loop", lambda s: s["end"].update(Output=1), "neither an object"),
    "no default": ("loop", lambda s: s["test"].pop("Default"), "without Default"),
    "a choice that assigns": ("loop", lambda s: s["test"].update(Assign={"a": 1}), "a choice with Assign"),
    "nothing leads to it": ("loop", lambda s: s["test"].update(Default="body"), "end: nothing leads to it"),
    "no such state": ("loop", lambda s: s["body"].update(Next="nowhere"), "nowhere: there is no such state"),
    "unknown service": ("retried", lambda s: s["call"].update(Resource="arn:aws:states:::sqs:explode"), "unknown"),
    "untold token": ("wait", lambda s: s["w"]["Arguments"]["Payload"].pop("token"), "does not tell"),
    "a token too many": ("wait", lambda s: s["w"].update(Resource=shapes.INVOKE), "has not"),
    "no time": ("retried", lambda s: s["call"].update(TimeoutSeconds=0), "TimeoutSeconds 0 is no whole number"),
    "half a second": ("wait", lambda s: s["pause"].update(Seconds=0.5), "Seconds 0.5 is no whole number"),
    "late heartbeat": ("retried", lambda s: s["call"].update(TimeoutSeconds=9, HeartbeatSeconds=9), "not less than"),
    "distributed": ("fan_out", lambda s: s["m"]["ItemProcessor"]["ProcessorConfig"].update(Mode="DISTRIBUTED"), "mode"),
    "any error with others": (
        "retried",
        lambda s: s["call"].update(Retry=[{"ErrorEquals": ["A", "States.ALL"]}]),
        "does not stand alone and last",
    ),
    "any error first": (
        "retried",
        lambda s: s["call"].update(Retry=[{"ErrorEquals": ["States.ALL"]}, {"ErrorEquals": ["A"]}]),
        "does not stand alone and last",
    ),
    "what nothing catches": (
        "retried",
        lambda s: s["call"].update(Retry=[{"ErrorEquals": ["States.Runtime"]}]),
        "which nothing catches",
    ),
    "caught before": ("retried", lambda s: s["call"].update(Retry=[RETRIER, RETRIER]), "comes after others"),
    "retried at once": ("retried", lambda s: s["call"]["Retry"][0].update(IntervalSeconds=0), "IntervalSeconds 0"),
    "less each time": ("retried", lambda s: s["call"]["Retry"][0].update(BackoffRate=0.5), "BackoffRate 0.5"),
    "a branch that fails": ("fan_out", lambda s: s["m.err"].update(Type="Fail"), "Fail inside of m"),
    "a name twice": ("both", lambda s: s["p"]["Branches"].append(s["p"]["Branches"][0]), "2 states have this name"),
    "undefined": ("loop", lambda s: s["start"]["Assign"].pop("xs"), "$xs, which may have no value here"),
    "undefined on one way": (
        "loop",
        lambda s: s["test"]["Choices"].insert(0, {"Condition": "{% $i > 5 %}", "Assign": {"q": 1}, "Next": "end"})
        or s["end"].update(Output={"v": "{% $q %}"}),
        "$q, which may have no value here",
    ),
    "inner variable": (
        "fan_out",
        lambda s: s["m.err"].update(Assign={"z": 1}) or s["end"].update(Output={"v": "{% $z %}"}),
        "$z, which may have no value here",
    ),
    "outer variable assigned": ("fan_out", lambda s: s["m.err"].update(Assign={"xs": 1}), "assigned around it"),
    "reserved name": ("loop", lambda s: s["body"]["Assign"].update(states=1), "'states' is no name"),
    "name with a line": ("loop", lambda s: s["body"]["Assign"].update(_a=1), "'_a' is no name"),
    "hides a function": ("loop", lambda s: s["body"]["Assign"].update(count=1), "hides a function"),
    "no function": ("loop", lambda s: s["end"].update(Output={"v": "{% $sorted($xs) %}"}), "$sorted"),
    "refused function": ("loop", lambda s: s["end"].update(Output={"v": "{% $eval('1') %}"}), "$eval"),
    "context": ("loop", lambda s: s["end"].update(Output={"v": "{% $xs[$ > 1] %}"}), "$ or $$"),
    "no result": ("loop", lambda s: s["end"].update(Output={"v": "{% $states.result %}"}), "$states.result"),
    "no error": ("retried", lambda s: s["call"]["Assign"].update(r="{% $states.errorOutput %}"), "$states.errorOutput"),
    "all of it": ("loop", lambda s: s["end"].update(Output={"v": "{% $string($states) %}"}), "all of $states"),
    "syntax": ("loop", lambda s: s["end"].update(Output={"v": "{% $i + %}"}), "S0207"),
    "of a later JSONata": ("loop", lambda s: s["end"].update(Output={"v": "{% $i ?? 1 %}"}), "S0211"),
    "JSONPath": ("loop", lambda s: s["end"].update(InputPath="$.a"), "asl-validator: "),
    "unknown field": ("loop", lambda s: s["end"].update(Bogus=1), "statelint: "),
    "no end": ("loop", lambda s: s["end"].pop("End"), "statelint: "),
    "language of a state": ("loop", lambda s: s["end"].update(QueryLanguage="JSONPath"), "stands at the top"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found(name: str, node: statics.Node) -> None:
    shape, fault, says = FAULTS[name]
    document = deepcopy(shapes.SHAPES[shape])
    fault({place.name: place.state for place in places(document)})
    found = statics.problems(document, node)
    assert any(says in problem for problem in found), found


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ({"StartAt": "end", "States": {"end": shapes.end(1)}}, "QueryLanguage is not JSONata"),
        (shapes.machine("x" * 81, {"x" * 81: shapes.end(1)}), "80 characters at most"),
        (shapes.machine("end", {"end": shapes.end("x" * 1_048_576)}), "1048576 are allowed"),
        (shapes.machine("end", {"end": shapes.end("{% '" + "x" * 32_768 + "' %}")}), "32768 are allowed"),
    ],
)
def test_a_document_that_is_not_allowed_is_refused(document: Plain, says: str) -> None:
    assert any(says in problem for problem in checks.problems(document))


def test_keys_that_stand_twice_are_found() -> None:
    assert checks.duplicates('{"a": {"b": 1, "b": 2}, "c": 1}') == ["the key 'b' stands twice in one object"]
