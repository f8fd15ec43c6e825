"""Every area runs, at a tiny size: each of its rows has a figure, or says what is not installed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.areas import AREAS
from tests.benchmarks.peers import parent
from tests.benchmarks.rounds import MOST
from tests.benchmarks.row import Row
from tests.documents.applications import forgotten
from tests.tools import Missing

pytestmark = pytest.mark.slow
TINY: dict[str, dict[str, Any]] = {
    "building": {"SIZES": (2,), "ROUNDS": 1},
    "cloudfunctions": {"ROUNDS": 1},
    "exploring": {"EXAMPLES": 10, "TOTAL": 20_000},
    "functions": {"ROUNDS": 1},
    "processes": {"WHAT": ("a message",)},
    "sending": {"SINGLE": 5, "MANY": 100, "BODIES": [{"n": 1}] * 100},
    "sending_pubsub": {"SINGLE": 5, "MANY": 100, "BODIES": [{"n": 1}] * 100},
    "sending_sqs": {"SINGLE": 5, "MANY": 100, "BODIES": [{"n": 1}] * 100},
    "soak": {"TOTAL": 20_000},
    "watching": {"SECONDS": 2, "RELOADS": 1},
}
"""Constants of an area's module, made small."""


def contest(name: str, peers: list[str], **options: Any) -> list[Row]:
    return parent.contest(name, peers, **options, units=small)


def small(count: int) -> int:
    return min(count, 20)


@pytest.fixture(autouse=True)
def _as_in_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Areas set what SDKs read, and import programs that they have written: nobody after them may find either."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = dict(os.environ)
    with forgotten(tmp_path):
        yield
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.parametrize("name", AREAS)
def test_every_row_of_an_area_has_a_figure(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module(f"tests.benchmarks.{name}")
    for constant, value in TINY.get(name, {}).items():
        monkeypatch.setattr(module, constant, value)
    if hasattr(module, "contest"):
        monkeypatch.setattr(module, "contest", contest)
    monkeypatch.setenv(MOST, "1")
    try:
        rows = [row for table in module.tables() for row in table.rows]
    except Missing as missing:
        pytest.skip(str(missing))
    assert rows
    assert not [row for row in rows if row.failed and not row.failed.startswith("not installed")]
