"""The engine of JSONata, one process a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from providers.aws.tests.stepfunctions.jsonata import Jsonata, jsonata


@pytest.fixture(scope="session")
def engine() -> Iterator[Jsonata]:
    with jsonata() as running:
        yield running
