"""The in-memory cloud passes the whole contract."""

import pytest

from cloudless.conformance.function import FunctionSuite
from cloudless.conformance.http import HttpSuite
from cloudless.conformance.ledger import LedgerSuite
from cloudless.conformance.memory import MemoryHarness
from cloudless.conformance.orchestration import OrchestrationSuite
from cloudless.conformance.ordered import OrderedSuite
from cloudless.conformance.permission import PermissionSuite
from cloudless.conformance.queue import QueueSuite
from cloudless.conformance.schedule import ScheduleSuite
from cloudless.conformance.simulated import SimulatedSuite
from cloudless.conformance.topic import TopicSuite


@pytest.fixture(scope="session")
def harness() -> MemoryHarness:
    return MemoryHarness()


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


class TestSimulated(SimulatedSuite):
    pass
