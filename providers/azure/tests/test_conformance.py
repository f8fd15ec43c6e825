"""The contract, on our broker with Microsoft's client and worker library, and on Microsoft's storage emulator."""

from __future__ import annotations

import pytest

from cloudless.conformance import ProviderHarness
from cloudless.conformance.ledger import LedgerSuite
from cloudless.conformance.ordered import OrderedSuite
from cloudless.conformance.queue import QueueSuite
from cloudless.conformance.schedule import ScheduleSuite
from cloudless.conformance.topic import TopicSuite
from cloudless_azure import PROVIDER
from providers.azure.tests.deployment import Stages, deployed


@pytest.fixture
def harness(stages: Stages) -> ProviderHarness:
    return ProviderHarness(PROVIDER, lambda entry, seed, start: deployed(stages, entry, seed=seed, start=start))


class TestQueue(QueueSuite):
    pass


class TestOrdered(OrderedSuite):
    pass


class TestTopic(TopicSuite):
    pass


class TestSchedule(ScheduleSuite):
    pass


class TestLedger(LedgerSuite):
    pass
