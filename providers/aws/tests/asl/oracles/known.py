"""KNOWN: where interpreters do not do what Step Functions does, each with a state machine that shows it.

A row says what is right, by AWS's documentation, and what each interpreter does that differs. test_known.py runs all of
them: a row whose difference has gone fails, and has to go. What we emit avoids them; where it cannot, runners.py leaves
out the programs that would meet them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from providers.aws.tests.asl.oracles.functions import Ended
from providers.aws.tests.asl.oracles.shapes import ANY, end, machine, task

Plain = dict[str, Any]

SFNX, MOTO, MINISTACK = "sfnx", "moto", "ministack"
VARIABLES = "https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html"
ERRORS = "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html"
SPECIFICATION = "https://states-language.net/spec.html"
JSONATA = "https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html"
WAITING = "https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html"


class Told(NamedTuple):
    """What of an end is compared. status CRASHED: the interpreter itself raised `error`."""

    status: str
    output: Any = None
    error: str = ""


class Known(NamedTuple):
    """name: what it is about. right: what Step Functions does, by `source`. otherwise: who does what else."""

    name: str
    document: Plain
    right: Told
    otherwise: dict[str, Told]
    source: str
    given: Any = None


def told(ended: Ended) -> Told:
    """What is compared. ministack shows errors as outputs, too."""
    return Told(ended.status, ended.output if ended.status == "SUCCEEDED" else None, ended.error)


def _passes(**states: Plain) -> Plain:
    return machine(next(iter(states)), states)


def _branch(**states: Plain) -> Plain:
    return {"StartAt": next(iter(states)), "States": states}


def _parallel(*branches: Plain) -> Plain:
    return {"Type": "Parallel", "Branches": list(branches)}


def _ok(value: Any) -> Told:
    return Told("SUCCEEDED", {"v": value})


def _failed(error: str) -> Told:
    return Told("FAILED", None, error)


PARALLEL_ASSIGN = "Assign of a Parallel"
EXPONENT = "a number with a zero before its exponent"
RUNTIME, QUERY = _failed("States.Runtime"), _failed("States.QueryEvaluationError")
REFUSED = Told("REFUSED")
TWO = end(2)
CHOICE = {"Type": "Choice", "Choices": [{"Condition": "{% $x = 1 %}", "Assign": {"r": "rule"}, "Next": "end"}]}
ONE = {"Type": "Pass", "Assign": {"x": 1, "y": 2, "r": "start"}}

KNOWN = (
    Known(
        "no rule of a choice matches",
        _passes(
            a={**ONE, "Next": "c"},
            c={"Type": "Choice", "Choices": [{"Condition": "{% $x = 2 %}", "Next": "end"}]},
            end=TWO,
        ),
        RUNTIME,  # States.NoChoiceMatched is the specification's, and reserved on AWS's page
        {SFNX: _failed("States.NoChoiceMatched"), MINISTACK: _failed("States.NoChoiceMatched")},
        ERRORS,
    ),
    Known(
        "a condition is no bool",
        _passes(
            a={**ONE, "Next": "c"},
            c={"Type": "Choice", "Choices": [{"Condition": "{% $x %}", "Next": "end"}], "Default": "end"},
            end=TWO,
        ),
        QUERY,
        {MOTO: RUNTIME, MINISTACK: _ok(2)},
        JSONATA,
    ),
    Known(
        "Output sees the variables from before the state",
        _passes(
            a={**ONE, "Next": "b"}, b={"Type": "Pass", "Assign": {"x": 9}, "Output": {"v": "{% $x %}"}, "End": True}
        ),
        _ok(1),
        {MOTO: _ok(9)},
        VARIABLES,
    ),
    Known(
        "variables are assigned all at once",
        _passes(
            a={**ONE, "Next": "b"},
            b={"Type": "Pass", "Assign": {"x": "{% $y %}", "y": "{% $x %}"}, "Next": "end"},
            end=end("{% [$x, $y] %}"),
        ),
        _ok([2, 1]),
        {MINISTACK: _ok([2, 2])},
        VARIABLES,
    ),
    Known(
        "a choice's own Assign is for its Default",
        _passes(
            a={**ONE, "Next": "c"}, c={**CHOICE, "Default": "end", "Assign": {"r": "default"}}, end=end("{% $r %}")
        ),
        _ok("rule"),
        {MOTO: _ok("default")},
        SPECIFICATION,
    ),
    Known(
        "Output of a Succeed",
        _passes(a={"Type": "Succeed", "Output": {"v": 2}}),
        _ok(2),
        {MINISTACK: Told("SUCCEEDED", {})},
        SPECIFICATION,
    ),
    Known(
        "Output of a Parallel",
        _passes(a={"Type": "Parallel", "Branches": [_branch(b=TWO)], "Output": {"v": 3}, "End": True}),
        _ok(3),
        {MINISTACK: Told("SUCCEEDED", [{"v": 2}])},
        SPECIFICATION,
    ),
    Known(
        "variables of a branch end with it",
        _passes(
            a={
                "Type": "Parallel",
                "Branches": [_branch(b={"Type": "Pass", "Assign": {"z": 1}, "End": True})],
                "Next": "end",
            },
            end=end("{% $exists($z) %}"),
        ),
        _ok(False),
        {MINISTACK: _ok(True)},
        VARIABLES,
    ),
    Known(
        "a branch assigns what is assigned around it",
        _passes(
            a={**ONE, "Next": "p"},
            p={
                "Type": "Parallel",
                "Branches": [_branch(b={"Type": "Pass", "Assign": {"x": 5}, "End": True})],
                "Next": "end",
            },
            end=end("{% $x %}"),
        ),
        REFUSED,
        {MOTO: RUNTIME, MINISTACK: _ok(5)},
        VARIABLES,
    ),
    Known(
        "two states have one name",
        _passes(a={"Type": "Parallel", "Branches": [_branch(b=TWO), _branch(b=TWO)], "Next": "end"}, end=TWO),
        REFUSED,
        {MOTO: _ok(2), MINISTACK: _ok(2)},
        SPECIFICATION,
    ),
    Known(
        "a state that is not there",
        _passes(a={"Type": "Pass", "Next": "nowhere"}, end=TWO),
        REFUSED,
        {MOTO: RUNTIME, MINISTACK: RUNTIME},
        SPECIFICATION,
    ),
    Known(
        "half a second",
        _passes(a={"Type": "Wait", "Seconds": "{% 0.5 %}", "Next": "end"}, end=TWO),
        QUERY,
        {MOTO: _ok(2)},
        WAITING,
    ),
    Known(
        "less than no seconds",
        _passes(a={"Type": "Wait", "Seconds": "{% -1 %}", "Next": "end"}, end=TWO),
        QUERY,
        {MOTO: _ok(2)},
        WAITING,
    ),
    Known(
        "types that do not go together",
        _passes(a={"Type": "Pass", "Output": {"v": "{% 1 + 'a' %}"}, "End": True}),
        QUERY,
        {MOTO: RUNTIME},
        JSONATA,
    ),
    Known(
        "an expression without a value",
        _passes(a={"Type": "Pass", "Output": {"v": "{% $states.input.nothing %}"}, "End": True}),
        QUERY,
        {},
        JSONATA,
    ),
    Known(
        "an error of Output is caught",
        _passes(
            a=task("pay", {"x": 1}, Output="{% $states.result.nothing %}", Catch=[{**ANY, "Next": "end"}], End=True),
            end=TWO,
        ),
        _ok(2),
        {MOTO: QUERY},
        ERRORS,
    ),
    Known(
        "an error of Arguments is caught",
        _passes(a=task("pay", "{% $states.input.nothing %}", Catch=[{**ANY, "Next": "end"}], End=True), end=TWO),
        _ok(2),
        {},
        ERRORS,
    ),
    Known(
        "a time-out that is an expression",
        _passes(a=task("pay", {"x": 1}, TimeoutSeconds="{% 5 + 5 %}", Next="end"), end=TWO),
        _ok(2),
        {MINISTACK: RUNTIME},
        SPECIFICATION,
    ),
    Known(
        "the context of JSONata",
        _passes(a={"Type": "Pass", "Output": {"v": "{% [1..3][$ > 2] %}"}, "End": True}),
        _ok(3),
        {MOTO: RUNTIME},
        JSONATA,
    ),
    Known(
        "a branch that fails with an error of Step Functions' own",
        _passes(
            a={
                "Type": "Parallel",
                "Branches": [_branch(b={"Type": "Pass", "Output": "{% $states.input.nothing %}", "End": True})],
                "Catch": [{"ErrorEquals": ["States.QueryEvaluationError"], "Next": "end"}],
                "End": True,
            },
            end=TWO,
        ),
        _ok(2),
        {MOTO: RUNTIME},
        ERRORS,
    ),
    Known(
        PARALLEL_ASSIGN,
        _passes(
            a={**_parallel(_branch(b=TWO)), "Assign": {"r": "{% $states.result %}"}, "Next": "c"},
            c={"Type": "Pass", "Output": {"v": "{% $r[0].v %}"}, "End": True},
        ),
        _ok(2),
        {MINISTACK: QUERY},
        VARIABLES,
    ),
    Known(
        EXPONENT,
        _passes(a=end([1e-07])),
        _ok([1e-07]),
        {MOTO: REFUSED},
        "https://www.rfc-editor.org/rfc/rfc8259#section-6",
    ),
)
"""The rows."""

MET: dict[str, dict[str, str]] = {MOTO: {"row_45_numbers_as_written": EXPONENT}, MINISTACK: {}}
"""Programs of the corpus that meet a difference, by interpreter, with the row."""
