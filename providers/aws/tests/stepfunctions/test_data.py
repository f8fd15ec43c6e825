"""Input, Output, Assign and Arguments of the model of Step Functions, as the pages say."""

from __future__ import annotations

from typing import Any

import pytest

from providers.aws.tests.stepfunctions.cases import (
    END,
    GUIDE,
    QUERY,
    RECORDED,
    SPEC,
    Case,
    call,
    done,
    echo,
    flow,
    id_of,
    machine,
)
from providers.aws.tests.stepfunctions.errors import Unspecified
from providers.aws.tests.stepfunctions.jsonata import Jsonata
from providers.aws.tests.stepfunctions.run import run

ECHO = {"f": echo}


def assigning(assign: Any, output: Any, **first: Any) -> dict[str, Any]:
    return {"a": {"Type": "Pass", "Assign": assign, "Next": "z", **first}, "z": done(output)}


CASES = [
    Case(
        "an execution without input has an empty object",
        f"{SPEC}#data",
        {"a": {"Type": "Pass", **END}},
        output={},
    ),
    Case(
        "Pass copies its input",
        f"{SPEC}#pass-state",
        {"a": {"Type": "Pass", **END}},
        value={"k": [1, None]},
        output={"k": [1, None]},
    ),
    Case(
        "a text alone is an input and an output",
        f"{SPEC}#data",
        {"a": {"Type": "Pass", **END}},
        value="x",
        output="x",
    ),
    Case(
        "null alone is an input and an output",
        f"{SPEC}#data",
        {"a": {"Type": "Pass", **END}},
        value=None,
    ),
    Case(
        "Output replaces the input",
        f"{SPEC}#input-and-output-processing-with-jsonata",
        {"a": done({"x": "{% $states.input.k + 1 %}"})},
        value={"k": 1},
        output={"x": 2},
    ),
    Case(
        "the output of a state is the input of the next",
        f"{SPEC}#data",
        {"a": {"Type": "Pass", "Output": {"n": 1}, "Next": "b"}, "b": done("{% $states.input.n + 1 %}")},
        output=2,
    ),
    Case(
        "Output takes every kind of constant",
        f"{RECORDED}/outputdecl/test_output.py",
        {"a": done([None, True, 0, 0.1, "x", [], {}])},
        output=[None, True, 0, 0.1, "x", [], {}],
    ),
    Case(
        "expressions are evaluated however deep",
        f"{SPEC}#jsonata-evaluation",
        {"a": done({"l": [1, {"m": ["{% 1 + 1 %}", "three"]}]})},
        output={"l": [1, {"m": [2, "three"]}]},
    ),
    Case(
        "a text around an expression is a text",
        f"{RECORDED}/arguments/test_arguments.py",
        {"a": done([" {% 1 %} ", "$states.input", "$.a"])},
        output=[" {% 1 %} ", "$states.input", "$.a"],
    ),
    Case(
        "keys of templates are not evaluated",
        f"{SPEC}#jsonata-evaluation",
        {"a": done({"{% 1 %}": "{% 1 %}"})},
        output={"{% 1 %}": 1},
    ),
    Case(
        "one expression can make the whole value",
        f"{SPEC}#jsonata-evaluation",
        {"a": done("{% { 'avg': $average([1, 2]), 'num': $count([1, 2]) } %}")},
        output={"avg": 1.5, "num": 2},
    ),
    Case(
        "spaces inside the braces do not matter",
        f"{SPEC}#expressions",
        {"a": done(["{%1%}", "{%   1   %}"])},
        output=[1, 1],
    ),
    Case(
        "a variable is seen by every later state",
        f"{GUIDE}/workflow-variables.html",
        {
            "a": {"Type": "Pass", "Assign": {"x": 42}, "Next": "b"},
            "b": {"Type": "Pass", "Output": 0, "Next": "c"},
            "c": done("{% $x %}"),
        },
        output=42,
    ),
    Case(
        "Assign sees the old values",
        f"{SPEC}#assigning-state-machine-variables",
        {
            "a": {"Type": "Pass", "Assign": {"x": 5}, "Next": "b"},
            "b": {"Type": "Pass", "Assign": {"x": 42, "newOrOld": "{% $x %}"}, "Next": "c"},
            "c": done(["{% $x %}", "{% $newOrOld %}"]),
        },
        output=[42, 5],
    ),
    Case(
        "two variables can be swapped",
        f"{SPEC}#using-assign",
        {
            "a": {"Type": "Pass", "Assign": {"x": 1, "y": 2}, "Next": "b"},
            "b": {"Type": "Pass", "Assign": {"x": "{% $y %}", "y": "{% $x %}"}, "Next": "c"},
            "c": done(["{% $x %}", "{% $y %}"]),
        },
        output=[2, 1],
    ),
    Case(
        "Output sees the old values too",
        f"{RECORDED}/assign/test_assign_reference_variables.py",
        {
            "a": {"Type": "Pass", "Assign": {"answer": 42}, "Next": "b"},
            "b": {"Type": "Pass", "Assign": {"answer": "omitted"}, "Output": "{% $answer %}", **END},
        },
        output=42,
    ),
    Case(
        "a variable can hold null",
        f"{RECORDED}/assign/test_assign_base.py",
        assigning({"x": None}, "{% $x = null %}"),
        output=True,
    ),
    Case(
        "a variable can hold an object with expressions in it",
        f"{SPEC}#assigning-state-machine-variables",
        assigning({"x": {"a": ["{% 1 + 1 %}"]}}, "{% $x.a[0] %}"),
        output=2,
    ),
    Case(
        "a variable inside of an expression stays there",
        f"{SPEC}#expressions",
        assigning({"x": 1}, ["{% ($x := 7; $x) %}", "{% $x %}"]),
        output=[7, 1],
    ),
    Case(
        "a variable that was not assigned is nothing",
        f"{RECORDED}/assign/test_assign_reference_variables.py",
        {"a": done("{% $nope %}")},
        error=QUERY,
        cause="The JSONata expression '$nope' specified for the field 'Output' returned nothing (undefined).",
    ),
    Case(
        "a field that is missing is nothing, with the path to it",
        f"{RECORDED}/assign/test_assign_reference_variables.py",
        {"a": done({"result": ["{% $states.input.nope %}"]})},
        error=QUERY,
        cause="specified for the field 'Output/result/0' returned nothing (undefined).",
    ),
    Case(
        "nothing cannot be assigned",
        f"{RECORDED}/assign/test_assign_reference_variables.py",
        {"a": {"Type": "Pass", "Assign": {"x": "{% $nope %}"}, **END}},
        error=QUERY,
        cause="(entered at the event id #2). The JSONata expression '$nope' specified for the field 'Assign/x'",
    ),
    Case(
        "nothing cannot be passed as an argument",
        f"{RECORDED}/assign/test_assign_reference_variables.py",
        {"a": call("f", "{% $nope %}")},
        error=QUERY,
        cause="specified for the field 'Arguments/Payload' returned nothing (undefined).",
    ),
    Case(
        "whether something is there can be asked",
        f"{SPEC}#pass-state",
        {"a": done("{% $exists($states.input.moreData) ? 1 : {} %}")},
        output={},
    ),
    Case(
        "an object constructor leaves out what is nothing",
        "https://docs.jsonata.org/construction",
        {"a": done("{% {'k': $nope, 'l': 1} %}")},
        output={"l": 1},
    ),
    Case(
        "a type error fails the state",
        f"{SPEC}#jsonata-runtime-errors",
        {"a": done("{% 1 + 'a' %}")},
        error=QUERY,
        cause="threw an error during evaluation. T2002",
    ),
    Case(
        "calling what is no function fails the state",
        f"{RECORDED}/intrinsic_functions/test_math_operations_jsonata.py",
        {"a": done({"r": "{% $randomSeeded(1) %}"})},
        error=QUERY,
        cause="the field 'Output/r' threw an error during evaluation. T1006: Attempted to invoke a non-function",
    ),
    Case(
        "a function is no result",
        f"{RECORDED}/scenarios/test_base_scenarios.py",
        {"a": done("{% function($x){$x} %}")},
        error=QUERY,
        cause="returned an unsupported result type.",
    ),
    Case(
        "$error gives its text",
        "https://docs.jsonata.org/boolean-functions",
        {"a": done("{% $error('KeyError: k') %}")},
        error=QUERY,
        cause="D3137: KeyError: k",
    ),
    Case(
        "a variable hides the function of its name",
        "https://docs.jsonata.org/programming",
        assigning({"count": 3}, "{% $count([1]) %}"),
        error=QUERY,
        cause="T1006",
    ),
    Case(
        "the context object tells of execution, machine and state",
        f"{GUIDE}/input-output-contextobject.html",
        {
            "a": done(
                [
                    "{% $states.context.Execution.Name %}",
                    "{% $states.context.Execution.Input %}",
                    "{% $states.context.Execution.Id %}",
                    "{% $states.context.Execution.StartTime %}",
                    "{% $states.context.StateMachine.Name %}",
                    "{% $states.context.State.Name %}",
                    "{% $states.context.State.EnteredTime %}",
                ]
            )
        },
        value={"k": 1},
        output=[
            "run",
            {"k": 1},
            "arn:aws:states:us-east-1:111111111111:execution:machine:run",
            "2026-01-02T12:00:00.000Z",
            "machine",
            "a",
            "2026-01-02T12:00:00.000Z",
        ],
    ),
    Case(
        "a Task without Arguments gets the state's input",
        f"{SPEC}#using-arguments-and-output",
        {"a": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:111111111111:function:f", **END}},
        value={"k": 1},
        functions={"arn:aws:lambda:us-east-1:111111111111:function:f": lambda payload: [payload]},
        output=[{"k": 1}],
    ),
    Case(
        "Output of a Task may use input and result",
        f"{SPEC}#reserved-states-variable-with-jsonata",
        {"a": call("f", 7, Output=["{% $states.input.k %}", "{% $states.result.Payload %}"])},
        value={"k": 1},
        functions=ECHO,
        output=[1, 7],
    ),
    Case(
        "Assign of a Task may use the result",
        f"{SPEC}#using-assign",
        {"a": call("f", 7, Assign={"r": "{% $states.result.Payload %}"}, Next="z"), "z": done("{% $r %}")},
        functions=ECHO,
        output=7,
    ),
    Case(
        "an inner scope reads outer variables",
        f"{SPEC}#variable-scope",
        {
            "Get Greeting": {"Type": "Pass", "Assign": {"outer": "hello"}, "Next": "Greet Everyone"},
            "Greet Everyone": {
                "Type": "Map",
                "Items": [1],
                "ItemProcessor": flow(
                    {
                        "Begin": {"Type": "Pass", "Assign": {"inner": "world", "hi": "{% $outer %}"}, "Next": "End"},
                        "End": {"Type": "Succeed", "Output": "{% $hi %}"},
                    }
                ),
                "Assign": {"outer": 2},
                "Next": "Goodbye",
            },
            "Goodbye": {"Type": "Succeed", "Output": ["{% $states.input %}", "{% $outer %}"]},
        },
        output=[["hello"], 2],
    ),
    Case(
        "variables of a branch are gone after it",
        f"{SPEC}#variable-scope",
        {
            "p": {
                "Type": "Parallel",
                "Branches": [flow({"b": {"Type": "Pass", "Assign": {"inner": 1}, **END}})],
                "Next": "z",
            },
            "z": done("{% $exists($inner) %}"),
        },
        output=False,
    ),
    Case(
        "branches do not see each other's variables",
        f"{SPEC}#variable-scope",
        {
            "p": {
                "Type": "Parallel",
                "Branches": [
                    flow({"b": {"Type": "Pass", "Assign": {"x": 1}, "Next": "c"}, "c": done("{% $x %}")}),
                    flow({"d": {"Type": "Pass", "Assign": {"x": 2}, "Next": "e"}, "e": done("{% $x %}")}),
                ],
                **END,
            }
        },
        output=[1, 2],
    ),
    Case(
        "iterations do not see each other's variables",
        f"{SPEC}#variable-scope",
        {
            "m": {
                "Type": "Map",
                "Items": [1, 2],
                "MaxConcurrency": 1,
                "ItemProcessor": flow(
                    {
                        "b": {
                            "Type": "Pass",
                            "Output": "{% $exists($x) %}",
                            "Assign": {"x": "{% $states.input %}"},
                            **END,
                        }
                    }
                ),
                **END,
            }
        },
        output=[False, False],
    ),
    Case(
        "a scope two levels up can be read",
        f"{SPEC}#variable-scope",
        {
            "a": {"Type": "Pass", "Assign": {"top": "t"}, "Next": "m"},
            "m": {
                "Type": "Map",
                "Items": [1],
                "ItemProcessor": flow(
                    {"n": {"Type": "Parallel", "Branches": [flow({"i": done("{% $top %}")})], **END}}
                ),
                **END,
            },
        },
        output=[["t"]],
    ),
    Case(
        "quotes, line ends and braces in data are data",
        f"{SPEC}#data",
        {"a": {"Type": "Pass", "Assign": {"s": "{% $states.input.s %}"}, "Next": "z"}, "z": done("{% $s & '!' %}")},
        value={"s": 'he said "hi"\\\n{% $x %} 😀'},
        output='he said "hi"\\\n{% $x %} 😀!',
    ),
    Case(
        "an integer beyond doubles loses its end in an expression",
        f"{SPEC}#data",
        {"a": done("{% $states.input.n %}")},
        value={"n": 9007199254740993},
        output=9007199254740992,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=id_of)
def test_data(case: Case, engine: Jsonata) -> None:
    case.check(engine)


def test_a_number_that_json_does_not_have_is_left_open(engine: Jsonata) -> None:
    with pytest.raises(Unspecified, match="Infinity"):
        run(machine({"a": done("{% 1 / 0 %}")}), {}, {}, engine)


def test_one_assign_beyond_the_quota_is_left_open(engine: Jsonata) -> None:
    big = {"a": {"Type": "Pass", "Assign": {"x": "{% $states.input %}", "y": "{% $states.input %}"}, **END}}
    with pytest.raises(Unspecified, match="Assign"):
        run(machine(big), "x" * 200_000, {}, engine)
