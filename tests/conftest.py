"""What tests of every kind may ask for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.shell import Shell


@pytest.fixture(scope="session")
def shell() -> Iterator[Shell]:
    """A shell whose commands start at once."""
    with Shell() as process:
        yield process
