"""Step Functions as a whole: state machines, executions, and the agenda that drives them on somebody's clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from random import Random
from typing import Any
from uuid import UUID

from providers.aws.tests.stepfunctions.execution import Execution, Halt
from providers.aws.tests.stepfunctions.invocation import Invoke
from providers.aws.tests.stepfunctions.jsonata import Jsonata
from providers.aws.tests.stepfunctions.machine import Machine
from providers.aws.tests.stepfunctions.task import Attempt
from tests.virtual.agenda import Agenda

US = 1_000_000
REGION = "us-east-1"
ACCOUNT = "111111111111"


class StepFunctions:
    """The service.

    now_us: the clock, microseconds since the epoch. invoke: carries out calls of functions, and is called without any
    lock held. seed: of tokens, names, jitter and $random; above 0, also of the order of what is due at one instant.
    kick: told when a request made something due.

    One thread drives it (next_due_us, step, pump); requests may come from any.
    """

    def __init__(
        self,
        *,
        now_us: Callable[[], int],
        invoke: Invoke,
        engine: Jsonata,
        region: str = REGION,
        account: str = ACCOUNT,
        partition: str = "aws",
        seed: int = 0,
        kick: Callable[[], None] = lambda: None,
    ) -> None:
        self.now_us = now_us
        self.invoke = invoke
        self.engine = engine
        self.region = region
        self.seed = seed
        self.kick = kick
        self.lock = threading.RLock()
        self.agenda = Agenda(Random(seed) if seed else None)
        self.machines: dict[str, Machine] = {}
        self.executions: dict[str, Execution] = {}
        self.tokens: dict[str, Attempt] = {}
        self.given: set[str] = set()
        self._prefix = f"arn:{partition}:states:{region}:{account}"
        self.random = Random(seed)

    def arn(self, kind: str) -> str:
        """The beginning of every ARN of a kind: "stateMachine", "execution"."""
        return f"{self._prefix}:{kind}"

    def next_due_us(self, *, sleeps: bool = True) -> int | None:
        """When something is to be done, at once where that is past; None where nothing will happen by itself.

        sleeps: waits and time-outs too; without, only work and back-off.
        """
        with self.lock:
            return self.agenda.next_due_us(sleeps=sleeps)

    def next_s(self, *, sleeps: bool = True) -> float:
        """`next_due_us` in seconds, infinity for never."""
        due_us = self.next_due_us(sleeps=sleeps)
        return float("inf") if due_us is None else due_us / US

    def step(self) -> bool:
        """Do one thing that is due. False where nothing is. Raises Unspecified."""
        with self.lock:
            entry = self.agenda.pop(self.now_us())
            if entry is None:
                return False
            try:
                work = entry.action()
            except Halt as halt:
                halt.finish()
                work = None
        if work is not None:
            work()
        return True

    def pump(self) -> bool:
        """Do everything that is due, and what comes of it. False where nothing was."""
        moved = False
        while self.step():
            moved = True
        return moved

    def clear(self) -> None:
        """Forget every execution; state machines stay."""
        with self.lock:
            self.agenda.clear()
            self.executions.clear()
            self.tokens.clear()
            self.given.clear()

    def ended(self, execution: Execution) -> None:
        """Remove a machine that waited for its last execution to end."""
        machine = execution.machine
        if machine.is_deleting and not self.running(machine):
            self.machines.pop(machine.arn, None)

    def running(self, machine: Machine) -> list[Execution]:
        return [one for one in self.executions.values() if one.machine is machine and one.status == "RUNNING"]

    def new_token(self) -> str:
        """A task token, never seen before."""
        token = f"{self.random.getrandbits(512):0128x}"
        self.given.add(token)
        return token

    def new_uuid(self) -> str:
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def call(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a request to the API: "StartExecution", {"stateMachineArn": …}. Raises ApiError."""
        from providers.aws.tests.stepfunctions.api import answer

        with self.lock:
            given = answer(self, operation, parameters)
        self.kick()
        return given
