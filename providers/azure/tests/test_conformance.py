"""The contract, by applications as they are built: what Terraform would make on loopback, and the package's functions.

Real are the compiler's document and package, Microsoft's clients, worker library and storage emulator, and Durable's
replay; ours are the broker, the vault, the roles and the Functions host: see bridge, servicebus and functionshost.
"""

from __future__ import annotations

import pytest

from cloudless.conformance import ProviderHarness
from cloudless.conformance.function import FunctionSuite
from cloudless.conformance.http import HttpSuite
from cloudless.conformance.ledger import LedgerSuite
from cloudless.conformance.orchestration import OrchestrationSuite
from cloudless.conformance.ordered import OrderedSuite
from cloudless.conformance.permission import PermissionSuite
from cloudless.conformance.queue import QueueSuite
from cloudless.conformance.schedule import ScheduleSuite
from cloudless.conformance.topic import TopicSuite
from cloudless_azure import PROVIDER
from providers.azure.tests.deployment import Stages
from tests.hosting.stage import deployed


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


class TestFunction(FunctionSuite):
    pass


class TestHttp(HttpSuite):
    pass


class TestOrchestration(OrchestrationSuite):
    pass


class TestPermission(PermissionSuite):
    pass


class TestLedger(LedgerSuite):
    pass
