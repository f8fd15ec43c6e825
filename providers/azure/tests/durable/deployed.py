"""Programs of the corpus, and generated ones, in a deployed function app.

Microsoft's worker library indexes the app and calls its orchestrator and its activity, in two processes taking turns.
`DeployedRun` is to a function app what `runner.Run` is to the same functions in this process.
"""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any, Self

from cloudless.conformance.orchestrations.module import strand_of
from cloudless.conformance.orchestrations.observed import WAITING, Observed, Seen
from cloudless.conformance.orchestrations.world import World, canonical, plain_of, world_of
from cloudless.passes.definition import identity
from cloudless_azure.runtime import durable_wire as wire
from providers.azure.tests.durable.answers import arguments_of
from providers.azure.tests.durable.chaos import Chaos
from providers.azure.tests.durable.hub import Hub
from providers.azure.tests.durable.instance import COMPLETED, FAILED, Instance
from providers.azure.tests.functionshost.host import FunctionsHost
from providers.azure.tests.functionshost.launcher import PATHS, Launcher
from providers.azure.tests.servicebus import Broker

Plain = dict[str, Any]

APP = """
from pathlib import Path

import azure.durable_functions as df

from cloudless_azure.runtime.durable import definitions, orchestrator
from cloudless_azure.runtime.durable_step import activity
from providers.azure.tests.durable.answers import answering

HERE = Path(__file__).parent
durable = df.DFApp()
orchestrate = orchestrator(definitions(HERE / "definitions"))
carry_out = activity(answering(HERE / "worlds"))

@durable.orchestration_trigger(context_name="context")
def cl_orchestrator(context):
    return (yield from orchestrate(context))

@durable.activity_trigger(input_name="order")
def cl_activity(order: str) -> str:
    return carry_out(order)
"""
"""As runtime/durable.py documents it, but for what carries out the steps."""


class Deployed:
    """A function app in `folder` that runs any program: use it as a context, for many of them."""

    def __init__(self, folder: Path, broker: Broker, zygote: Launcher | None = None) -> None:
        self._folder = folder
        for name in ("definitions", "worlds"):
            (folder / name).mkdir()
        (folder / "function_app.py").write_text(APP)
        (folder / "host.json").write_text(json.dumps({"version": "2.0"}))
        self.host = FunctionsHost(folder, broker, {"PYTHONPATH": ":".join(PATHS)}, zygote=zygote, workers=2)
        self._numbers = count()

    def __enter__(self) -> Self:
        self.host.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.host.close()

    @property
    def hub(self) -> Hub:
        assert self.host.durable
        return self.host.durable

    def run(self, source: str, definition: Plain, world: World, chaos: Chaos | None = None) -> Observed:
        """Run a program of the corpus, all of it, on the hub's own time."""
        id = f"e{next(self._numbers)}"
        run = DeployedRun(self.hub, world)
        self._tell(id, source, definition, world)
        self.hub.begin(chaos, run.latency)
        order = wire.Order(identity(definition), arguments=dict(world.input))
        instance = self.hub.host.start(wire.ORCHESTRATOR, order.text(), id)
        for sent in world.events:
            text = wire.event(sent.name, sent.payload, sent.id)
            self.hub.host.send(id, wire.EVENT, text, at_s=sent.at_s)
        self.hub.host.run()
        return Observed(outcome_of(instance), tuple(run.seen.values()), instance.ended_s)

    def _tell(self, id: str, source: str, definition: Plain, world: World) -> None:
        told = json.dumps({"source": source, "world": plain_of(world)})
        (self._folder / "worlds" / f"{id}.json").write_text(told, "utf-8")
        (self._folder / "definitions" / f"{identity(definition)}.json").write_text(json.dumps(definition), "utf-8")


class DeployedRun:
    """What is seen of one execution from the outside. seen: attempts by key and number, each once."""

    def __init__(self, hub: Hub, world: World) -> None:
        self.seen: dict[tuple[str, int], Seen] = {}
        self._hub = hub
        self._world = world_of(plain_of(world))

    def latency(self, name: str, input: Any) -> float:
        """Note an attempt, and say how long it takes."""
        request: Plain = json.loads(input)
        context, target = request["ctx"], request["target"]
        arguments = arguments_of(request)
        seen = Seen(target, canonical(arguments), self._hub.host.now_s, strand_of(context["key"]))
        self.seen.setdefault((context["key"], context["attempt"]), seen)
        return self._world.reply(target, arguments, context["attempt"]).takes_s


def outcome_of(instance: Instance) -> Plain:
    """{"v": value}, {"err": error}, or WAITING."""
    if instance.status == COMPLETED:
        found: Plain = json.loads(instance.output)
        return found
    if instance.status == FAILED:
        return {"err": wire.error_in(instance.output) or instance.output}
    return dict(WAITING)
