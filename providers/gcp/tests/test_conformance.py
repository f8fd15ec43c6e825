"""The contract, by applications as they are built: what Terraform would make on loopback, and the package's functions.

Real are the compiler's document and package, functions-framework, and Google's emulators of Pub/Sub and Firestore;
ours are the strict models of push, Cloud Tasks, Cloud Scheduler, Secret Manager, API Gateway, Workflows and IAM: see
running.py and what it imports.
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
from cloudless_gcp import PROVIDER
from providers.gcp.tests.deployment import Stages
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
