"""Choice, Wait, Succeed and Fail of the model of Step Functions, as the pages say."""

from __future__ import annotations

from typing import Any

import pytest

from providers.aws.tests.stepfunctions.cases import END, GUIDE, QUERY, RECORDED, SPEC, Case, done, flow, id_of, machine
from providers.aws.tests.stepfunctions.errors import Unspecified
from providers.aws.tests.stepfunctions.jsonata import Jsonata
from providers.aws.tests.stepfunctions.run import run

Choices = list[dict[str, Any]]


def choosing(rules: Choices, **fields: Any) -> dict[str, Any]:
    """A Choice whose targets tell which was taken, and the variables r and what came in."""
    told = {"in": "{% $states.input %}", "r": "{% $exists($r) ? $r : 'unset' %}"}
    targets = {name: done({"at": name, **told}) for name in sorted({rule["Next"] for rule in rules} | {"default"})}
    return {"c": {"Type": "Choice", "Choices": rules, "Default": "default", **fields}, **targets}


def came(at: str, value: Any, r: Any = "unset") -> dict[str, Any]:
    return {"at": at, "in": value, "r": r}


BIG = [{"Condition": "{% $states.input > 10 %}", "Next": "big"}]
WAITING = {"Type": "Wait", **END}

CASES = [
    Case("a rule that matches is taken", f"{SPEC}#choice-state", choosing(BIG), value=11, output=came("big", 11)),
    Case("without a match Default is taken", f"{SPEC}#choice-state", choosing(BIG), value=1, output=came("default", 1)),
    Case(
        "the first rule that matches is taken",
        f"{SPEC}#choice-state",
        choosing([*BIG, {"Condition": True, "Next": "any"}, {"Condition": True, "Next": "other"}]),
        value=1,
        output=came("any", 1),
    ),
    Case(
        "rules after the one that matches are not evaluated",
        f"{SPEC}#choice-state",
        choosing([{"Condition": True, "Next": "any"}, {"Condition": "{% $error('no') %}", "Next": "other"}]),
        value=1,
        output=came("any", 1),
    ),
    Case(
        "a Condition may be a constant",
        f"{RECORDED}/scenarios/test_base_scenarios.py",
        choosing([{"Condition": False, "Next": "no"}, {"Condition": True, "Next": "yes"}]),
        value=1,
        output=came("yes", 1),
    ),
    Case(
        "a rule assigns and makes the output",
        f"{SPEC}#choice-state",
        choosing([{**BIG[0], "Assign": {"r": "big"}, "Output": "{% $states.input - 10 %}"}]),
        value=11,
        output=came("big", 1, "big"),
    ),
    Case(
        "the state's own Assign and Output are for Default",
        f"{RECORDED}/outputdecl/test_output.py",
        choosing([{**BIG[0], "Assign": {"r": "big"}}], Assign={"r": "small"}, Output="o"),
        value=1,
        output=came("default", "o", "small"),
    ),
    Case(
        "the state's own Assign and Output are not for a rule",
        f"{RECORDED}/assign/test_assign_base.py",
        choosing(BIG, Assign={"r": "small"}, Output="o"),
        value=11,
        output=came("big", 11),
    ),
    Case(
        "a Condition must be a boolean",
        f"{SPEC}#choice-state",
        choosing([{"Condition": "{% $states.input %}", "Next": "any"}]),
        value=1,
        error=QUERY,
        cause="returned an unexpected result type. Expected 'boolean', but was 'number' for value: 1",
    ),
    Case(
        "Wait lets so many seconds pass",
        f"{SPEC}#wait-state",
        {"w": {**WAITING, "Seconds": 10}},
        value=1,
        output=1,
        took_s=10,
    ),
    Case("Wait can take no time", f"{GUIDE}/state-wait.html", {"w": {**WAITING, "Seconds": 0}}, output={}, took_s=0),
    Case(
        "the seconds may be an expression",
        f"{SPEC}#wait-state",
        {"w": {**WAITING, "Seconds": "{% $states.input.s * 2 %}", "Output": "o"}},
        value={"s": 30},
        output="o",
        took_s=60,
    ),
    Case(
        "the seconds must not be negative",
        f"{SPEC}#wait-state",
        {"w": {**WAITING, "Seconds": "{% -1 %}"}},
        error=QUERY,
    ),
    Case(
        "the seconds must be whole",
        f"{SPEC}#wait-state",
        {"w": {**WAITING, "Seconds": "{% 0.5 %}"}},
        error=QUERY,
    ),
    Case(
        "the seconds must be a number",
        f"{SPEC}#jsonata-runtime-errors",
        {"w": {**WAITING, "Seconds": "{% '1' %}"}},
        error=QUERY,
        cause="but was 'string' for value: \"1\"",
    ),
    Case(
        "Wait can end at a time",
        f"{SPEC}#wait-state",
        {"w": {**WAITING, "Timestamp": "2026-01-02T12:00:07Z"}},
        output={},
        took_s=7,
    ),
    Case(
        "a time may have an offset",
        f"{SPEC}#timestamps",
        {"w": {**WAITING, "Timestamp": "2026-01-02T13:00:07.5+01:00"}},
        output={},
        took_s=7.5,
    ),
    Case(
        "a time that is past takes no time",
        f"{GUIDE}/state-wait.html",
        {"w": {**WAITING, "Timestamp": "2016-03-14T01:59:00Z"}},
        output={},
        took_s=0,
    ),
    Case(
        "the time may be an expression",
        f"{SPEC}#wait-state",
        {"w": {**WAITING, "Timestamp": "{% $states.input.at %}"}},
        value={"at": "2026-01-02T12:01:00Z"},
        output={"at": "2026-01-02T12:01:00Z"},
        took_s=60,
    ),
    *(
        Case(
            f"{text!r} is no time",
            f"{RECORDED}/scenarios/test_base_scenarios.py",
            {"w": {**WAITING, "Timestamp": "{% $states.input %}"}},
            value=text,
            error=QUERY,
            cause=f"cannot be parsed as an ISO-8601 extended offset date-time format string: {text}",
        )
        for text in ("2016-12-05 21:29:29Z", "2016-12-05T21:29:29", "2016-13-05T21:29:29Z", "05-12-2016T21:29:29Z")
    ),
    Case(
        "Wait assigns once it is over",
        f"{RECORDED}/assign/test_assign_reference_variables.py",
        {
            "w": {"Type": "Wait", "Seconds": 1, "Assign": {"now": "{% $states.context.State.Name %}"}, "Next": "z"},
            "z": done("{% $now %}"),
        },
        output="w",
    ),
    Case(
        "$millis is the time of the state",
        f"{GUIDE}/transforming-data.html",
        {"w": {"Type": "Wait", "Seconds": 2, "Next": "z"}, "z": done("{% $millis() %}")},
        output=1_767_355_202_000,
    ),
    Case("Succeed passes its input on", f"{SPEC}#succeed-state", {"s": {"Type": "Succeed"}}, value=1, output=1),
    Case(
        "Succeed may have an Output",
        f"{SPEC}#succeed-state",
        {"s": {"Type": "Succeed", "Output": {"v": "{% $states.input %}"}}},
        value=1,
        output={"v": 1},
    ),
    Case(
        "Fail ends with error and cause",
        f"{SPEC}#fail-state",
        {"f": {"Type": "Fail", "Error": "ErrorA", "Cause": "Kaiju attack"}},
        error="ErrorA",
        cause="Kaiju attack",
    ),
    Case(
        "Fail may compute error and cause",
        f"{SPEC}#fail-state",
        {"f": {"Type": "Fail", "Error": "{% 'E' & $states.input %}", "Cause": "{% $string({'m': $states.input}) %}"}},
        value=1,
        error="E1",
        cause='{"m":1}',
    ),
    Case(
        "an Error must be a text",
        f"{SPEC}#fail-state",
        {"f": {"Type": "Fail", "Error": "{% 1 %}"}},
        error=QUERY,
        cause="Expected 'string', but was 'number'",
    ),
    Case(
        "Fail may have no error",
        f"{RECORDED}/base/test_base.py",
        {"f": {"Type": "Fail"}},
        status="FAILED",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=id_of)
def test_choice_and_wait(case: Case, engine: Jsonata) -> None:
    case.check(engine)


def test_a_choice_without_match_and_default_ends_the_execution(engine: Jsonata) -> None:
    """States.NoChoiceMatched is reserved, says AWS's page, against the specification: it is States.Runtime.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html. So nothing around can catch it.
    """
    choice = {"Type": "Choice", "Choices": [{"Condition": False, "Next": "y"}]}
    catch = [{"ErrorEquals": ["States.NoChoiceMatched"], "Next": "z"}, {"ErrorEquals": ["States.ALL"], "Next": "z"}]
    branch = flow({"c": choice, "y": {"Type": "Succeed"}})
    states = {"p": {"Type": "Parallel", "Branches": [branch], "Catch": catch, **END}, "z": {"Type": "Succeed"}}
    outcome = run(machine(states), {}, {}, engine)
    assert (outcome.status, outcome.error) == ("FAILED", "States.Runtime")
    assert "Failed to transition out of the state." in (outcome.cause or "")


def test_a_wait_beyond_the_documented_one_is_left_open(engine: Jsonata) -> None:
    with pytest.raises(Unspecified, match="99999999"):
        run(machine({"w": {**WAITING, "Seconds": "{% 100000000 %}"}}), {}, {}, engine)


def test_a_cause_beyond_the_documented_one_is_left_open(engine: Jsonata) -> None:
    with pytest.raises(Unspecified, match="32768"):
        run(machine({"f": {"Type": "Fail", "Cause": "x" * 32_769}}), {}, {}, engine)
