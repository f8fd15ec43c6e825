"""What the model of Step Functions refuses of definitions, all at once, and what it takes."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

from providers.aws.tests.stepfunctions.cases import DIRECT, END, GUIDE, LAMBDA, RECORDED, SPEC, call, flow, machine
from providers.aws.tests.stepfunctions.definition import problems
from providers.aws.tests.stepfunctions.errors import (
    DUPLICATE_STATE,
    DUPLICATE_VARIABLE,
    JSONATA,
    SCHEMA,
    TARGET,
    UNSPECIFIED,
)
from providers.aws.tests.stepfunctions.jsonata import Jsonata

PASS = {"Type": "Pass", **END}
WAIT: dict[str, Any] = {"Type": "Wait", "Seconds": 1, **END}
CHOICE: dict[str, Any] = {"Type": "Choice", "Choices": [{"Condition": True, "Next": "z"}], "Default": "z"}
Z = {"z": {"Type": "Succeed"}}
ALL = ["States.ALL"]
MAP: dict[str, Any] = {"Type": "Map", "Items": [], "ItemProcessor": flow({"i": PASS}), **END}
PARALLEL: dict[str, Any] = {"Type": "Parallel", "Branches": [flow({"i": PASS})], **END}


class Row(NamedTuple):
    """A definition and the one problem that it has. page: who says so. path: from the machine on."""

    claim: str
    page: str
    definition: Any
    code: str
    path: str
    message: str = ""


def one(claim: str, page: str, state: dict[str, Any], code: str, *where: str) -> Row:
    """A machine with one state, a, and z to go to where it names it. where: the path, and a part of the message."""
    states = {"a": state, **(Z if '"z"' in json.dumps(state) else {})}
    path, *message = where
    return Row(claim, page, machine(states), code, f"/States/a{path}", *message)


def without(state: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in state.items() if key != name}


def expression(claim: str, page: str, text: str, message: str = "") -> Row:
    return one(claim, page, {**PASS, "Output": f"{{% {text} %}}"}, JSONATA, "/Output", message)


def variable(claim: str, page: str, name: str, message: str = "") -> Row:
    return one(claim, page, {**PASS, "Assign": {name: 1}}, SCHEMA, f"/Assign/{name}", message)


ROWS = [
    Row("no JSON", f"{RECORDED}/test_sfn_api_validation.py", "not a definition", "INVALID_JSON_DESCRIPTION", ""),
    Row("a name twice", "https://www.rfc-editor.org/rfc/rfc8259#section-4", '{"a": 1, "a": 2}', SCHEMA, "", "'a'"),
    Row(
        "no fields",
        f"{RECORDED}/test_sfn_api_validation.py",
        {"QueryLanguage": "JSONata"},
        SCHEMA,
        "",
        "[StartAt, States]",
    ),
    Row("JSONPath", f"{SPEC}#query-language", {"StartAt": "a", "States": {"a": PASS}}, UNSPECIFIED, "/QueryLanguage"),
    Row("an unknown field", f"{SPEC}#toplevelfields", machine({"a": PASS}, Extra=1), SCHEMA, "/Extra"),
    Row("no states", f"{SPEC}#toplevelfields", {**machine({"a": PASS}), "States": {}}, SCHEMA, "/States", "empty"),
    Row("no such start", f"{SPEC}#toplevelfields", {**machine({"a": PASS}), "StartAt": "b"}, TARGET, "/StartAt"),
    Row(
        "a time-out of nothing",
        f"{SPEC}#toplevelfields",
        machine({"a": PASS}, TimeoutSeconds=0),
        SCHEMA,
        "/TimeoutSeconds",
    ),
    Row(
        "a machine's time-out computed",
        f"{SPEC}#toplevelfields",
        machine({"a": PASS}, TimeoutSeconds="{% 1 %}"),
        SCHEMA,
        "/TimeoutSeconds",
    ),
    Row(
        "a name of 81 characters",
        f"{SPEC}#states-fields",
        machine({"x" * 81: PASS}),
        SCHEMA,
        f"/States/{'x' * 81}",
        "80",
    ),
    Row(
        "one name in two flows",
        f"{SPEC}#states-fields",
        machine({"p": {**PARALLEL, "Branches": [flow({"b": PASS}), flow({"b": PASS})]}}),
        DUPLICATE_STATE,
        "/States/p/Branches/1/States/b",
    ),
    one("no type", f"{SPEC}#state-types", END, SCHEMA, "", "[Type]"),
    one(
        "a type that is none",
        f"{RECORDED}/scenarios/test_base_scenarios.py",
        {"Type": "Paz"},
        SCHEMA,
        "/Type",
        "[Task, Wait",
    ),
    one("a field of no state", f"{SPEC}#state-type-table-jsonata", {**PASS, "Bogus": 1}, SCHEMA, "/Bogus"),
    one("a field of another type", f"{SPEC}#state-type-table-jsonata", {**PASS, "Arguments": 1}, SCHEMA, "/Arguments"),
    one(
        "a field of JSONPath", f"{SPEC}#state-type-table-jsonata", {**PASS, "InputPath": "$"}, UNSPECIFIED, "/InputPath"
    ),
    one(
        "JSONPath in one state",
        f"{RECORDED}/test_sfn_api_validation.py",
        {**PASS, "QueryLanguage": "JSONPath"},
        SCHEMA,
        "/QueryLanguage",
        "can not be 'JSONPath'",
    ),
    one("neither Next nor End", f"{SPEC}#transition", {"Type": "Pass"}, SCHEMA, ""),
    one("both Next and End", f"{SPEC}#state-type-table-jsonata", {**PASS, "Next": "z"}, SCHEMA, ""),
    one("End that is no boolean", f"{SPEC}#states-fields", {"Type": "Pass", "End": "yes"}, SCHEMA, "/End"),
    one("End that is false", f"{SPEC}#state-type-table-jsonata", {"Type": "Pass", "End": False}, UNSPECIFIED, "/End"),
    one("no such Next", f"{SPEC}#transition", {"Type": "Pass", "Next": "nope"}, TARGET, "/Next", "nope"),
    one("an end of Succeed", f"{SPEC}#succeed-state", {"Type": "Succeed", **END}, SCHEMA, "/End"),
    one(
        "an Assign of Succeed", f"{SPEC}#state-type-table-jsonata", {"Type": "Succeed", "Assign": {}}, SCHEMA, "/Assign"
    ),
    one("an Output of Fail", f"{SPEC}#state-type-table-jsonata", {"Type": "Fail", "Output": 1}, SCHEMA, "/Output"),
    one("an Error that is no text", f"{SPEC}#fail-state", {"Type": "Fail", "Error": 1}, SCHEMA, "/Error"),
    one(
        "an Assign that is no object",
        f"{SPEC}#assigning-state-machine-variables",
        {**PASS, "Assign": []},
        SCHEMA,
        "/Assign",
    ),
    one("a Wait for nothing", f"{SPEC}#wait-state", without(WAIT, "Seconds"), SCHEMA, ""),
    one("a Wait for two things", f"{SPEC}#wait-state", {**WAIT, "Timestamp": "2016-03-14T01:59:00Z"}, SCHEMA, ""),
    one("a Wait of half a second", f"{GUIDE}/state-wait.html", {**WAIT, "Seconds": 0.5}, SCHEMA, "/Seconds"),
    one("a Wait of less than nothing", f"{GUIDE}/state-wait.html", {**WAIT, "Seconds": -1}, SCHEMA, "/Seconds"),
    one("a Wait beyond the most", f"{GUIDE}/state-wait.html", {**WAIT, "Seconds": 100_000_000}, SCHEMA, "/Seconds"),
    one(
        "a time without a T",
        f"{RECORDED}/scenarios/test_base_scenarios.py",
        {"Type": "Wait", "Timestamp": "2016-12-05 21:29:29Z", **END},
        SCHEMA,
        "/Timestamp",
    ),
    one("no rules", f"{SPEC}#choice-state", {**CHOICE, "Choices": []}, SCHEMA, "/Choices", "empty"),
    one("rules that are no array", f"{SPEC}#choice-state", {**CHOICE, "Choices": {}}, SCHEMA, "/Choices"),
    one(
        "a rule without a condition",
        f"{SPEC}#choice-state",
        {**CHOICE, "Choices": [{"Next": "z"}]},
        SCHEMA,
        "/Choices/0",
        "[Condition]",
    ),
    one(
        "a rule without a target",
        f"{SPEC}#choice-state",
        {**CHOICE, "Choices": [{"Condition": True}]},
        SCHEMA,
        "/Choices/0",
        "[Next]",
    ),
    one(
        "a condition that is a text",
        f"{SPEC}#choice-state",
        {**CHOICE, "Choices": [{"Condition": "x", "Next": "z"}]},
        SCHEMA,
        "/Choices/0/Condition",
    ),
    one(
        "a rule to nowhere",
        f"{SPEC}#choice-state",
        {**CHOICE, "Choices": [{"Condition": True, "Next": "nope"}]},
        TARGET,
        "/Choices/0/Next",
    ),
    one("a Default to nowhere", f"{SPEC}#choice-state", {**CHOICE, "Default": "nope"}, TARGET, "/Default"),
    one("an end of Choice", f"{SPEC}#choice-state", {**CHOICE, **END}, SCHEMA, "/End"),
    one("no resource", f"{SPEC}#task-state", {"Type": "Task", **END}, SCHEMA, "", "[Resource]"),
    one(
        "a resource that is none",
        f"{GUIDE}/state-task.html",
        {"Type": "Task", "Resource": "x", **END},
        SCHEMA,
        "/Resource",
        "not recognized",
    ),
    one(
        "another service",
        f"{GUIDE}/integrate-optimized.html",
        {**call(), "Resource": "arn:aws:states:::sqs:sendMessage"},
        UNSPECIFIED,
        "/Resource",
    ),
    one(
        "a resource computed", f"{GUIDE}/transforming-data.html", {**call(), "Resource": "{% 1 %}"}, SCHEMA, "/Resource"
    ),
    one(
        "no function",
        f"{GUIDE}/connect-lambda.html",
        {**call(), "Arguments": {"Payload": 1}},
        SCHEMA,
        "/Arguments",
        "'FunctionName' is required",
    ),
    one(
        "a function's name that is none", f"{GUIDE}/connect-lambda.html", call("a b"), SCHEMA, "/Arguments/FunctionName"
    ),
    one(
        "an argument of no call",
        f"{GUIDE}/connect-lambda.html",
        {**call(), "Arguments": {"FunctionName": "f", "X": 1}},
        SCHEMA,
        "/Arguments/X",
    ),
    one(
        "an argument not carried out",
        f"{GUIDE}/connect-lambda.html",
        {**call(), "Arguments": {"FunctionName": "f", "InvocationType": "Event"}},
        UNSPECIFIED,
        "/Arguments/InvocationType",
    ),
    one(
        "a token that nobody gets",
        f"{GUIDE}/connect-to-resource.html#connect-wait-token",
        {**call(), "Resource": f"{LAMBDA}.waitForTaskToken"},
        UNSPECIFIED,
        "/Arguments",
    ),
    one("a task's time-out of nothing", f"{SPEC}#timeouts", call(TimeoutSeconds=0), SCHEMA, "/TimeoutSeconds"),
    one(
        "heartbeats as long as the task",
        f"{SPEC}#timeouts",
        call(TimeoutSeconds=5, HeartbeatSeconds=5),
        SCHEMA,
        "/HeartbeatSeconds",
    ),
    one("credentials", f"{SPEC}#credentials", call(Credentials={}), UNSPECIFIED, "/Credentials"),
    one("no branches", f"{SPEC}#parallel-state", {**PARALLEL, "Branches": []}, SCHEMA, "/Branches", "empty"),
    one(
        "a branch without a start",
        f"{SPEC}#parallel-state",
        {**PARALLEL, "Branches": [{"States": {"i": WAIT | {"Seconds": 0}}}]},
        SCHEMA,
        "/Branches/0",
        "[StartAt]",
    ),
    one(
        "out of a branch",
        f"{SPEC}#parallel-state",
        {**PARALLEL, "Branches": [flow({"i": {"Type": "Pass", "Next": "a"}})]},
        TARGET,
        "/Branches/0/States/i/Next",
    ),
    one("no processor", f"{SPEC}#map-state", without(MAP, "ItemProcessor"), SCHEMA, "", "[ItemProcessor]"),
    one("items that are a text", f"{SPEC}#selecting-items", {**MAP, "Items": "x"}, SCHEMA, "/Items"),
    one("items that are an object", f"{SPEC}#selecting-items", {**MAP, "Items": {}}, UNSPECIFIED, "/Items"),
    one("less than no concurrency", f"{SPEC}#map-state", {**MAP, "MaxConcurrency": -1}, SCHEMA, "/MaxConcurrency"),
    one(
        "a distributed Map",
        f"{GUIDE}/state-map-distributed.html",
        {**MAP, "ItemProcessor": {**MAP["ItemProcessor"], "ProcessorConfig": {"Mode": "DISTRIBUTED"}}},
        UNSPECIFIED,
        "/ItemProcessor/ProcessorConfig",
    ),
    one("the old name of the processor", f"{SPEC}#map-state", {**MAP, "Iterator": {}}, UNSPECIFIED, "/Iterator"),
    one("retriers that are no array", f"{SPEC}#retrying-after-error", call(Retry={}), SCHEMA, "/Retry"),
    one(
        "a retrier of no error",
        f"{SPEC}#retrying-after-error",
        call(Retry=[{"ErrorEquals": []}]),
        SCHEMA,
        "/Retry/0/ErrorEquals",
    ),
    one(
        "a retrier without errors",
        f"{SPEC}#retrying-after-error",
        call(Retry=[{}]),
        SCHEMA,
        "/Retry/0",
        "[ErrorEquals]",
    ),
    one(
        "all and another",
        f"{SPEC}#retrying-after-error",
        call(Retry=[{"ErrorEquals": ["States.ALL", "E"]}]),
        SCHEMA,
        "/Retry/0/ErrorEquals",
        "alone",
    ),
    one(
        "all not last",
        f"{SPEC}#retrying-after-error",
        call(Retry=[{"ErrorEquals": ALL}, {"ErrorEquals": ["E"]}]),
        SCHEMA,
        "/Retry/0/ErrorEquals",
        "last",
    ),
    one(
        "all not last of catchers",
        f"{SPEC}#fallback-states",
        call(Catch=[{"ErrorEquals": ALL, "Next": "z"}, {"ErrorEquals": ["E"], "Next": "z"}]),
        SCHEMA,
        "/Catch/0/ErrorEquals",
        "last",
    ),
    one(
        "an error of the language's that is none",
        f"{SPEC}#error-representation",
        call(Retry=[{"ErrorEquals": ["States.Mine"]}]),
        UNSPECIFIED,
        "/Retry/0/ErrorEquals",
    ),
    one(
        "an interval of nothing",
        f"{SPEC}#retrying-after-error",
        call(Retry=[{"ErrorEquals": ALL, "IntervalSeconds": 0}]),
        SCHEMA,
        "/Retry/0/IntervalSeconds",
    ),
    one(
        "an interval computed",
        f"{GUIDE}/concepts-error-handling.html",
        call(Retry=[{"ErrorEquals": ALL, "IntervalSeconds": "{% 1 %}"}]),
        SCHEMA,
        "/Retry/0/IntervalSeconds",
    ),
    one(
        "less than no attempts",
        f"{SPEC}#retrying-after-error",
        call(Retry=[{"ErrorEquals": ALL, "MaxAttempts": -1}]),
        SCHEMA,
        "/Retry/0/MaxAttempts",
    ),
    one(
        "a rate below 1",
        f"{SPEC}#retrying-after-error",
        call(Retry=[{"ErrorEquals": ALL, "BackoffRate": 0.5}]),
        SCHEMA,
        "/Retry/0/BackoffRate",
    ),
    one(
        "a most that is less than the first",
        f"{GUIDE}/concepts-error-handling.html",
        call(Retry=[{"ErrorEquals": ALL, "IntervalSeconds": 5, "MaxDelaySeconds": 5}]),
        SCHEMA,
        "/Retry/0/MaxDelaySeconds",
    ),
    one(
        "a jitter that is none",
        f"{GUIDE}/concepts-error-handling.html",
        call(Retry=[{"ErrorEquals": ALL, "JitterStrategy": "HALF"}]),
        SCHEMA,
        "/Retry/0/JitterStrategy",
    ),
    one(
        "a catcher to nowhere",
        f"{SPEC}#fallback-states",
        call(Catch=[{"ErrorEquals": ALL, "Next": "nope"}]),
        TARGET,
        "/Catch/0/Next",
    ),
    one(
        "a catcher without a target",
        f"{SPEC}#fallback-states",
        call(Catch=[{"ErrorEquals": ALL}]),
        SCHEMA,
        "/Catch/0",
        "[Next]",
    ),
    one("a catcher of Pass", f"{SPEC}#state-type-table-jsonata", {**PASS, "Catch": []}, SCHEMA, "/Catch"),
    one(
        "an expression that is half",
        f"{GUIDE}/transforming-data.html",
        {**PASS, "Output": {"x": ["{% 1"]}},
        JSONATA,
        "/Output/x/0",
        "end with",
    ),
    one(
        "an expression with a space before it",
        f"{GUIDE}/transforming-data.html",
        {**PASS, "Output": " {% 1 %}"},
        JSONATA,
        "/Output",
    ),
    expression("an expression that does not parse", f"{GUIDE}/transforming-data.html", "1 +", "S0207"),
    expression("the ?: of later JSONata", "https://docs.jsonata.org/other-operators", "$x ?: 1", "S0"),
    expression("the input document", f"{SPEC}#jsonata-restrictions", "$", "input document"),
    expression("a field of the input document", f"{SPEC}#jsonata-restrictions", "total", "'total'"),
    expression("the input document as a whole", f"{SPEC}#jsonata-restrictions", "$order[$$.a]", "'$$'"),
    expression("the input document as an argument", f"{SPEC}#jsonata-restrictions", "$string($)", "input document"),
    expression("$eval", f"{GUIDE}/transforming-data.html", "$eval('1')", "$parse"),
    one(
        "the result before there is one",
        f"{SPEC}#using-arguments-and-output",
        call("f", "{% $states.result %}"),
        SCHEMA,
        "/Arguments/Payload",
        "$states.result",
    ),
    one(
        "the result of a Pass",
        f"{SPEC}#reserved-states-variable-with-jsonata",
        {**PASS, "Output": "{% $states.result %}"},
        SCHEMA,
        "/Output",
    ),
    one(
        "the error outside of a catcher",
        f"{SPEC}#reserved-states-variable-with-jsonata",
        call(Output="{% $states.errorOutput %}"),
        SCHEMA,
        "/Output",
    ),
    one(
        "the result in a catcher",
        f"{SPEC}#jsonata-catchers",
        call(Catch=[{"ErrorEquals": ALL, "Next": "z", "Output": "{% $states.result %}"}]),
        SCHEMA,
        "/Catch/0/Output",
    ),
    one(
        "$states as a whole",
        f"{SPEC}#reserved-states-variable-with-jsonata",
        {**PASS, "Output": "{% $states %}"},
        UNSPECIFIED,
        "/Output",
    ),
    one(
        "a member that $states has not",
        f"{SPEC}#reserved-states-variable-with-jsonata",
        {**PASS, "Output": "{% $states.x %}"},
        UNSPECIFIED,
        "/Output",
    ),
    variable("a variable called states", f"{SPEC}#state-machine-variables", "states", "reserved"),
    variable("a variable that begins with a digit", f"{SPEC}#state-machine-variables", "1x"),
    variable("a variable that begins with _", f"{SPEC}#state-machine-variables", "_x"),
    variable("a variable with a dash", f"{SPEC}#state-machine-variables", "a-b"),
    variable("a variable of 81 characters", f"{SPEC}#state-machine-variables", "x" * 81),
    Row(
        "a variable of the outer scope",
        f"{SPEC}#variable-scope",
        machine(
            {
                "a": {"Type": "Pass", "Assign": {"x": 1}, "Next": "p"},
                "p": {**PARALLEL, "Branches": [flow({"b": {**PASS, "Assign": {"x": 2}}})]},
            }
        ),
        DUPLICATE_VARIABLE,
        "/States/p/Branches/0/States/b/Assign/x",
    ),
    Row(
        "a variable that a catcher outside assigns",
        f"{SPEC}#variable-scope",
        machine(
            {
                "m": {
                    **MAP,
                    "ItemProcessor": flow({"b": {**PASS, "Assign": {"x": 2}}}),
                    "Catch": [{"ErrorEquals": ALL, "Assign": {"x": 1}, "Next": "z"}],
                },
                **Z,
            }
        ),
        DUPLICATE_VARIABLE,
        "/States/m/ItemProcessor/States/b/Assign/x",
    ),
    Row(
        "a variable of the scope two around",
        f"{SPEC}#variable-scope",
        machine(
            {
                "a": {"Type": "Pass", "Assign": {"x": 1}, "Next": "p"},
                "p": {
                    **PARALLEL,
                    "Branches": [flow({"m": {**MAP, "ItemProcessor": flow({"b": {**PASS, "Assign": {"x": 2}}})}})],
                },
            }
        ),
        DUPLICATE_VARIABLE,
        "/States/p/Branches/0/States/m/ItemProcessor/States/b/Assign/x",
    ),
    Row(
        "no end",
        f"{SPEC}#states-fields",
        machine({"a": {"Type": "Pass", "Next": "a"}}),
        SCHEMA,
        "/States",
        "terminal",
    ),
    Row(
        "a branch without end",
        f"{SPEC}#parallel-state",
        machine({"p": {**PARALLEL, "Branches": [flow({"b": {"Type": "Pass", "Next": "b"}})]}}),
        UNSPECIFIED,
        "/States/p/Branches/0/States",
    ),
    Row(
        "a state that nothing leads to",
        f"{GUIDE}/statemachine-structure.html",
        machine({"a": PASS, "b": PASS}),
        TARGET,
        "/States/b",
        "not reachable",
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.claim.replace(" ", "-"))
def test_what_is_refused(row: Row, engine: Jsonata) -> None:
    found = problems(row.definition, engine)
    assert [(one.code, one.path) for one in found] == [(row.code, row.path)], found
    assert row.message in found[0].message
    assert row.page.startswith("https://")


GOOD = [
    machine({"a": PASS}, Comment="c", Version="1.0", TimeoutSeconds=99_999_999),
    machine({"x" * 80: {**PASS, "Comment": "c", "QueryLanguage": "JSONata"}}),
    machine({"ä 1": {**PASS, "Assign": {"größe": 1, "x" * 80: None}}}),
    machine({"a": {"Type": "Task", "Resource": DIRECT, **END}}),
    machine({"a": {"Type": "Task", "Resource": f"{DIRECT}:live", "Arguments": "x", **END}}),
    machine({"a": call("arn:aws:lambda:eu-west-1:111111111111:function:f:live")}),
    machine({"a": call(TimeoutSeconds=99_999_999, HeartbeatSeconds=1, Retry=[], Catch=[])}),
    machine({"a": call(Retry=[{"ErrorEquals": ["E"], "MaxAttempts": 0}, {"ErrorEquals": ALL, "BackoffRate": 1}])}),
    machine({"a": {**MAP, "ItemProcessor": {**MAP["ItemProcessor"], "ProcessorConfig": {"Mode": "INLINE"}}}}),
    machine({"a": {**PASS, "Output": "{% $order[total > 10][$.total > 10].total %}"}}),
    machine({"a": {**PASS, "Output": "{% $map($xs, function($x, $i) { $x.a + $i }) %}"}}),
    machine({"a": {**PASS, "Output": "{% $xs^(price){name: $sum(price)} %}"}}),
    machine({"a": {**PASS, "Output": "{% [1..3][$ > 2] %}"}}),
    machine({"a": {**PASS, "Output": "{% ($o := $states.context; $o.Execution.Id) %}"}}),
    machine(
        {
            "p": {
                **PARALLEL,
                "Branches": [flow({"b": {**PASS, "Assign": {"x": 1}}}), flow({"c": {**PASS, "Assign": {"x": 2}}})],
            }
        }
    ),
]


@pytest.mark.parametrize("definition", GOOD)
def test_what_is_taken(definition: dict[str, Any], engine: Jsonata) -> None:
    assert problems(definition, engine) == []


def test_everything_wrong_is_told_at_once(engine: Jsonata) -> None:
    states = {"a": {"Type": "Pass", "Next": "nope", "Assign": {"1": "{% 1 + %}"}}, "b": {"Type": "Paz"}}
    codes = sorted(one.code for one in problems(machine(states), engine))
    assert codes == [JSONATA, TARGET, TARGET, SCHEMA, SCHEMA]


def test_a_definition_has_at_most_a_mebibyte(engine: Jsonata) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html."""
    found = problems(machine({"a": PASS}, Comment="x" * 1_048_576), engine)
    assert "1,048,576" in found[0].message


def test_a_definition_may_come_as_bytes_or_text(engine: Jsonata) -> None:
    text = json.dumps(machine({"a": PASS}))
    assert problems(text, engine) == problems(text.encode(), engine) == []
