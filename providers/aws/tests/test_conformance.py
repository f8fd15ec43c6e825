"""The contract, on ministack and the strict model of event sources, with handlers under Amazon's runtime client."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager

import pytest

from cloudless.conformance.ledger import LedgerSuite
from cloudless.conformance.ordered import OrderedSuite
from cloudless.conformance.queue import QueueSuite
from cloudless.driver import Gap
from cloudless_aws import PROVIDER
from providers.aws.tests.deployment import Deployment, Region, deployed
from providers.aws.tests.sqsmodel import Gateway


class AwsHarness:
    """See `cloudless.conformance.harness.Harness`."""

    provider = PROVIDER.name

    def __init__(self, functions: Region) -> None:
        self._functions = functions

    @property
    def gaps(self) -> Mapping[str, Gap]:
        return PROVIDER.gaps

    def deploy(self, entry: str, *, seed: int = 0) -> AbstractContextManager[Deployment]:
        return deployed(entry, self._functions, seed=seed)


@pytest.fixture
def harness(sqs: Gateway, functions: Region) -> AwsHarness:
    return AwsHarness(functions)


class TestQueue(QueueSuite):
    pass


class TestOrdered(OrderedSuite):
    pass


class TestLedger(LedgerSuite):
    pass
