"""The in-memory cloud passes the whole contract."""

import pytest

from cloudless.conformance import Harness
from cloudless.conformance.ledger import LedgerSuite
from cloudless.conformance.memory import MemoryHarness
from cloudless.conformance.ordered import OrderedSuite
from cloudless.conformance.queue import QueueSuite


@pytest.fixture(scope="session")
def harness() -> Harness:
    return MemoryHarness()


class TestQueue(QueueSuite):
    pass


class TestOrdered(OrderedSuite):
    pass


class TestLedger(LedgerSuite):
    pass
