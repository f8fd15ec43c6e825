"""What the in-memory cloud does not do, and what it was verified against. It is no provider, so nobody asks it else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cloudless.driver.gap import NEVER, Gap
from cloudless.driver.verified import Verified, read

TITLE = "In memory"
RECORD = Path(__file__).with_name("verified.json")
GAPS: Mapping[str, Gap] = {
    "compile": Gap(NEVER, "the in-memory cloud runs the program itself: there is nothing to compile"),
}


def verified() -> Verified | None:
    """The record of the last run of the conformance suite, the corpus and the examples."""
    return read(RECORD)
