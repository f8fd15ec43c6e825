"""Every area runs, at a tiny size: each of its rows has a figure, or says what is not installed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from providers.gcp.tests.emulators import pubsub_emulator
from tests.benchmarks.areas import AREAS
from tests.benchmarks.peers import parent
from tests.benchmarks.rounds import MOST, units
from tests.benchmarks.row import Row
from tests.documents.applications import forgotten
from tests.tools import Missing

pytestmark = pytest.mark.slow
TINY: dict[str, dict[str, Any]] = {
    "building": {"SIZES": (2,)},
    "compiling": {"SIZES": (2,), "ROUNDS": 1},
    "exploring": {"EXAMPLES": 10, "TOTAL": 2_000, "CHUNK": 500},
    "functions": {"HANDLERS": 8},
    "orchestrating": {"SIZES": (10, 20)},
    "processes": {"WHAT": ("a message",)},
    "replaying": {"ITEMS": 10, "MANY": 20},
    "sending": {"SINGLE": 5, "MANY": 20, "BODIES": [{"n": 1}] * 20},
    "sending_pubsub": {"SINGLE": 5, "MANY": 20, "BODIES": [{"n": 1}] * 20},
    "sending_sqs": {"SINGLE": 5, "MANY": 20, "BODIES": [{"n": 1}] * 20},
    "soak": {"TOTAL": 2_000, "CHUNK": 500},
    "watching": {"RATE": 100, "SECONDS": 2, "RELOADS": 1},
}
"""Constants of an area's module, made small."""


def contest(name: str, peers: list[str], **options: Any) -> list[Row]:
    return parent.contest(name, peers, **options, units=units)


@pytest.fixture(autouse=True)
def _as_in_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Areas set what SDKs read, and import programs that they have written: nobody after them may find either."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = dict(os.environ)
    with forgotten(tmp_path):
        yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def pubsub() -> Iterator[str]:
    """One of Google's emulators for all areas that send to it."""
    with pubsub_emulator() as host:
        yield host


@pytest.mark.parametrize("name", AREAS)
def test_every_row_of_an_area_has_a_figure(
    name: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    module = import_module(f"tests.benchmarks.{name}")
    for constant, value in TINY.get(name, {}).items():
        monkeypatch.setattr(module, constant, value)
    if hasattr(module, "contest"):
        monkeypatch.setattr(module, "contest", contest)
    if hasattr(module, "pubsub_emulator"):
        monkeypatch.setattr(module, "pubsub_emulator", lambda: nullcontext(request.getfixturevalue("pubsub")))
    monkeypatch.setenv(MOST, "1")
    try:
        rows = [row for table in module.tables() for row in table.rows]
    except Missing as missing:
        pytest.skip(str(missing))
    assert rows
    assert not [row for row in rows if row.failed and not row.failed.startswith("not installed")]
