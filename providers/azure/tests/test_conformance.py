"""The contract, on our broker with Microsoft's client and worker library, and on Microsoft's storage emulator."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager

import pytest

from cloudless.conformance.ledger import LedgerSuite
from cloudless.conformance.ordered import OrderedSuite
from cloudless.conformance.queue import QueueSuite
from cloudless.driver import Gap
from cloudless_azure import PROVIDER
from providers.azure.tests.deployment import Stage, Stages, deployed


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


@pytest.fixture
def harness(stages: Stages) -> AzureHarness:
    return AzureHarness(stages)


class TestQueue(QueueSuite):
    pass


class TestOrdered(OrderedSuite):
    pass


class TestLedger(LedgerSuite):
    pass
