"""Generated programs on what is emitted for them, for tests.fuzz: make fuzz ON=gcp PROGRAMS=2000."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from providers.gcp.tests.workflows.oracles.runners import Emitted
from tests.fuzz.runners import ENGINE, Runner


@contextmanager
def runners() -> Generator[Sequence[Runner]]:
    """The engine, and gcwsim: in order, and shuffled."""
    yield ENGINE, Emitted(), Emitted(seed=7)
