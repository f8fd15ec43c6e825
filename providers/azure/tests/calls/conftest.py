"""One site a test; it takes a few milliseconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from providers.azure.tests.calls.site import Site


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name in ("CLOUDLESS_VAULT", "CLOUDLESS_STEPS", "IDENTITY_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    made = Site()
    yield made
    made.close()
