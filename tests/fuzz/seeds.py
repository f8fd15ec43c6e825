"""Seeds of random programs: others in each run, but in CI, whose runs are to be equal."""

from __future__ import annotations

import os
import secrets

import pytest


def fresh(name: str) -> str:
    """A seed that nobody has tried; the name, where CI is set to anything."""
    return name if os.environ.get("CI") else secrets.token_hex(4)


SEEDS = pytest.mark.parametrize("seed", ["fixed", fresh("fresh")], ids=["fixed", "fresh"])
"""For a test with `seed`: one that it has with everybody, and one of its own."""
