"""How many examples each property is tried with: CLOUDLESS_EXAMPLES, or as many as every run of tests can afford."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

USUAL = 100
VARIABLE = "CLOUDLESS_EXAMPLES"
_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture)

hostile = settings(
    max_examples=int(os.environ.get(VARIABLE, USUAL)), deadline=None, suppress_health_check=_SLOW, database=None
)
"""The settings of every property here. With CI=true hypothesis draws the same examples in every run."""
