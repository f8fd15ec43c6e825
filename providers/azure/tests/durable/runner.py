"""Programs of the conformance corpus, and generated ones, on this host: `observed` is what the suites compare."""

from __future__ import annotations

import json
from typing import Any

from cloudless.conformance.orchestrations import WAITING, Observed, Reply, Seen, World, canonical
from providers.azure.tests.durable.chaos import Chaos
from providers.azure.tests.durable.executions import Executions

Plain = dict[str, Any]


class Answers:
    """A world as what carries out steps. seen: the attempts, each once, however often it was executed."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._executions: Executions | None = None
        self.seen: dict[tuple[str, int], Seen] = {}

    def watch(self, executions: Executions) -> None:
        """Take times from there."""
        self._executions = executions

    def carry_out(self, request: Plain) -> str:
        context = request["ctx"]
        at_s = self._executions.host.now_s if self._executions else None
        seen = Seen(request["target"], canonical(request["args"]), at_s, strand_of(context["key"]))
        self.seen.setdefault((context["key"], context["attempt"]), seen)
        return json.dumps(self._reply(request).body)

    def latency(self, request: Plain) -> float:
        return self._reply(request).takes_s

    def _reply(self, request: Plain) -> Reply:
        return self._world.reply(request["target"], request["args"], request["ctx"]["attempt"])


def strand_of(key: str) -> str:
    """The branch that a step belongs to: branches stand in square brackets."""
    return key[: key.rfind("]") + 1]


def observed(definition: Plain, world: World, chaos: Chaos | None = None) -> tuple[Observed, Executions]:
    """What an execution comes to, and the host that it ran on."""
    answers = Answers(world)
    executions = Executions(answers.carry_out, latency=answers.latency, chaos=chaos)
    answers.watch(executions)
    instance = executions.start(definition, world.input)
    for sent in world.events:
        executions.send("e1", sent.name, sent.payload, at_s=sent.at_s, event_id=sent.id)
    executions.host.run()
    outcome = executions.outcome()
    if outcome is None:
        return Observed(WAITING, tuple(answers.seen.values())), executions
    return Observed(outcome, tuple(answers.seen.values()), instance.ended_s), executions
