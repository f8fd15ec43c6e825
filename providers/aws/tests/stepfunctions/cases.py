"""How the tests of the model are written: a state machine, what it is given, what comes of it, and who says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from providers.aws.tests.stepfunctions.errors import Failed
from providers.aws.tests.stepfunctions.invocation import Reply
from providers.aws.tests.stepfunctions.jsonata import Jsonata
from providers.aws.tests.stepfunctions.run import Outcome, run

SPEC = "https://states-language.net/spec.html"
GUIDE = "https://docs.aws.amazon.com/step-functions/latest/dg"
API = "https://docs.aws.amazon.com/step-functions/latest/apireference"
RECORDED = "https://github.com/localstack/localstack/blob/main/tests/aws/services/stepfunctions/v2"
"""Histories that were recorded on AWS (marked `aws.validated` there)."""

LAMBDA = "arn:aws:states:::lambda:invoke"
DIRECT = "arn:aws:lambda:us-east-1:111111111111:function:f"
QUERY = "States.QueryEvaluationError"
END: dict[str, Any] = {"End": True}


@dataclass(frozen=True)
class Case:
    """claim: the test's name. page: where it is written. states: the first one is the start.

    output: expected of a success, else error, with a part of the cause. took_s: virtual seconds.
    """

    claim: str
    page: str
    states: Mapping[str, Any]
    value: Any = field(default_factory=dict[str, Any])
    functions: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict[str, Callable[[Any], Any]])
    output: Any = None
    error: str | None = None
    cause: str = ""
    took_s: float | None = None
    status: str = ""

    def check(self, engine: Jsonata) -> Outcome:
        outcome = run(machine(self.states), self.value, self.functions, engine)
        status = self.status or ("FAILED" if self.error is not None else "SUCCEEDED")
        assert (outcome.status, outcome.error) == (status, self.error), outcome
        assert outcome.output == self.output
        assert self.cause in (outcome.cause or "")
        assert self.took_s is None or outcome.took_s == self.took_s
        assert self.page.startswith("https://")
        return outcome


def id_of(case: Case) -> str:
    return case.claim.replace(" ", "-")


def machine(states: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """A machine of these states, which starts with the first."""
    return {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states, **fields}


def flow(states: Mapping[str, Any]) -> dict[str, Any]:
    """A branch or a processor."""
    return {"StartAt": next(iter(states)), "States": states}


def done(output: Any) -> dict[str, Any]:
    """A last state with an output."""
    return {"Type": "Pass", "Output": output, "End": True}


def call(function: str = "f", payload: Any = 1, **fields: Any) -> dict[str, Any]:
    """A task that is the last state, unless fields say what comes next."""
    ways = {} if "Next" in fields else END
    return {
        "Type": "Task",
        "Resource": LAMBDA,
        "Arguments": {"FunctionName": function, "Payload": payload},
        "Output": "{% $states.result.Payload %}",
        **ways,
        **fields,
    }


def wait_for_token(**fields: Any) -> dict[str, Any]:
    """A task that gives its token to the function and waits for it to come back."""
    arguments = {"FunctionName": "broker:wait", "Payload": {"token": "{% $states.context.Task.Token %}"}}
    return {"Type": "Task", "Resource": f"{LAMBDA}.waitForTaskToken", "Arguments": arguments, **END, **fields}


def echo(payload: Any) -> Any:
    """A function that answers with its payload."""
    return payload


def answers(value: Any) -> Callable[[Any], Any]:
    """A function that answers with a value."""
    return lambda payload: value


def raises(*errors: str, then: Callable[[Any], Any] | None = None, after_s: float = 0) -> Callable[[Any], Any]:
    """A function that fails with one error after the other, and then answers, "done" unless said."""
    left = list(errors)

    def function(payload: Any) -> Any:
        if left:
            raise Failed(left.pop(0), "because", after_s=after_s)
        return Reply(then(payload) if then is not None else "done", after_s)

    return function


def slow(seconds: float, answer: Any = "done") -> Callable[[Any], Any]:
    """A function that takes its time."""
    return lambda payload: Reply(answer, seconds)
