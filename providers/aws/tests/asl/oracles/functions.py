"""What answers the tasks of a state machine: the functions of a program and its worker, as Lambda does.

A task is an Invocation; what comes of it is an Answer, or Failed, as Step Functions sees a function that raised. Who
runs a state machine says when the invocation was, so that observations can be compared with those of the engine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

from cloudless.conformance.orchestrations.module import Answers, Module
from cloudless.conformance.orchestrations.observed import WAITING, Observed
from cloudless.conformance.orchestrations.world import Reply, Sent, World
from providers.aws.tests.asl.oracles.machine import places

Plain = dict[str, Any]

PLATFORM = {
    "Crashed": ("Runtime.ExitError", "Lambda.Unknown"),
    "ThrottledError": ("Lambda.TooManyRequestsException",),
    "UnavailableError": ("Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException"),
}
"""What a failure of the platform is called by Step Functions.
https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception"""
PREFIX = "shop-dev-"
ALIAS = "live"
WORKER = f"{PREFIX}-worker:{ALIAS}"
BROKER = f"{PREFIX}-broker:wait"
PURE, SEND, PUBLISH = "pure", "send", "publish"
NOUNS = {SEND: "queue", PUBLISH: "topic"}


class Invocation(NamedTuple):
    """One attempt of a task. function: as the document names it. payload: JSON. at_s: after the start."""

    function: str
    payload: Plain
    at_s: float | None = None


class Answer(NamedTuple):
    """What a function returned. takes_s: until then."""

    payload: Any
    takes_s: float = 0


class Ended(NamedTuple):
    """How an execution ended, as DescribeExecution tells it. took_s: None where the interpreter knows no time.

    status: also REFUSED, where an interpreter takes no such document, and RUNNING, where it waits for ever.
    """

    status: str
    output: Any = None
    error: str = ""
    cause: str = ""
    took_s: float | None = None


Answering = Callable[[Invocation], Answer]


class Failed(Exception):
    """A task failed. error, cause: as Step Functions reports them. takes_s: until then."""

    def __init__(self, error: str, cause: str, takes_s: float = 0) -> None:
        super().__init__(error, cause)
        self.error = error
        self.cause = cause
        self.takes_s = takes_s


class Functions:
    """The functions of a program in a world."""

    def __init__(self, module: Module, world: World) -> None:
        self._answers = Answers(module, world)

    def answer(self, invocation: Invocation) -> Answer:
        """Carry out a step, or what the worker does for one; raises Failed."""
        context = invocation.payload["ctx"]
        reply = self._answers.reply(*_asked(invocation), context["key"], invocation.at_s)
        if reply.error is not None:
            self._fail(reply, context["retry"])
        return Answer({"v": reply.value}, reply.takes_s)

    def _fail(self, reply: Reply, retried: Sequence[str]) -> NoReturn:
        """As Lambda does where the platform failed, or as the runtime raises."""
        assert reply.error is not None
        error = dict(reply.error)
        names = PLATFORM.get(error["type"])
        number = len(self._answers.calls)
        if names and number % 4:
            raise Failed(names[number % len(names)], "the platform failed", reply.takes_s)
        name = next((one for one in retried if one in error["mro"]), error["type"])
        raise raised(name, error, reply.takes_s)

    def observed(self, outcome: Mapping[str, Any], end_s: float | None) -> Observed:
        """What an execution came to."""
        calls = tuple(self._answers.calls)
        return Observed(outcome, calls) if outcome == WAITING else Observed(outcome, calls, end_s)


def _asked(invocation: Invocation) -> tuple[str, Plain]:
    """What a world knows a step by, and its arguments."""
    payload = invocation.payload
    op = payload.get("op")
    if op in NOUNS:
        return f"{NOUNS[op]}:{payload['resource']}", {"body": payload["body"]}
    return (payload["name"] if op == PURE else named(invocation.function)), payload["args"]


def function_of(name: str) -> str:
    """What a state machine calls a function of the program."""
    return f"{PREFIX}{name}:{ALIAS}"


def named(function: str) -> str:
    """The other way."""
    name, _, alias = function.removeprefix(PREFIX).rpartition(":")
    assert function.startswith(PREFIX) and alias == ALIAS, function
    return name


def raised(name: str, error: Plain, takes_s: float = 0) -> Failed:
    """A function that raised a class of that name, whose text is the canonical error."""
    cause: Plain = {
        "errorMessage": json.dumps(error, ensure_ascii=False),
        "errorType": name,
        "requestId": "0",
        "stackTrace": [],
    }
    return Failed(name, json.dumps(cause), takes_s)


def timely(document: Plain, answering: Answering) -> Answering:
    """The same, where no time passes: a call that takes longer than its state allows has States.Timeout at once."""
    limits = dict(_limits(document))

    def answer(invocation: Invocation) -> Answer:
        limit_s = limits.get(_step(invocation.function, invocation.payload), float("inf"))
        try:
            found = answering(invocation)
        except Failed as failed:
            if failed.takes_s <= limit_s:
                raise
        else:
            if found.takes_s <= limit_s:
                return found
        raise Failed("States.Timeout", "")

    return answer


def _limits(document: Plain) -> Iterator[tuple[tuple[str, str], float]]:
    for place in places(document):
        if isinstance(place.state.get("TimeoutSeconds"), int):
            asked = place.state["Arguments"]
            yield _step(asked["FunctionName"], asked["Payload"]), place.state["TimeoutSeconds"]


def _step(function: str, payload: Plain) -> tuple[str, str]:
    return function, payload.get("ctx", {}).get("step", "")


def mailbox(events: Iterable[Sent]) -> list[Sent]:
    """Events in order of time; of those with one name and id, the first."""
    found: dict[Any, Sent] = {}
    for number, one in enumerate(sorted(events, key=lambda one: one.at_s)):
        found.setdefault((one.name, one.id) if one.id else number, one)
    return list(found.values())
