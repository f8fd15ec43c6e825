"""Generated programs: CPython's outcome is the engine's and that of Durable's replay, in any order, through crashes.

PROGRAMS (60) and SEED ("durable") of the environment: more of them, others.
"""

from __future__ import annotations

import os

from providers.azure.tests.durable.fuzz import RUNNERS
from tests.fuzz.__main__ import Run


def test_generated_programs_come_to_what_python_makes_of_them() -> None:
    run = Run(os.environ.get("SEED", "durable"), RUNNERS)
    run.go(range(int(os.environ.get("PROGRAMS", "60"))), most=1)
    assert run.failures == []
