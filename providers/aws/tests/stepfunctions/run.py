"""Run one definition to its end, with functions of this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from providers.aws.tests.stepfunctions.definition import problems, read
from providers.aws.tests.stepfunctions.errors import Failed, Refused
from providers.aws.tests.stepfunctions.execution import Execution
from providers.aws.tests.stepfunctions.invocation import Invocation, Reply
from providers.aws.tests.stepfunctions.jsonata import Jsonata
from providers.aws.tests.stepfunctions.limits import text_of
from providers.aws.tests.stepfunctions.machine import Machine, Revision
from providers.aws.tests.stepfunctions.service import US, StepFunctions

START_US = 1_767_355_200 * US
"""2026-01-02 12:00 UTC."""
ROLE = "arn:aws:iam::111111111111:role/machine"
NAME = "machine"
Function = Callable[[Any], Any]
Functions = Mapping[str, Function] | Callable[[Invocation], Reply]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an execution. status: RUNNING where nothing more happens by itself. took_s: virtual."""

    status: str
    output: Any
    error: str | None
    cause: str | None
    took_s: float
    calls: list[Invocation]
    events: list[dict[str, Any]]


class Running:
    """One execution of one definition, on a clock of its own."""

    def __init__(
        self,
        definition: str | bytes | Mapping[str, Any],
        value: Any,
        functions: Functions,
        engine: Jsonata,
        seed: int = 0,
    ) -> None:
        self.now_us = START_US
        self.calls: list[Invocation] = []
        self._functions = functions
        self.service = StepFunctions(now_us=lambda: self.now_us, invoke=self._invoke, engine=engine, seed=seed)
        self.execution = self._start(definition, value)

    def until(self, end_s: float | None = None) -> None:
        """Let time pass until the execution ends or nothing is due; end_s: at most so many seconds from the start."""
        while self.execution.status == "RUNNING":
            due_us = self.service.next_due_us()
            if due_us is None or (end_s is not None and due_us > START_US + round(end_s * US)):
                return
            self.now_us = max(self.now_us, due_us)
            self.service.step()

    def outcome(self) -> Outcome:
        execution = self.execution
        output = None if execution.output is None else read(execution.output)
        took_s = ((execution.stop_us or self.now_us) - START_US) / US
        return Outcome(
            execution.status, output, execution.error, execution.cause, took_s, self.calls, execution.history.events
        )

    def _start(self, definition: str | bytes | Mapping[str, Any], value: Any) -> Execution:
        found = problems(definition, self.service.engine)
        if found:
            raise Refused(found)
        text = definition if isinstance(definition, str) else _text(definition)
        arn = f"{self.service.arn('stateMachine')}:{NAME}"
        machine = Machine(NAME, arn, "STANDARD", Revision(text, read(text), ROLE), self.now_us, self.now_us)
        execution = Execution(
            self.service, machine, machine.revision, name="run", input_text=text_of(value), value=value
        )
        execution.start()
        return execution

    def _invoke(self, invocation: Invocation) -> Reply:
        self.calls.append(invocation)
        if callable(self._functions):
            return self._functions(invocation)
        if invocation.function not in self._functions:
            raise Failed("Lambda.ResourceNotFoundException", f"Function not found: {invocation.function}")
        answer = self._functions[invocation.function](invocation.payload)
        return answer if isinstance(answer, Reply) else Reply(answer)


def _text(definition: bytes | Mapping[str, Any]) -> str:
    return definition.decode() if isinstance(definition, bytes) else text_of(definition)


def run(
    definition: str | bytes | Mapping[str, Any],
    value: Any,
    functions: Functions,
    engine: Jsonata,
    *,
    seed: int = 0,
    until_s: float | None = None,
) -> Outcome:
    """Run a definition to its end.

    functions: callables of a payload by FunctionName or ARN, or one that takes Invocations; they give the payload of
    the answer or a Reply, and raise Failed. until_s: stop after so many virtual seconds.
    Raises Refused for a definition that AWS would not take, Unspecified where nothing says what AWS does.
    """
    running = Running(definition, value, functions, engine, seed)
    running.until(until_s)
    return running.outcome()
