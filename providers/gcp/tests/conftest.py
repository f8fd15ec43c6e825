"""The servers that these tests talk to: Google's emulators, one of each a session, a project of its own a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from providers.gcp.tests.broker import Broker, new_project, warm_up
from providers.gcp.tests.deployment import Functions, functions
from providers.gcp.tests.emulators import firestore_emulator, pubsub_emulator


@pytest.fixture(scope="session")
def pubsub_host() -> Iterator[str]:
    """Address of Google's Pub/Sub emulator."""
    with pubsub_emulator() as host:
        warm_up(host)
        yield host


@pytest.fixture(scope="session")
def firestore_host() -> Iterator[str]:
    """Address of Google's Firestore emulator."""
    with firestore_emulator() as host:
        yield host


@pytest.fixture
def project() -> str:
    """A project that no other test uses."""
    return new_project()


@pytest.fixture
def pubsub(pubsub_host: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The emulator, and every Pub/Sub client of this process sent to it, by the SDK's own variable."""
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", pubsub_host)
    return pubsub_host


@pytest.fixture
def firestore(firestore_host: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The emulator, and every Firestore client of this process sent to it, by the SDK's own variable."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", firestore_host)
    return firestore_host


@pytest.fixture
def broker(pubsub: str, project: str) -> Iterator[Broker]:
    """A project on the emulator, to make topics and subscriptions in."""
    broker = Broker(project)
    yield broker
    broker.close()


@pytest.fixture(scope="session")
def handlers(pubsub_host: str, firestore_host: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Functions]:
    """The process in which the handlers of all deployed applications run."""
    apps = ("cloudless.conformance.apps.queues", "cloudless.conformance.apps.ordered")
    with functions(tmp_path_factory.mktemp("functions"), firestore_host, pubsub_host, *apps) as served:
        yield served
