"""The servers that these tests talk to, one of each a session, and clients that are shared: opening one is slow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from providers.azure.tests.deployment import Stage, Stages
from providers.azure.tests.functionshost.launcher import Zygote
from providers.azure.tests.functionshost.patches import look_often, plain_amqp
from providers.azure.tests.sdk import Sdk
from providers.azure.tests.servicebus import Broker
from providers.azure.tests.storage import azurite


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """A running broker without entities."""
    look_often()
    with Broker.running() as running:
        yield running


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """What workers of function apps are forked from."""
    with Zygote() as process:
        yield process


@pytest.fixture(scope="session")
def sdk(broker: Broker) -> Iterator[Sdk]:
    """Microsoft's client of that broker."""
    with Sdk(broker.connection_string) as connected:
        yield connected


@pytest.fixture(scope="session")
def azurite_connection() -> Iterator[str]:
    """Microsoft's storage emulator."""
    with azurite() as connection:
        yield connection


@pytest.fixture
def storage(azurite_connection: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The emulator, and every storage client of this process sent to it, by the setting that a function app has."""
    monkeypatch.setenv("CLOUDLESS_STORAGE", azurite_connection)
    return azurite_connection


@pytest.fixture(scope="session")
def stages(azurite_connection: str, zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    """Where applications are deployed, each to an Azure of its own, whose clock stands still."""
    plain_amqp()
    look_often()
    folder = tmp_path_factory.mktemp("apps")
    stages = Stages(lambda entry, own: Stage(entry, azurite_connection, zygote, own), folder)
    yield stages
    stages.close()
