"""Generated programs: CPython's outcome is the engine's and that of Durable's replay, in any order, through crashes.

PROGRAMS (30) and SEED ("durable") of the environment: more of them, others.
"""

from __future__ import annotations

import os

import pytest

from providers.azure.tests.durable.fuzz import RUNNERS
from tests.fuzz.__main__ import Run

pytestmark = pytest.mark.fuzz
FEW = 10


def agreed(programs: range) -> None:
    run = Run(os.environ.get("SEED", "durable"), RUNNERS)
    run.go(programs, most=1)
    assert run.failures == []


def test_generated_programs_come_to_what_python_makes_of_them() -> None:
    agreed(range(FEW))


@pytest.mark.slow
def test_so_do_many() -> None:
    agreed(range(FEW, int(os.environ.get("PROGRAMS", "30"))))
