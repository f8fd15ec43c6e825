"""What runs workflows beside gcwsim: one process a session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from providers.gcp.tests.workflows.oracles.emulator import Emulator
from tests import tools


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    with Emulator(tools.require("workflows-emulator")) as running:
        yield running
