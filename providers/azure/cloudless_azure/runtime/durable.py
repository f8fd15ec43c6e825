"""Orchestrations on Durable Functions: one orchestrator and one activity, whatever the application has.

The generated function_app.py:

    durable = df.DFApp()
    orchestrate = orchestrator(definitions(Path(__file__).with_name("definitions")))
    carry_out = activity(carried_out({...}, cloud, Sending(app.declared)))

    @durable.orchestration_trigger(context_name="context")    # the name that the SDK insists on
    def cl_orchestrator(context):
        return (yield from orchestrate(context))              # the SDK wants a real generator function

    @durable.activity_trigger(input_name="order")
    def cl_activity(order: str) -> str:                       # the SDK goes by these types
        return carry_out(order)

    durable_task.py   DurableHost: what the engine asks for, as tasks of the SDK
    durable_step.py   what the activity does
    durable_wire.py   the texts that go to and fro
    durable_time.py   a quicker reader of times for the SDK

The engine interprets the definition that the execution was started with: Durable replays new code on old histories, so
every version that still has executions stays in the package. Retries, time-outs, limits and the mailbox are the
engine's. The SDK's own are not used: its retries know no back-off and no kinds of errors, `task_all` leaves siblings of
a failed task behind, and an event that is sent early satisfies every later wait
(https://github.com/Azure/azure-functions-durable-python/issues/507).
"""

from __future__ import annotations

import json

from cloudless.engine import Definition, Scheduler
from cloudless.errors import InternalError
from cloudless.runtime.failure import conclusion
from cloudless_azure.runtime import durable_wire as wire
from cloudless_azure.runtime.durable_task import DurableHost
from cloudless_azure.runtime.durable_time import read_times_quickly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path
    from typing import Any

    from cloudless_azure.runtime.durable_task import Context, Task

    Load = Callable[[str], Definition]
    """A definition by its identity."""

    Orchestrate = Callable[[Context], Generator[Task, Task, str]]


def definitions(folder: Path) -> Load:
    """The definitions of a package, one file each: <identity>.json. Executions of one that is missing fail."""

    def read(identity: str) -> dict[str, Any]:
        try:
            text = (folder / f"{identity}.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            raise InternalError(
                f"definition {identity} is not in this package, and an execution that began with it still runs"
            ) from None
        found: dict[str, Any] = json.loads(text)
        return found

    return kept(read)


def kept(read: Callable[[str], dict[str, Any]]) -> Load:
    """Definitions that are read and compiled once a process, not once a replay."""
    known: dict[str, Definition] = {}

    def load(identity: str) -> Definition:
        if identity not in known:
            known[identity] = Definition(read(identity))
        return known[identity]

    return load


def orchestrator(load: Load) -> Orchestrate:
    """The generator function that runs every orchestration, and every portion of a large fan-out.

    Returns the text of {"v": value}; raises what `durable_wire.error_in` reads from the status of the instance.
    """
    read_times_quickly()

    def orchestrate(context: Context) -> Generator[Task, Task, str]:
        order = wire.Order.read(context.get_input(expected_type=str))
        definition = load(order.definition)
        host = DurableHost(context, definition.main, order, definition.timeout_s)
        scheduler = Scheduler(definition, order.execution or context.instance_id, host)
        if order.portion is not None:
            scheduler.begin(definition.portion(order.portion, host))
            return wire.output((yield from host.serve(scheduler)))
        if order.began_s:
            context.set_custom_status(order.began_s)  # executions are listed by it: Durable tells whole seconds
        scheduler.start(order.arguments)
        outcome = yield from host.serve(scheduler)
        text, error = conclusion(outcome, definition.main)
        return wire.output({"err": error}) if text is None else f'{{"v":{text}}}'

    return orchestrate
