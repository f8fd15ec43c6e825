"""Every peer that is installed handles what it says it handles, and its first test passes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.benchmarks.peers import catalogue
from tests.benchmarks.peers.catalogue import NAMES, OURS, contestants, first
from tests.benchmarks.peers.parent import Child

pytestmark = pytest.mark.slow
SMALL = 20
"""Units of a round; each program counts what it has handled."""


def python_of(name: str) -> Path:
    python = catalogue.python(name)
    if python is None:
        pytest.skip(f"{name} is not installed: python -m tests.benchmarks.peers.catalogue install {name}")
    return python


@pytest.mark.parametrize("name", [*NAMES, OURS])
def test_every_contestant_handles_what_it_is_given(name: str) -> None:
    with Child(name, python_of(name)) as child:
        for number, one in enumerate(contestants(name)):
            if one.contest != "backlog":
                took, _ = child.run(number, min(SMALL, one.units))
                assert took > 0, one.name


@pytest.mark.parametrize(("name", "test"), [(name, test) for name in [*NAMES, OURS] for test in first(name)])
def test_every_first_test_passes(name: str, test: str, tmp_path: Path) -> None:
    file = tmp_path / "first.py"
    file.write_text(first(name)[test])
    env = {**catalogue.environ(), "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    words = [str(python_of(name)), "-W", "ignore", str(file)]
    done = subprocess.run(words, cwd=tmp_path, env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
