"""The servers that these tests talk to: ministack and the gateway before it, one of each a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from providers.aws.tests.deployment import Region, region
from providers.aws.tests.emulators import environment, ministack
from providers.aws.tests.resources import Resources
from providers.aws.tests.sqsmodel import Gateway, gateway
from tests import tools


@pytest.fixture(scope="session")
def ministack_url() -> Iterator[str]:
    """Address of ministack."""
    with ministack() as url:
        yield url


@pytest.fixture(scope="session")
def shared_gateway(ministack_url: str) -> Iterator[Gateway]:
    with gateway(ministack_url) as served:
        yield served


@pytest.fixture
def sqs(ministack_url: str, shared_gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    """Every client of this process sent to the gateway (SQS) and to ministack, by the SDK's own variables."""
    for name, value in environment(ministack_url, shared_gateway.url).items():
        monkeypatch.setenv(name, value)
    shared_gateway.sends.clear()
    return shared_gateway


@pytest.fixture
def resources(sqs: Gateway, ministack_url: str) -> Iterator[Resources]:
    """To make queues and tables with."""
    resources = Resources(ministack_url, sqs.url)
    yield resources
    resources.close()


@pytest.fixture(scope="session")
def functions(
    ministack_url: str, shared_gateway: Gateway, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Region]:
    """The process in which the handlers of all deployed applications run, and what they share."""
    tools.require("awslambdaric")
    apps = ("cloudless.conformance.apps.queues", "cloudless.conformance.apps.ordered")
    with region(tmp_path_factory.mktemp("functions"), ministack_url, shared_gateway, *apps) as served:
        yield served
