"""The harness of the in-memory cloud."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from cloudless.auth import Jwt
from cloudless.conformance import journal
from cloudless.conformance.apps import CONFIG, SECRETS
from cloudless.conformance.harness import START, Target
from cloudless.driver import Gap, Ledger
from cloudless.message import Envelope
from cloudless.testing import Client, Simulation, simulate


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


class MemoryHarness:
    """Deploys into a simulation."""

    provider = "memory"
    gaps: Mapping[str, Gap] = {}

    @contextmanager
    def deploy(self, entry: str, *, seed: int = 0, start: datetime = START) -> Generator[Target]:
        module, _, name = entry.partition(":")
        app = getattr(import_module(module), name)
        journal.clear()
        with simulate(app, start=start, seed=seed, secrets=SECRETS, config=CONFIG) as simulation:
            yield MemoryTarget(simulation)
