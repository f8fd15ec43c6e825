"""What a provider's test writes: how an application is deployed there, and how time passes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from cloudless.auth import Jwt
from cloudless.driver import Gap, Ledger, Provider
from cloudless.testing.http import Client

START = datetime(2026, 1, 2, 12, tzinfo=UTC)
"""When a target begins, unless a case says otherwise: on a Friday."""


class Target(Protocol):
    """One deployed application. Client calls of the test go to it while its `with` block runs."""

    @property
    def ledger(self) -> Ledger:
        """The ledger driver; its clock is moved by `advance`."""
        ...

    def run(self) -> None:
        """Carry out what is in flight and its back-off, until nothing moves; not delays, not schedules.

        Where a real service would let time pass, a virtual clock is moved: no test sleeps.
        """
        ...

    def advance(self, by: timedelta) -> None:
        """Let time pass, and do everything that is due within, in order."""
        ...

    def journal(self) -> Sequence[Mapping[str, Any]]:
        """What handlers noted (`cloudless.conformance.journal.note`), in order."""
        ...

    def inject(self, queue: str, body: str, attributes: Mapping[str, str] | None = None) -> None:
        """Put a message on a queue as a program would that knows nothing of cloudless."""
        ...


@runtime_checkable
class RotatingTarget(Target, Protocol):
    """A target of a provider that has secrets (capability "secret")."""

    def rotate(self, secret: str, value: str) -> None:
        """Give a secret another value in the store; who has read it keeps the old one for as long as it is cached."""
        ...


@runtime_checkable
class HttpTarget(Target, Protocol):
    """A target of a provider that has HTTP endpoints (capability "http")."""

    @property
    def http(self) -> Client:
        """A client of the deployed endpoints: `Client(answer)`, where `answer` makes a real request."""
        ...

    def token(self, auth: Jwt, lifetime: timedelta = ..., **claims: Any) -> str:
        """A token that `auth` accepts; the endpoints read its issuer's keys from the harness."""
        ...


class Harness(Protocol):
    """How one provider deploys. provider: its name. gaps: its table; a capability in it is expected to fail."""

    provider: str

    @property
    def gaps(self) -> Mapping[str, Gap]: ...

    def deploy(self, entry: str, *, seed: int = 0, start: datetime = START) -> AbstractContextManager[Target]:
        """Deploy the application at `entry`, "module:name", empty and with nothing in flight.

        seed: of the disorder, where the target has one. start: what time it is then, by the target's clock; a target
        without schedules may begin at any. The values of secrets and configuration are those of
        `cloudless.conformance.apps.SECRETS` and `CONFIG`.
        """
        ...


class ProviderHarness:
    """The harness of an installed provider: its own name and table, and what deploys (entry, seed, start)."""

    def __init__(
        self, installed: Provider, deployed: Callable[[str, int, datetime], AbstractContextManager[Target]]
    ) -> None:
        self.provider = installed.name
        self.gaps = installed.gaps
        self._deployed = deployed

    def deploy(self, entry: str, *, seed: int = 0, start: datetime = START) -> AbstractContextManager[Target]:
        return self._deployed(entry, seed, start)
