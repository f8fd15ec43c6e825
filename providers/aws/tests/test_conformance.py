"""The contract, on ministack and the strict model of event sources, with handlers under Amazon's runtime client."""

from __future__ import annotations

import pytest

from cloudless.conformance import ProviderHarness
from cloudless.conformance.ledger import LedgerSuite
from cloudless.conformance.ordered import OrderedSuite
from cloudless.conformance.queue import QueueSuite
from cloudless_aws import PROVIDER
from providers.aws.tests.deployment import Region, deployed
from providers.aws.tests.sqsmodel import Gateway


@pytest.fixture
def harness(sqs: Gateway, functions: Region) -> ProviderHarness:
    return ProviderHarness(PROVIDER, lambda entry, seed, _: deployed(entry, functions, seed=seed))


class TestQueue(QueueSuite):
    pass


class TestOrdered(OrderedSuite):
    pass


class TestLedger(LedgerSuite):
    pass
