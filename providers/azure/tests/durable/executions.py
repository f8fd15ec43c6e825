"""Executions: orchestrations as the runtime runs them, on the host of this package."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import cycle
from typing import Any

from cloudless.passes.definition import identity
from cloudless_azure.runtime import durable_wire as wire
from cloudless_azure.runtime.durable import kept, orchestrator
from cloudless_azure.runtime.durable_step import activity
from providers.azure.tests.durable.chaos import Chaos
from providers.azure.tests.durable.host import Host, plain, replayed
from providers.azure.tests.durable.instance import COMPLETED, FAILED, Instance

CarryOut = Callable[[dict[str, Any]], str]
Plain = dict[str, Any]


class Executions:
    """carry_out: a step's request to the text of its reply. latency: seconds that a step takes, by its request.

    Two workers take turns, so that no execution can rely on what one keeps.
    """

    def __init__(
        self,
        carry_out: CarryOut,
        *,
        latency: Callable[[Plain], float] = lambda request: 0,
        chaos: Chaos | None = None,
    ) -> None:
        self._definitions: dict[str, Plain] = {}
        workers = cycle([replayed(orchestrator(kept(self._definitions.__getitem__))) for _ in range(2)])

        def replay(instance: str, body: str) -> str:
            return next(workers)(instance, body)

        self.host = Host(
            {wire.ORCHESTRATOR: replay},
            {wire.ACTIVITY: plain(activity(carry_out))},
            latency=lambda name, input: latency(json.loads(input)),
            chaos=chaos,
        )

    def start(self, definition: Plain, arguments: Mapping[str, Any], id: str = "e1") -> Instance:
        """Begin an execution."""
        order = wire.Order(identity(definition), arguments=dict(arguments))
        self._definitions[order.definition] = definition
        return self.host.start(wire.ORCHESTRATOR, order.text(), id)

    def send(self, id: str, name: str, payload: Any, *, at_s: float = 0, event_id: str = "") -> None:
        """Send an event, so many seconds after the host's start."""
        self.host.send(id, wire.EVENT, wire.event(name, payload, event_id), at_s=at_s)

    def outcome(self, id: str = "e1") -> Plain | None:
        """{"v": value}, {"err": error}, or None while it runs."""
        instance = self.host.instances[id]
        if instance.status == COMPLETED:
            found: Plain = json.loads(instance.output)
            return found
        if instance.status == FAILED:
            return {"err": wire.error_in(instance.output) or instance.output}
        return None
