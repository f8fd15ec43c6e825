"""`-p tests.tools.passed`: what passed is left out of the next run, and nothing else is.

A file of which all has passed is not even imported.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = """
import os, pytest

def test_passes(): pass

def test_is_skipped_without_its_tool():
    if "TOOL" not in os.environ:
        pytest.skip("no tool")

@pytest.fixture
def mended():
    yield
    assert "TOOL" in os.environ

def test_fails_when_it_is_torn_down(mended): pass

@pytest.mark.xfail
def test_is_expected_to_fail(): assert False

@pytest.mark.parametrize("slow", [pytest.param(True, marks=pytest.mark.slow), False])
def test_has_a_slow_case(slow): pass
"""


FINISHED = """
import os
assert "TOOL" not in os.environ

def test_passes(): pass
"""


def run(folder: Path, *words: str, **env: str) -> str:
    """The closing line of a run with the plugin, in two processes."""
    plugins = ["-p", "xdist", "-p", "tests.tools.passed", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-n", "2", *plugins, *words]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **env}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()[-1]


@pytest.mark.slow
def test_what_passed_is_left_out_and_what_was_skipped_failed_or_deselected_is_not(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "test_finished.py").write_text(FINISHED)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = slow\n")
    first = run(tmp_path, "-m", "not slow", "--note-passed", "passed.json")
    assert "4 passed, 1 skipped, 1 xfailed, 1 error" in first
    assert "3 passed, 1 xfailed in" in run(tmp_path, "--leave-out", "passed.json", TOOL="1")
