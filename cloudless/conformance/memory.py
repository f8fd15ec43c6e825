"""The harness of the in-memory cloud."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from typing import Any

from cloudless.auth import Jwt
from cloudless.conformance import journal
from cloudless.conformance.apps import CONFIG, SECRETS
from cloudless.conformance.harness import START, Target
from cloudless.driver import Gap, Ledger
from cloudless.memory.history import KEEP
from cloudless.message import Envelope
from cloudless.testing import Client, Simulation
from cloudless.testing.setup import Setup


class MemoryTarget:
    """A simulation as a Target. simulation: for cases that only virtual time can show."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation

    @property
    def ledger(self) -> Ledger:
        return self.simulation.cloud.ledger

    @property
    def http(self) -> Client:
        return self.simulation.http

    def token(self, auth: Jwt, lifetime: timedelta = timedelta(hours=1), **claims: Any) -> str:
        return self.simulation.token(auth, lifetime, **claims)

    def run(self) -> None:
        self.simulation.run()

    def advance(self, by: timedelta) -> None:
        self.simulation.advance(by)

    def journal(self) -> Sequence[Mapping[str, Any]]:
        return journal.kept()

    def inject(self, queue: str, body: str, attributes: Mapping[str, str] | None = None) -> None:
        cloud = self.simulation.cloud
        message = Envelope(cloud.new_id(), body, dict(attributes or {}), sent_s=cloud.now_s())
        cloud.queues.send(queue, [message])

    def rotate(self, secret: str, value: str) -> None:
        self.simulation.cloud.secrets.put(secret, value)


@cache
def _setup(entry: str, start: datetime) -> Setup:
    """An application of the suite, compiled once for all cases: that takes most of a simulation's time."""
    module, _, name = entry.partition(":")
    return Setup(getattr(import_module(module), name), start, None, SECRETS, CONFIG, KEEP)


class MemoryHarness:
    """Deploys into a simulation."""

    provider = "memory"
    gaps: Mapping[str, Gap] = {}

    @contextmanager
    def deploy(self, entry: str, *, seed: int = 0, start: datetime = START) -> Generator[Target]:
        journal.clear()
        with _setup(entry, start).simulation(seed, None) as simulation:
            yield MemoryTarget(simulation)
