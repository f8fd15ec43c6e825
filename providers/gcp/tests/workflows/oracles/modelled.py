"""gcwsim on its virtual clock, with events that come at their times."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from cloudless.conformance.orchestrations.module import Module
from cloudless.conformance.orchestrations.observed import Observed
from cloudless.conformance.orchestrations.world import World
from providers.gcp.tests.gcwsim import Request, Response, Running
from providers.gcp.tests.workflows.oracles.emitted import EXECUTION, document_of, outcome_of
from providers.gcp.tests.workflows.oracles.functions import Functions
from tests.virtual import START_US, US

CLOCK_S = 1 / US
INPUT_MAX = 32_000
"""Bytes of an execution's argument; what is longer comes from the broker."""
EVER_S = 3 * 365 * 86_400
"""What waits that long waits for ever."""
Front = Callable[[float, Request], Response | None]


def run(
    text: bytes, module: Module, world: World, seed: int = 0, *, front: Front = lambda now_s, request: None
) -> Observed:
    """What an execution comes to. seed: above 0 shuffles all that the documentation leaves to chance.

    front: what stands before functions answers in their place; None where it lets a request through.
    Raises Refused, Unspecified, and Unreadable where it ends as none of ours does.
    """
    return _Run(text, module, world, seed, front).observed()


def attempted(text: bytes, module: Module, world: World) -> tuple[Observed, Mapping[str, int]]:
    """What an execution comes to, and the attempts of each of its steps, by key."""
    run = _Run(text, module, world, 0, lambda now_s, request: None)
    return run.observed(), run.functions.attempts


def argument_of(world: World) -> dict[str, Any]:
    """What an execution is started with."""
    argument = {"id": EXECUTION, "from": {"correlation": "c"}}
    whole = {**argument, "args": dict(world.input)}
    return whole if len(json.dumps(whole)) < INPUT_MAX else argument


def timeless(observed: Observed) -> Observed:
    """The same without times: which of several branches begins first says when those after it do."""
    return Observed(observed.outcome, tuple(call._replace(at_s=None) for call in observed.calls))


class _Run:
    def __init__(self, text: bytes, module: Module, world: World, seed: int, front: Front) -> None:
        self._world = world
        self._front = front
        self.functions = Functions(module, world, self._now_s, self._post)
        self._seed = seed
        self._running: Running | None = None
        self._running = Running(document_of(text), argument_of(world), self._answer, seed=seed)

    def observed(self) -> Observed:
        """An event comes before all else that is due when it does."""
        assert self._running is not None
        for event in sorted(self._world.events, key=lambda one: one.at_s):
            self._running.until(event.at_s - CLOCK_S)
            self._running.now_us = max(self._running.now_us, START_US + round(event.at_s * US))
            self.functions.broker.send(event.name, event.payload, event.id)
        self._running.until(EVER_S)
        ended = self._running.outcome()
        observed = self.functions.observed(outcome_of(ended), ended.took_s)
        return timeless(observed) if self._seed else observed

    def _now_s(self) -> float:
        assert self._running is not None
        return (self._running.now_us - START_US) / US

    def _answer(self, request: Request) -> Response:
        return self._front(self._now_s(), request) or self.functions.answer(request)

    def _post(self, url: str, body: object) -> int:
        assert self._running is not None
        return self._running.service.post(url, body)
