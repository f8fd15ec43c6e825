"""What tests of every kind may ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shell import Shell


@pytest.fixture(scope="session")
def shell() -> Iterator[Shell]:
    """A shell whose commands start at once."""
    with Shell() as process:
        yield process


@pytest.fixture(scope="session")
def mypy_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run of mypy leaves for the next one: most of what it looks at is cloudless, and Pydantic."""
    return tmp_path_factory.mktemp("mypy")
