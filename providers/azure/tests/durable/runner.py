"""Programs of the conformance corpus, and generated ones, on this host: `observed` is what the suites compare."""

from __future__ import annotations

import json
from typing import Any

from cloudless.conformance.orchestrations.module import Module, strand_of
from cloudless.conformance.orchestrations.observed import WAITING, Observed, Seen
from cloudless.conformance.orchestrations.world import Reply, World, canonical
from cloudless.engine.effect import CALL
from providers.azure.tests.durable.chaos import Chaos
from providers.azure.tests.durable.executions import Executions

Plain = dict[str, Any]


class Answers:
    """What carries out steps: pure functions by their code, all else by the world.

    seen: attempts by key and number, each once: one that the host executes again is the same attempt.
    """

    def __init__(self, module: Module, world: World) -> None:
        self.seen: dict[tuple[str, int], Seen] = {}
        self.executions: Executions
        self._module = module
        self._world = world

    def carry_out(self, request: Plain) -> str:
        """Note an attempt, and answer it."""
        context, at_s, target = request["ctx"], self.executions.host.now_s, request["target"]
        seen = Seen(target, canonical(_arguments(request)), at_s, strand_of(context["key"]))
        self.seen.setdefault((context["key"], context["attempt"]), seen)
        body = self._module.pure(target, request["args"])
        return json.dumps(self._reply(request).body if body is None else body)

    def latency(self, request: Plain) -> float:
        """Seconds that an attempt takes."""
        return self._reply(request).takes_s

    def _reply(self, request: Plain) -> Reply:
        return self._world.reply(request["target"], _arguments(request), request["ctx"]["attempt"])


def _arguments(request: Plain) -> Plain:
    """What the world knows a step by; of messages, the body."""
    args: Plain = request["args"]
    return args if request["verb"] == CALL else {"body": args["body"]}


class Run:
    """One execution: what it came to, and the host that it ran on."""

    def __init__(self, module: Module, definition: Plain, world: World, chaos: Chaos | None = None) -> None:
        answers = Answers(module, world)
        self.executions = answers.executions = Executions(answers.carry_out, latency=answers.latency, chaos=chaos)
        instance = self.executions.start(definition, world.input)
        for sent in world.events:
            self.executions.send("e1", sent.name, sent.payload, at_s=sent.at_s, event_id=sent.id)
        self.executions.host.run()
        outcome = self.executions.outcome()
        self.observed = Observed(
            WAITING if outcome is None else outcome, tuple(answers.seen.values()), instance.ended_s
        )
