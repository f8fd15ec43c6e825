"""A place of its own for each test, in a project of its own on the emulators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cloudless.driver import rest
from cloudless.runtime import addressee
from cloudless_gcp.clients.cloud import GoogleCloud
from providers.gcp.tests.clients.place import Place, Stage
from tests import tools


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause between one request and its repetition; nothing of who runs the tests."""
    monkeypatch.setattr(rest, "BACKOFF_S", 0)
    monkeypatch.setattr(addressee, "PAUSES_S", (0, 0, 0))
    for name in ("CLOUDLESS_GOOGLE_ENDPOINT", "K_SERVICE", "GOOGLE_APPLICATION_CREDENTIALS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def place(pubsub_host: str, firestore_host: str, project: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """What is there, for a function whose account may nothing yet."""
    tools.require("google-discovery")  # here, since its gateway reads them in a thread of its own
    place = Place(project, pubsub_host, firestore_host)
    for name, value in place.environment.items():
        monkeypatch.setenv(name, value)
    yield place
    place.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Opens stages, each by its addresses."""
    opened: list[GoogleCloud] = []

    def open_(**addresses: Any) -> GoogleCloud:
        opened.append(GoogleCloud(addresses))
        return opened[-1]

    yield open_
    for one in opened:
        one.close()
