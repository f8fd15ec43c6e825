"""Workflows read as they did when somebody looked at them."""

from __future__ import annotations

from providers.gcp.tests.workflows.goldens import current, kept


def test_sources_are_as_they_were_when_somebody_looked_at_them() -> None:
    """Write them anew with `python -m providers.gcp.tests.workflows`, and look at the difference."""
    assert current() == kept()
