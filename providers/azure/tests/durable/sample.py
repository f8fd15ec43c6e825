"""The runtime's orchestrator on `durabletask`, Microsoft's own engine: in-process gRPC, real threads, real time.

Real time is short: `speed` seconds of an orchestration are one of ours. For a sample of programs, whose outcome does
not depend on what is first of things that happen within some milliseconds.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from logging import CRITICAL, getLogger
from typing import Any

from cloudless.passes.definition import identity
from cloudless_azure.runtime import durable_wire as wire
from cloudless_azure.runtime.durable import kept, orchestrator
from cloudless_azure.runtime.durable_step import activity

_TASK: Any = import_module("durabletask.task")
_WORKER: Any = import_module("durabletask.worker")
_CLIENT: Any = import_module("durabletask.client")
_TESTING: Any = import_module("durabletask.testing")

_QUIET = getLogger("cloudless.durabletask")
_QUIET.setLevel(CRITICAL)

Plain = dict[str, Any]
CarryOut = Callable[[Plain], str]


class _Actions:
    """What the runtime marks as complete at once; nothing here awaits actions."""

    def __init__(self) -> None:
        self.compound_tasks: list[Any] = []


class _Task:
    """A task of theirs, with the names that ours have."""

    def __init__(self, theirs: Any, children: Sequence[_Task] = ()) -> None:
        self.theirs = theirs
        self.children = children
        self.action_repr = _Actions()

    @property
    def is_completed(self) -> bool:
        return bool(self.theirs.is_complete)

    @property
    def result(self) -> Any:
        if self.theirs.is_failed:
            return self.theirs.get_exception()
        return self.theirs.get_result() if self.theirs.is_complete else None

    def cancel(self) -> None:
        self.theirs.cancel()


class _Context:
    """Their context as the runtime wants it. See `cloudless_azure.runtime.durable_task.Context`."""

    def __init__(self, theirs: Any, input: str, speed: float) -> None:
        self._theirs = theirs
        self._input = input
        self._speed = speed
        self._began: datetime = theirs.current_utc_datetime
        self.instance_id: str = theirs.instance_id

    @property
    def current_utc_datetime(self) -> datetime:
        now: datetime = self._theirs.current_utc_datetime
        return self._began + (now - self._began) * self._speed

    @current_utc_datetime.setter
    def current_utc_datetime(self, value: datetime) -> None:
        raise AssertionError("nobody sets the time")

    def get_input(self, *, expected_type: type) -> Any:
        return self._input

    def call_activity(self, name: str, input_: Any, *, expected_type: type) -> _Task:
        return _Task(self._theirs.call_activity(name, input=input_))

    def call_sub_orchestrator(self, name: str, input_: Any, instance_id: str, *, expected_type: type) -> _Task:
        return _Task(self._theirs.call_sub_orchestrator(name, input=input_, instance_id=instance_id))

    def set_custom_status(self, status: Any) -> None:
        self._theirs.set_custom_status(status)

    def create_timer(self, fire_at: datetime) -> _Task:
        return _Task(self._theirs.create_timer(self._began + (fire_at - self._began) / self._speed))

    def wait_for_external_event(self, name: str, *, expected_type: type) -> _Task:
        return _Task(self._theirs.wait_for_external_event(name))

    def task_any(self, activities: list[_Task]) -> _Task:
        return _Task(_TASK.when_any([one.theirs for one in activities]), activities)

    def task_all(self, activities: Sequence[_Task]) -> _Task:
        return _Task(_TASK.when_all([one.theirs for one in activities]), activities)


def adapted(
    orchestrate: Callable[[Any], Generator[Any, Any, str]], speed: float
) -> Callable[[Any, str], Generator[Any, Any, Any]]:
    """The runtime's generator function as one of theirs: what it yields and is resumed with are their tasks."""

    def run(theirs: Any, input: str) -> Generator[Any, Any, Any]:
        running: Any = orchestrate(_Context(theirs, input, speed))
        first = None
        while True:
            try:
                wanted = running.send(first)
            except StopIteration as end:
                return end.value
            winner = yield wanted.theirs
            first = next(child for child in wanted.children if child.theirs is winner)

    return run


class Sample:
    """A running engine. `execute` one definition after the other."""

    def __init__(self, client: Any, definitions: dict[str, Plain]) -> None:
        self._client = client
        self._definitions = definitions

    def execute(
        self, definition: Plain, arguments: Mapping[str, Any], id: str, events: Sequence[tuple[str, Any]] = ()
    ) -> Plain:
        """The outcome of an execution. events: sent at once, one after the other."""
        order = wire.Order(identity(definition), arguments=dict(arguments))
        self._definitions[order.definition] = definition
        self._client.schedule_new_orchestration(wire.ORCHESTRATOR, input=order.text(), instance_id=id)
        for name, payload in events:
            self._client.raise_orchestration_event(id, wire.EVENT, data=wire.event(name, payload))
        state = self._client.wait_for_orchestration_completion(id, timeout=120)
        if state.failure_details is not None:
            return {"err": wire.error_in(state.failure_details.message) or state.failure_details.message}
        found: Plain = json.loads(json.loads(state.serialized_output))
        return found


@contextmanager
def running(carry_out: CarryOut, *, speed: float = 1_000) -> Generator[Sample]:
    """An engine on a free port, with a worker that has our orchestrator and our activity."""
    definitions: dict[str, Plain] = {}
    carried_out = activity(carry_out)

    def step(context: Any, order: str) -> str:
        return carried_out(order)

    port = _free_port()
    backend = _TESTING.create_test_backend(port=port)
    worker = _WORKER.TaskHubGrpcWorker(host_address=f"localhost:{port}", logger=_QUIET)
    orchestrate = orchestrator(kept(definitions.__getitem__))
    registry = worker._registry  # the public methods go by names of functions
    registry.add_named_orchestrator(wire.ORCHESTRATOR, adapted(orchestrate, speed))
    registry.add_named_activity(wire.ACTIVITY, step)
    try:
        worker.start()
        with _CLIENT.TaskHubGrpcClient(host_address=f"localhost:{port}", logger=_QUIET) as client:
            yield Sample(client, definitions)
    finally:
        worker.stop()
        backend.stop()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
