"""The emulator, one a session, and what tests put on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from providers.aws.tests.emulated.emulator import Emulator, emulator
from tests import tools


@pytest.fixture(scope="session")
def aws_emulator() -> Iterator[Emulator]:
    """Ministack with permissions enforced, and functions under Amazon's runtime client."""
    tools.require("awslambdaric")
    with emulator() as running:
        yield running
