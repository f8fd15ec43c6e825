"""Snapshots, entries and errors as JSON, and back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudless.driver.error import error_of, told
from cloudless.driver.orchestration import (
    COMPLETED,
    FAILED,
    RUNNING,
    Entry,
    Snapshot,
    entry_from,
    plain_of,
    snapshot_from,
)

ERROR = error_of("TimeoutError", "too long")


def fields(one: Snapshot | Entry) -> dict[str, Any]:
    return {name: getattr(one, name) for name in type(one).__slots__}


@pytest.mark.parametrize(
    "snapshot",
    [Snapshot(RUNNING, 5.5), Snapshot(COMPLETED, 5.5, 6, output='{"a":1}'), Snapshot(FAILED, 5, 6, error=ERROR)],
)
def test_a_snapshot_travels_as_json(snapshot: Snapshot) -> None:
    assert fields(snapshot_from(json.loads(json.dumps(plain_of(snapshot))))) == fields(snapshot)


@pytest.mark.parametrize(
    "entry", [Entry(5.5, "called", "charge", step="3", attempt=2, value={"a": [1]}), Entry(5, "raised", error=ERROR)]
)
def test_an_entry_travels_as_json(entry: Entry) -> None:
    assert fields(entry_from(json.loads(json.dumps(plain_of(entry))))) == fields(entry)


def test_an_error_is_known_by_its_parts() -> None:
    assert told(ERROR) == ERROR
    assert told({"type": "E", "mro": [], "message": ""}) == {"type": "E", "mro": [], "message": "", "data": {}}


@pytest.mark.parametrize("value", [None, "E", [], {}, {"type": "E"}, {"type": 1, "mro": [], "message": ""}])
def test_any_other_value_is_no_error(value: object) -> None:
    assert told(value) is None
