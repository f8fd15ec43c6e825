"""The contract, on Google's emulators and the strict model of push."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager

import pytest

from cloudless.driver import Gap
from cloudless_gcp import PROVIDER
from providers.gcp.tests.broker import Broker
from providers.gcp.tests.deployment import Deployment, Functions, deployed


class GoogleHarness:
    """See `cloudless.conformance.harness.Harness`."""

    provider = PROVIDER.name

    def __init__(self, broker: Broker, handlers: Functions) -> None:
        self._broker = broker
        self._handlers = handlers

    @property
    def gaps(self) -> Mapping[str, Gap]:
        return PROVIDER.gaps

    def deploy(self, entry: str, *, seed: int = 0) -> AbstractContextManager[Deployment]:
        return deployed(entry, self._broker, self._handlers, seed=seed)


@pytest.fixture
def harness(broker: Broker, firestore: str, handlers: Functions) -> GoogleHarness:
    return GoogleHarness(broker, handlers)


def test_spike(harness: GoogleHarness) -> None:
    from cloudless.conformance.apps.queues import jobs, keyed

    with harness.deploy("cloudless.conformance.apps.queues:app") as target:
        jobs.send({"do": ["raise", "crash", "return"], "then": {"n": 1}})
        keyed.send({"order": {"id": 1}})
        keyed.send({"order": {"id": 1}})
        target.run()
        print(target.journal())
        assert len(target.journal()) == 5
