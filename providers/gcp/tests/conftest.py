"""The servers that these tests talk to: Google's emulators, one of each a session, a project a test or stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from providers.gcp.tests.broker import Broker, new_project, warm_up
from providers.gcp.tests.deployment import Stage, Stages
from providers.gcp.tests.emulators import PATHS, firestore_emulator, pubsub_emulator
from providers.gcp.tests.running import Ground
from tests import tools
from tests.hosting.launcher import Zygote


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the cases that a suite names, each with a reason, in `left_out`."""
    items[:] = [one for one in items if getattr(one, "originalname", "") not in _left_out(one)]


def _left_out(item: pytest.Item) -> Mapping[str, str]:
    found: Mapping[str, str] = getattr(getattr(item, "cls", None), "left_out", {})
    return found


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
def zygote() -> Iterator[Zygote]:
    """What functions are forked from."""
    python = tools.require("functions-framework").with_name("python")
    with Zygote(python, list(map(str, PATHS)), "providers.gcp.tests.functions.worker") as process:
        yield process


@pytest.fixture(scope="session")
def ground(pubsub_host: str, firestore_host: str, zygote: Zygote) -> Ground:
    """What all that runs shares."""
    return Ground(pubsub_host, firestore_host, zygote)


@pytest.fixture(scope="session")
def stages(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    """Where applications are deployed, each to a project of its own, whose clock stands still."""
    stages = Stages(lambda entry, folder: Stage(entry, ground, folder), tmp_path_factory.mktemp("apps"))
    yield stages
    stages.close()
