"""`-p tests.tools.counting`: whatever can come of a test is counted as ever, and no more is said of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = """
import pytest

@pytest.fixture
def broken():
    raise ValueError

@pytest.fixture
def breaks():
    yield
    raise ValueError

def test_passes(): pass
def test_fails(): assert False
def test_is_skipped(): pytest.skip("for no reason")
def test_fails_when_it_is_set_up(broken): pass
def test_fails_when_it_is_torn_down(breaks): pass

@pytest.mark.xfail
def test_is_expected_to_fail(): assert False

@pytest.mark.skip
def test_is_never_begun(): pass
"""
CONFTEST = """
from pathlib import Path

def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Told())

class Told:
    def pytest_runtest_logreport(self, report):
        with Path("told").open("a") as file:
            file.write(f"{report.nodeid.rpartition('::')[2]} {report.when}\\n")
"""


@pytest.mark.slow
def test_what_came_of_a_test_is_counted_and_what_went_without_saying_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    (tmp_path / "conftest.py").write_text(CONFTEST)
    plugins = ["-p", "tests.tools.counting", "-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
    command = [sys.executable, "-m", "pytest", "-n", "1", *plugins]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert "1 failed, 2 passed, 2 skipped, 1 xfailed, 2 errors in" in done.stdout.splitlines()[-1]
    assert (tmp_path / "told").read_text().splitlines() == [
        "test_passes call",
        "test_fails call",
        "test_is_skipped call",
        "test_fails_when_it_is_set_up setup",
        "test_fails_when_it_is_torn_down call",
        "test_fails_when_it_is_torn_down teardown",
        "test_is_expected_to_fail call",
        "test_is_never_begun setup",
    ]
