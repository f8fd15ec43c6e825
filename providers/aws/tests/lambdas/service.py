"""Lambda: finds a function by what callers call it, and has an instance of it work.

https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from threading import Lock
from typing import Any

from providers.aws.tests.lambdas.function import Function
from providers.aws.tests.runtimeapi import Answer, Call, Instance, Process
from tests.hosting.launcher import Zygote
from tests.hosting.started import Started

PAYLOAD_MAX = 6_291_456
"""Of a synchronous request: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html."""
REPLY_MAX = PAYLOAD_MAX + 100
"""Of an answer, as Function.ResponseSizeTooLarge says it: 6291556 bytes."""
UNHANDLED = "Unhandled"


class LambdaError(Exception):
    """Lambda did not invoke anything. code, status: as the API tells them."""

    def __init__(self, code: str, text: str, status: int) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.status = status


@dataclass(frozen=True, slots=True)
class Reply:
    """payload: JSON. error: "" or "Unhandled": X-Amz-Function-Error. version: that was executed."""

    payload: bytes
    error: str = ""
    version: str = ""

    @property
    def kind(self) -> str:
        """The type of the error, "" for none."""
        return str(json.loads(self.payload).get("errorType", "")) if self.error else ""


@dataclass(frozen=True, slots=True)
class Invocation:
    """function: its name. at_s: when, by the clock of the stand. event, error: what it was given, and how it failed.

    log: what its process had printed by then, where it failed.
    """

    function: str
    qualifier: str
    at_s: float
    event: bytes
    error: str = ""
    log: str = ""


@dataclass(slots=True)
class _Pool:
    """Instances of one version. idle: those that wait for work. busy: how many do not."""

    function: Function
    idle: list[Instance] = field(default_factory=list[Instance])
    busy: int = 0


class Lambda:
    """Functions by name. now_s: for notes. env: variables of every function beside its own, before the first call.

    An invocation takes real time and no virtual one; instances are started as they are needed, and kept. Safe from
    several threads.
    """

    def __init__(self, zygote: Zygote, region: str, now_s: Callable[[], float]) -> None:
        self.calls: list[Invocation] = []
        self.starts = 0
        self._zygote = zygote
        self._region = region
        self._now_s = now_s
        self.env: Mapping[str, str] = {}
        self._pools: dict[str, _Pool] = {}
        self._ids = count(1)
        self._lock = Lock()

    def add(self, function: Function) -> None:
        """Deploy a function, or another version of it: what runs of the one before is ended."""
        before = self._pools.get(function.name)
        self._pools[function.name] = _Pool(function)
        for instance in before.idle if before else ():
            instance.close()

    def find(self, name: str, qualifier: str = "") -> tuple[Function, str, str]:
        """Function, version and qualifier of a name, "name:alias" or an ARN; raises LambdaError."""
        text = name.partition(":function:")[2] or name
        plain, _, inner = text.partition(":")
        if inner and qualifier and inner != qualifier:
            raise LambdaError("InvalidParameterValueException", f"{name} is called as {qualifier}", 400)
        qualifier = qualifier or inner
        pool = self._pools.get(plain)
        version = pool.function.version_of(qualifier) if pool else None
        if pool is None or version is None:
            raise LambdaError("ResourceNotFoundException", f"Function not found: {name}:{qualifier}", 404)
        return pool.function, version, qualifier

    def invoke(self, name: str, payload: bytes, qualifier: str = "") -> Reply:
        """Call a function and wait. Raises LambdaError where it was not called."""
        function, version, qualifier = self.find(name, qualifier)
        if len(payload) > PAYLOAD_MAX:
            text = f"{len(payload)} byte payload is too large for the RequestResponse invocation type"
            raise LambdaError("RequestTooLargeException", f"{text} (limit {PAYLOAD_MAX} bytes)", 413)
        arn = f"{function.arn}:{qualifier}" if qualifier else function.arn
        at_s, id = self._now_s(), f"{next(self._ids):08x}-0000-4000-8000-000000000000"
        pool = self._pools[function.name]
        instance = self._taken(pool, version)
        answer = instance.call(Call(id, payload, arn, float(function.timeout_s)))
        self._give_back(pool, instance, answer)
        reply = replied(answer, id, function.timeout_s, version)
        log = instance.output() if reply.error else ""
        self.calls.append(Invocation(function.name, qualifier, at_s, payload, reply.kind, log))
        return reply

    def close(self) -> None:
        """End all processes."""
        for pool in self._pools.values():
            for instance in pool.idle:
                instance.close()

    def _taken(self, pool: _Pool, version: str) -> Instance:
        function = pool.function
        with self._lock:
            if function.reserved is not None and pool.busy >= function.reserved:
                raise LambdaError("TooManyRequestsException", "Rate Exceeded.", 429)
            pool.busy += 1
            if pool.idle:
                return pool.idle.pop()
            self.starts += 1
        return Instance(lambda address: self._start(function, version, address))

    def _give_back(self, pool: _Pool, instance: Instance, answer: Answer) -> None:
        with self._lock:
            pool.busy -= 1
            if answer.kind in {"response", "error"}:
                pool.idle.append(instance)

    def _start(self, function: Function, version: str, address: str) -> Process:
        env = {**self.env, **function.variables(self._region, version, address)}
        return Started(self._zygote, env, [str(function.folder), function.handler, *function.path])


def replied(answer: Answer, id: str, timeout_s: int, version: str) -> Reply:
    """What callers see of an answer.

    Time-outs and ends as https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html shows them.
    """
    if answer.kind == "response" and len(answer.body) > REPLY_MAX:
        text = f"Response payload size exceeded maximum allowed payload size ({REPLY_MAX} bytes)."
        return _failed("Function.ResponseSizeTooLarge", text, version)
    if answer.kind == "response":
        return Reply(answer.body, version=version)
    if answer.kind in {"error", "init"}:
        return Reply(answer.body, UNHANDLED, version)
    if answer.kind == "timed out":
        return _failed(
            "Sandbox.Timedout", f"RequestId: {id} Error: Task timed out after {timeout_s:.2f} seconds", version
        )
    code = int(answer.body)
    how = f"exited with error: exit status {code}" if code else "exited without providing a reason"
    return _failed("Runtime.ExitError", f"RequestId: {id} Error: Runtime {how}", version)


def _failed(kind: str, text: str, version: str) -> Reply:
    body: dict[str, Any] = {"errorType": kind, "errorMessage": text}
    return Reply(json.dumps(body).encode(), UNHANDLED, version)
