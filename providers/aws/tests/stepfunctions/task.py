"""One attempt of a Task: a call of a function, and perhaps the wait for its task token.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html
https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token
"""

from __future__ import annotations

from typing import Any

from providers.aws.tests.stepfunctions.errors import (
    DATA_LIMIT_EXCEEDED,
    HEARTBEAT_TIMEOUT,
    TIMEOUT,
    Failed,
    QueryFailed,
    StateFailed,
    Unspecified,
)
from providers.aws.tests.stepfunctions.expression import field, is_expression
from providers.aws.tests.stepfunctions.fields import is_whole
from providers.aws.tests.stepfunctions.history import US, data, failure
from providers.aws.tests.stepfunctions.invocation import Invocation, Reply
from providers.aws.tests.stepfunctions.kinds import Json, is_object
from providers.aws.tests.stepfunctions.limits import CAUSE_CHARACTERS, DATA_BYTES, ERROR_CHARACTERS, size_of, text_of
from providers.aws.tests.stepfunctions.resource import Resource, is_function, resource_of
from providers.aws.tests.stepfunctions.strand import Body, Strand
from providers.aws.tests.stepfunctions.visit import Visit
from tests.virtual.agenda import Entry, Kind


def attempt(visit: Visit) -> Body:
    """Call the function once; gives the task's result."""
    resource = resource_of(visit.state["Resource"])
    assert resource is not None, "the definition was checked"
    visit.token = visit.execution.service.new_token() if resource.waits else ""
    scope = visit.scope()
    arguments = visit.input
    if "Arguments" in visit.state:
        arguments = visit.evaluate(visit.state["Arguments"], "Arguments", scope)
    if size_of(arguments) > DATA_BYTES:
        raise StateFailed(DATA_LIMIT_EXCEEDED, f"the arguments of '{visit.name}' exceed the maximum number of bytes.")
    whole, heartbeat = (_seconds(visit, name) for name in ("TimeoutSeconds", "HeartbeatSeconds"))
    if whole is not None and heartbeat is not None and heartbeat >= whole:
        raise Unspecified(f"HeartbeatSeconds {heartbeat} and TimeoutSeconds {whole} of {visit.name}")
    return (yield Attempt(visit, resource, arguments, whole, heartbeat))


def _seconds(visit: Visit, name: str) -> int | None:
    value = visit.state.get(name)
    if not is_expression(value):
        return value
    try:
        seconds: int = field(value, name, visit.scope(), "positive integer", lambda one: is_whole(one, 1))
    except QueryFailed as failed:
        raise visit.blame(failed) from failed
    return seconds


class Attempt:
    """An effect: ends with the function's reply, the token's, or a time-out, whichever comes first."""

    def __init__(
        self, visit: Visit, resource: Resource, arguments: Any, timeout_s: int | None, heartbeat_s: int | None
    ) -> None:
        self._visit = visit
        self._resource = resource
        self._arguments = arguments
        self._timeout_s = timeout_s
        self._heartbeat_s = heartbeat_s
        self._limits: list[Entry] = []
        self._pulse: Entry | None = None
        self._is_submitted = False
        self._reported: tuple[Any, StateFailed | None] | None = None
        self._is_over = False
        self._invocation = self._call()

    def start(self, strand: Strand) -> None:
        self._strand = strand
        self._tell_schedule()
        execution = self._visit.execution
        if self._resource.waits:
            execution.service.tokens[self._visit.token] = self
        execution.agenda.add(execution.now_us(), lambda: None if self._is_over else self._work)
        if self._timeout_s is not None:
            self._limits.append(self._limit(self._timeout_s, TIMEOUT))
        self.beat()

    def cancel(self, *, is_told: bool) -> None:
        self._end()

    def beat(self) -> None:
        """Start the time to the next heartbeat. SendTaskHeartbeat."""
        if self._pulse is not None:
            self._pulse.cancel()
        if self._heartbeat_s is not None and self._resource.waits:
            self._pulse = self._limit(self._heartbeat_s, HEARTBEAT_TIMEOUT)

    def report(self, value: Any, failed: StateFailed | None) -> None:
        """The token comes back. SendTaskSuccess, SendTaskFailure."""
        self._reported = value, failed
        self._stop_clocks()
        self._visit.execution.service.tokens.pop(self._visit.token)
        if self._is_submitted:
            execution = self._visit.execution
            execution.agenda.add(execution.now_us(), self._finish)

    def _call(self) -> Invocation:
        resource, arguments, visit = self._resource, self._arguments, self._visit
        function, payload = resource.function, arguments
        if not function:
            function, payload = _named(arguments), arguments.get("Payload")
            if payload is None:
                raise Unspecified(f"lambda:invoke of {function} without a Payload")
        execution = visit.execution
        return Invocation(
            function, payload, execution.role_arn, execution.arn, visit.name, visit.attempts, resource.waits
        )

    def _work(self) -> None:
        """Without the service's lock: the function may call the service."""
        execution = self._visit.execution
        try:
            reply: Reply | Failed = execution.service.invoke(self._invocation)
        except Failed as failed:
            reply = failed
        with execution.service.lock:
            due_us = execution.now_us() + round(reply.after_s * US)
            execution.agenda.add(due_us, lambda: self._answered(reply))

    def _answered(self, reply: Reply | Failed) -> None:
        if self._is_over:
            return
        if self._reported is None and isinstance(reply, Failed):
            self._reported = None, _failure_of(reply)
        elif isinstance(reply, Reply):
            self._take(reply)
        if self._reported is not None:
            self._finish()

    def _take(self, reply: Reply) -> None:
        execution = self._visit.execution
        result = reply.payload if self._resource.function else _lambda_result(reply, execution.new_uuid())
        if self._resource.waits:
            self._is_submitted = True
            self._tell("TaskSubmitted", data("output", result))
        elif size_of(result) > DATA_BYTES:
            what = self._resource.function or "lambda"
            self._reported = None, self._visit.too_large(what)
        else:
            self._reported = result, None

    def _finish(self) -> None:
        """Go on with what was reported."""
        if self._is_over:
            return
        assert self._reported is not None
        self._end()
        value, failed = self._reported
        if failed is None:
            self._tell("Succeeded", data("output", value))
        else:
            self._tell("Failed", failure(failed.error, failed.cause))
        self._strand.resume(value, failed)

    def _limit(self, seconds: int, error: str) -> Entry:
        execution = self._visit.execution
        return execution.agenda.add(execution.now_us() + seconds * US, lambda: self._time_out(error), Kind.LIMIT)

    def _time_out(self, error: str) -> None:
        """A missed heartbeat is a time-out too, that both names match."""
        self._end()
        self._tell("TimedOut", {"error": TIMEOUT})
        self._strand.resume(failed=StateFailed(TIMEOUT, "", error))

    def _end(self) -> None:
        self._is_over = True
        self._visit.execution.service.tokens.pop(self._visit.token, None)
        self._stop_clocks()

    def _stop_clocks(self) -> None:
        for entry in [*self._limits, *([self._pulse] if self._pulse else [])]:
            entry.cancel()

    def _tell_schedule(self) -> None:
        times = {"timeoutInSeconds": self._timeout_s, "heartbeatInSeconds": self._heartbeat_s}
        details: dict[str, Any] = {name: one for name, one in times.items() if one is not None}
        if self._resource.function:
            details.pop("heartbeatInSeconds", None)
            details |= {"resource": self._resource.function, **data("input", self._arguments)}
            self._visit.walk.note("LambdaFunctionScheduled", details)
            self._visit.walk.note("LambdaFunctionStarted")
        else:
            details |= {"region": self._visit.execution.service.region, "parameters": text_of(self._arguments)}
            self._tell("Scheduled", details)
            self._tell("Started", {})

    def _tell(self, what: str, details: Json) -> None:
        """Add an event of the task's kind."""
        what = what.removeprefix("Task")
        if self._resource.function:
            self._visit.walk.note(f"LambdaFunction{what}", details)
        else:
            named = {"resource": self._resource.call, "resourceType": "lambda", **details}
            self._visit.walk.note(f"Task{what}", named)


def _named(arguments: Any) -> str:
    """FunctionName of evaluated arguments."""
    name = arguments.get("FunctionName") if is_object(arguments) else None
    if not is_function(name):
        raise Unspecified(f"lambda:invoke with FunctionName {name!r}")
    return str(name)


def _lambda_result(reply: Reply, request_id: str) -> dict[str, Any]:
    """What lambda:invoke gives: Lambda's answer around the function's."""
    headers = {
        "Content-Type": "application/json",
        "X-Amz-Executed-Version": reply.version,
        "x-amzn-RequestId": request_id,
    }
    return {
        "ExecutedVersion": reply.version,
        "Payload": reply.payload,
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [one] for name, one in headers.items()},
            "HttpHeaders": headers,
            "HttpStatusCode": 200,
        },
        "SdkResponseMetadata": {"RequestId": request_id},
        "StatusCode": 200,
    }


def _failure_of(failed: Failed) -> StateFailed:
    if failed.error.startswith("States."):
        raise Unspecified(f"a task that fails with {failed.error}, a name of the States Language")
    if len(failed.error) > ERROR_CHARACTERS or len(failed.cause) > CAUSE_CHARACTERS:
        raise Unspecified(
            f"an error of more than {ERROR_CHARACTERS} or a cause of more than {CAUSE_CHARACTERS} characters"
        )
    return StateFailed(failed.error, failed.cause)
