"""The two tables, and what importing costs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from cloudless.driver.gap import CAPABILITIES
from cloudless.driver.limit import KEYS
from cloudless.errors import UnsupportedError
from cloudless_gcp import PROVIDER
from cloudless_gcp.capabilities import GAPS
from cloudless_gcp.clients.cloud import GoogleCloud
from cloudless_gcp.limits import LIMITS

ROOT = Path(__file__).parents[3]


def test_every_limit_has_a_key_a_value_and_a_page() -> None:
    assert LIMITS.keys() <= KEYS.keys()
    for limit in LIMITS.values():
        assert limit.value >= 0
        assert re.match(r"https://cloud\.google\.com/\S+$", limit.link)


def test_every_gap_has_a_key_and_a_reason_and_what_never_comes_has_a_page() -> None:
    assert GAPS.keys() <= CAPABILITIES.keys()
    assert [key for key, gap in GAPS.items() if not gap.reason or (gap.kind == "never" and not gap.link)] == []


def test_the_provider_shows_its_tables() -> None:
    assert (PROVIDER.name, PROVIDER.gaps, PROVIDER.limits) == ("gcp", GAPS, LIMITS)


def test_a_stage_without_addresses_cannot_be_connected_to() -> None:
    with pytest.raises(UnsupportedError, match="compiler for Google Cloud is not built"):
        PROVIDER.connect(None, None)


@pytest.mark.parametrize("noun", ["topics", "functions", "secrets"])
def test_what_is_not_built_says_so(noun: str) -> None:
    with pytest.raises(UnsupportedError, match="not built for Google Cloud"):
        getattr(GoogleCloud({}), noun)


def test_a_cold_start_loads_no_sdk_and_nothing_slow() -> None:
    """Until the handler sends or asks the ledger."""
    paths = [str(ROOT), str(ROOT / "providers" / "gcp")]
    code = f"import sys; sys.path[:0] = {paths!r}\nimport cloudless_gcp.runtime.queue\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True, capture_output=True, text=True)
    loaded = set(run.stdout.split())
    slow = {"asyncio", "dataclasses", "google", "grpc", "http.client", "inspect", "pydantic", "ssl", "typing"}
    assert loaded.isdisjoint(slow), loaded & slow
