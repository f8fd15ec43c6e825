"""The servers that these tests talk to, one of each a session, and clients that are shared: opening one is slow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from providers.azure.tests.sdk import Sdk
from providers.azure.tests.servicebus import Broker


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """A running broker without entities."""
    with Broker.running() as running:
        yield running


@pytest.fixture(scope="session")
def sdk(broker: Broker) -> Iterator[Sdk]:
    """Microsoft's client of that broker."""
    with Sdk(broker.connection_string) as connected:
        yield connected
