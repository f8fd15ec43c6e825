"""The contract, on Google's emulators and the strict model of push."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager

import pytest

from cloudless.conformance.ledger import LedgerSuite
from cloudless.conformance.ordered import OrderedSuite
from cloudless.conformance.queue import QueueSuite
from cloudless.driver import Gap
from cloudless_gcp import PROVIDER
from providers.gcp.tests.deployment import Deployment, Functions, deployed


class GoogleHarness:
    """See `cloudless.conformance.harness.Harness`."""

    provider = PROVIDER.name

    def __init__(self, handlers: Functions) -> None:
        self._handlers = handlers

    @property
    def gaps(self) -> Mapping[str, Gap]:
        return PROVIDER.gaps

    def deploy(self, entry: str, *, seed: int = 0) -> AbstractContextManager[Deployment]:
        return deployed(entry, self._handlers, seed=seed)


@pytest.fixture
def harness(pubsub: str, firestore: str, handlers: Functions) -> GoogleHarness:
    return GoogleHarness(handlers)


class TestQueue(QueueSuite):
    pass


class TestOrdered(OrderedSuite):
    pass


class TestLedger(LedgerSuite):
    pass
