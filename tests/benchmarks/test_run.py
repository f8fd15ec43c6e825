"""A run of an area in its process: what fails is a row that says why, and what was measured before is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks import __main__ as command
from tests.benchmarks.areas import AREAS, Area
from tests.benchmarks.row import OURS, Row, Table, failed

TABLE = "Table('A', 's', (Row('ours', 'ours', 1.0, 1.0, 1.0),))"
HEAD = "from tests.benchmarks.row import Row, Table\ndef tables():\n"


NAME = "made_for_a_test"


@pytest.fixture
def area(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The module of an area that is there for a test."""
    monkeypatch.setitem(AREAS, NAME, Area("Made for a test", limit_s=60, module=NAME))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path / f"{NAME}.py"


def test_an_area_comes_back_with_its_tables(area: Path) -> None:
    area.write_text(f"{HEAD}    return [{TABLE}]\n")
    assert command.run(NAME).tables == (Table("A", "s", (Row("ours", OURS, 1.0, 1.0, 1.0),)),)


def test_what_was_measured_before_a_failure_is_kept(area: Path) -> None:
    area.write_text(f"{HEAD}    yield {TABLE}\n    raise ValueError('no luck')\n")
    first, rest = command.run(NAME).tables
    assert first.title == "A"
    assert failed([rest])[0].failed == "ValueError: no luck"


def test_an_area_that_ends_without_a_word_has_failed(area: Path) -> None:
    area.write_text(f"import os\n{HEAD}    os._exit(3)\n")
    assert [row.failed for row in failed(command.run(NAME).tables)] == ["ended with 3"]


def test_an_area_that_does_not_end_is_ended(area: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(AREAS, NAME, Area("Made for a test", limit_s=1, module=NAME))
    area.write_text(f"import threading\n{HEAD}    threading.Event().wait()\n")
    assert [row.failed for row in failed(command.run(NAME).tables)] == ["not done in 1 s"]
