"""The contract, on Google's emulators and the strict model of push."""

from __future__ import annotations

import pytest

from cloudless.conformance import ProviderHarness
from cloudless.conformance.ledger import LedgerSuite
from cloudless.conformance.ordered import OrderedSuite
from cloudless.conformance.queue import QueueSuite
from cloudless_gcp import PROVIDER
from providers.gcp.tests.deployment import Functions, deployed


@pytest.fixture
def harness(pubsub: str, firestore: str, handlers: Functions) -> ProviderHarness:
    return ProviderHarness(PROVIDER, lambda entry, seed, _: deployed(entry, handlers, seed=seed))


class TestQueue(QueueSuite):
    pass


class TestOrdered(OrderedSuite):
    pass


class TestLedger(LedgerSuite):
    pass
