"""What was made of a build, as data: for whoever runs functions, subscriptions, workflows and gateways.

Names are full, as in Google's APIs, where nothing else is said. May import: the standard library, the models.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from providers.gcp.tests.apigateway import Api
from providers.gcp.tests.pubsubmodel import Settings


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of Pub/Sub. name: "projects/p/topics/t". retention_s: None: nothing is kept."""

    name: str
    retention_s: int | None = None


@dataclass(frozen=True, slots=True)
class Push:
    """account: e-mail of whose ID tokens pushes carry, "" for none. unwrapped: whether a body is a message's data."""

    url: str
    account: str
    audience: str
    unwrapped: bool = False


@dataclass(frozen=True, slots=True)
class Subscription:
    """Of a topic. settings: as the model of Pub/Sub takes them. filter: "" for none. push: None: it is pulled from.

    never_expires: whether it stays when nobody uses it for a while.
    """

    name: str
    topic: str
    settings: Settings
    filter: str
    push: Push | None
    never_expires: bool


@dataclass(frozen=True, slots=True)
class Function:
    """A Cloud Run function. name: short. service: "projects/p/locations/r/services/s", which IAM is asked for.

    package: the archive. account: e-mail. build: variables of its build. secrets: versions by variable.
    """

    name: str
    url: str
    service: str
    entry_point: str
    runtime: str
    package: Path
    build: Mapping[str, str]
    environment: Mapping[str, str]
    secrets: Mapping[str, str]
    timeout_s: int
    memory: str
    account: str
    min_instances: int
    max_instances: int
    concurrency: int
    ingress: str

    @property
    def audiences(self) -> frozenset[str]:
        """What its callers' ID tokens may be for."""
        return frozenset({self.url})


@dataclass(frozen=True, slots=True)
class Workflow:
    """source: its definition's text. account: e-mail. revision: "000001-a1b"."""

    name: str
    account: str
    source: str
    revision: str
    labels: Mapping[str, str]
    environment: Mapping[str, str]


@dataclass(slots=True)
class Database:
    """A Firestore database. ttl: collection and field of what goes by itself. unindexed: fields without an index."""

    name: str
    location: str
    ttl: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    unindexed: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])


@dataclass(frozen=True, slots=True)
class Account:
    """A service account. member: as in policies."""

    email: str
    id: str

    @property
    def member(self) -> str:
        return f"serviceAccount:{self.email}"


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway of API Gateway. host: its domain. account: e-mail of whose ID tokens its requests carry."""

    name: str
    host: str
    account: str
    api: Api
