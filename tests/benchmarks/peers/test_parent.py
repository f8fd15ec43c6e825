"""Processes of peers as their parent has them: rounds, failures, and that nothing is left behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.benchmarks.peers import catalogue, parent
from tests.benchmarks.peers.catalogue import NAMES, OURS, contestants, peer
from tests.benchmarks.peers.parent import Child, Failed, contest, version


@pytest.mark.parametrize("name", [*NAMES, OURS])
def test_a_peer_says_who_it_is_without_being_installed(name: str) -> None:
    who = peer(name)
    assert who.name == name
    assert who.used
    assert name == OURS or all("==" in requirement for requirement in who.requirements)
    assert all(one.units >= 1 for one in contestants(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_peer_is_pinned_as_a_whole(name: str) -> None:
    lines = [line.partition("#")[0].strip() for line in catalogue.lock(name).read_text().splitlines()]
    pinned = {line.partition(";")[0].strip() for line in lines if line}
    assert all("==" in line for line in pinned)
    assert not any("://" in line for line in lines)
    missing = {one for one in peer(name).requirements if one not in pinned and "[" not in one}
    assert not missing


def test_nobody_is_ahead_by_taking_part_in_a_contest_of_its_own() -> None:
    ours = {one.contest for one in contestants(OURS)}
    assert {one.contest for name in NAMES for one in contestants(name)} <= ours


def test_a_process_runs_rounds_and_ends() -> None:
    numbers = {one.name: at for at, one in enumerate(contestants(OURS))}
    with Child(OURS) as child:
        took, reference = child.run(numbers["cloudless, dict body"], 20)
        pid = child._process.pid
    assert took > 0
    assert reference
    with pytest.raises(ProcessLookupError):
        os.killpg(pid, 0)


def test_an_interpreter_that_does_not_run_us_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho no such luck >&2\nexit 3\n")
    broken.chmod(0o755)
    with pytest.raises(Failed, match="no such luck"):
        Child(OURS, broken)


def test_a_process_that_does_not_answer_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = tmp_path / "python"
    silent.write_text(f"#!/bin/sh\necho $$ > {tmp_path / 'pid'}\nexec cat\n")
    silent.chmod(0o755)
    monkeypatch.setattr(parent, "ANSWER_S", 0.5)
    with pytest.raises(Failed, match="no answer in 0 s"):
        Child(OURS, silent)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def nowhere(name: str) -> None:
    return None


def test_a_peer_that_is_not_installed_is_a_row_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parent, "python", nowhere)
    rows = contest("steps", ["dbos"], unit="µs", rounds=1)
    assert [row.name for row in rows] == ["cloudless, 10 steps, journaled", "DBOS on SQLite"]
    assert all(row.failed.startswith("not installed: python -m") for row in rows)


def test_a_contest_has_ratios_to_the_reference_of_each_round() -> None:
    (row,) = contest("steps", [], unit="µs", rounds=1, units=lambda _: 10)
    assert row.ratio
    assert row.low <= row.value <= row.high
    assert not row.failed


def test_a_version_is_that_of_what_a_contestant_is_named_after() -> None:
    versions = {"huey": "3", "aws-lambda-powertools[parser]": "4", "celery": "5"}
    assert version(versions, "Celery, task_always_eager") == "5"
    assert version(versions, "powertools resolver") == "4"
    assert version(versions, "nobody") == "3"
