"""The contract, on our broker with Microsoft's client and worker library, and on Microsoft's storage emulator."""

from __future__ import annotations

import pytest

from cloudless.conformance import ProviderHarness
from cloudless.conformance.ledger import LedgerSuite
from cloudless.conformance.ordered import OrderedSuite
from cloudless.conformance.queue import QueueSuite
from cloudless_azure import PROVIDER
from providers.azure.tests.deployment import Stages, deployed


@pytest.fixture
def harness(stages: Stages) -> ProviderHarness:
    return ProviderHarness(PROVIDER, lambda entry, seed: deployed(stages, entry, seed=seed))


class TestQueue(QueueSuite):
    pass


class TestOrdered(OrderedSuite):
    pass


class TestLedger(LedgerSuite):
    pass
