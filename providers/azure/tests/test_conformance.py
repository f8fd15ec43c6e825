"""The contract, on our broker with Microsoft's client and worker library, and on Microsoft's storage emulator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager

import pytest

from cloudless.conformance.ledger import LedgerSuite
from cloudless.conformance.ordered import OrderedSuite
from cloudless.conformance.queue import QueueSuite
from cloudless.driver import Gap
from cloudless_azure import PROVIDER
from providers.azure.tests.deployment import Stage, Stages, deployed, stopped_clock
from providers.azure.tests.servicebus import Broker


class AzureHarness:
    """See `cloudless.conformance.harness.Harness`."""

    provider = PROVIDER.name

    def __init__(self, stages: Stages) -> None:
        self._stages = stages

    @property
    def gaps(self) -> Mapping[str, Gap]:
        return PROVIDER.gaps

    def deploy(self, entry: str, *, seed: int = 0) -> AbstractContextManager[Stage]:
        return deployed(self._stages, entry, seed=seed)


@pytest.fixture(scope="module")
def stages(azurite_connection: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    """The applications of the suite, on a broker of their own."""
    with Broker.running(stopped_clock()) as broker, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLOUDLESS_SERVICE_BUS", broker.connection_string)
        patch.setenv("CLOUDLESS_STORAGE", azurite_connection)
        stages = Stages(broker, tmp_path_factory.mktemp("apps"))
        yield stages
        stages.close()


@pytest.fixture
def harness(stages: Stages) -> AzureHarness:
    return AzureHarness(stages)


class TestQueue(QueueSuite):
    pass


class TestOrdered(OrderedSuite):
    pass


class TestLedger(LedgerSuite):
    pass
