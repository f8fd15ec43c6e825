"""Every example, as a user runs it: in its own directory, by its own commands."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted(path.parent for path in (Path(__file__).parents[1] / "examples").glob("*/app.py"))
BIN = Path(sys.executable).parent
MORE_TESTS = [one for one in EXAMPLES if "\npython -m pytest -q\n" not in (one / "demo.sh").read_text()]
"""Examples whose demo does not run all of their tests."""


def run(example: Path, *command: str) -> str:
    """The output of a command that succeeds."""
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    env = {**os.environ, "PATH": path, "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command, cwd=example, env=env, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0, f"$ {' '.join(command)}\n{done.stdout}"
    return done.stdout


def name_of(example: Path) -> str:
    return example.name


@pytest.fixture(params=EXAMPLES, ids=name_of)
def example(request: pytest.FixtureRequest) -> Path:
    found: Path = request.param
    return found


@pytest.mark.slow
@pytest.mark.parametrize("example", MORE_TESTS, ids=name_of)
def test_the_tests_of_an_example_pass_where_its_demo_does_not_run_all_of_them(example: Path) -> None:
    assert " passed" in run(example, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")


def test_the_demo_of_an_example_checks_it_runs_it_tests_it_and_builds_it(example: Path) -> None:
    """All that there is to an example: its demo ends where a command fails."""
    shown = run(example, "sh", "demo.sh")
    commands = ("cloudless check", "cloudless run", "python -m pytest", "cloudless build")
    assert all(f"+ {command}" in shown for command in commands)
    assert " passed in " in shown


def test_every_example_says_what_it_shows(example: Path) -> None:
    assert (example / "README.md").read_text().startswith(f"# {example.name}\n")
    assert {"app.py", "test_app.py", "cloudless.toml", "demo.sh"} <= {path.name for path in example.iterdir()}
