"""The servers that these tests talk to, one of each a session, and what deployed applications share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.loaders import Loader

from providers.aws.tests.deployment import Stage, Stages
from providers.aws.tests.emulators import PATHS, environment, ministack
from providers.aws.tests.resources import Resources
from providers.aws.tests.running import Ground
from providers.aws.tests.sqsmodel import Gateway, gateway
from providers.aws.tests.stepfunctions import Jsonata, jsonata
from tests import tools
from tests.hosting.launcher import Zygote


@pytest.fixture(scope="session", autouse=True)
def _models_read_once() -> Iterator[None]:
    """Let every session of boto3 have what one has read of its data: that is most of what a client costs."""
    original: Any = Loader.__init__
    read: dict[Any, Any] = {}

    def initialised(self: Loader, *arguments: Any, **options: Any) -> None:
        original(self, *arguments, **options)
        self.__dict__["_cache"] = read

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Loader, "__init__", initialised)
        yield


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
def zygote() -> Iterator[Zygote]:
    """What functions are forked from."""
    with Zygote(tools.require("awslambdaric"), list(map(str, PATHS)), "providers.aws.tests.lambdas.worker") as process:
        yield process


@pytest.fixture(scope="session")
def engine() -> Iterator[Jsonata]:
    """What evaluates the expressions of state machines."""
    with jsonata() as process:
        yield process


@pytest.fixture(scope="session")
def ground(ministack_url: str, zygote: Zygote, engine: Jsonata) -> Ground:
    """What all that runs shares."""
    return Ground(ministack_url, zygote, engine)


@pytest.fixture(scope="session")
def stages(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    """Where applications are deployed, each to an account of its own, whose clock stands still."""
    stages = Stages(lambda entry, folder: Stage(entry, ground, folder), tmp_path_factory.mktemp("apps"))
    yield stages
    stages.close()
