"""A place of its own for each test, in an account of its own on the one ministack."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from cloudless_aws.clients import sdk
from providers.aws.tests.drivers.place import Place
from providers.aws.tests.stepfunctions import Jsonata

_ACCOUNTS = count(910_000_000_000)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause between one request and its repetition."""
    monkeypatch.setattr(sdk, "PAUSE_S", 0)


@pytest.fixture
def place(ministack_url: str, engine: Jsonata, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """What is there, for whoever deployed it."""
    place = Place(ministack_url, str(next(_ACCOUNTS)), engine)
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN", "CLOUDLESS_ACCOUNT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in place.environment().items():
        monkeypatch.setenv(name, value)
    yield place
    place.close()
    place.gateway.check()


@pytest.fixture
def role(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The same place, for a function's role, which may nothing yet."""
    for name, value in place.environment(as_role=True).items():
        monkeypatch.setenv(name, value)
    return place
