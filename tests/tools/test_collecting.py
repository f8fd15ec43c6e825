"""`-p tests.tools.collecting`: bytecode for the next process, two ends to begin at, and nothing stale."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMES = ("one/test_a.py", "one/test_b.py", "two/test_c.py")
MODULE = """
import os
from pathlib import Path

with Path("imported").open("a") as told:
    told.write(f"{os.environ['PYTEST_XDIST_WORKER']} {Path(__file__).name}\\n")

def test_passes(): pass
"""
WRITES = """
import gc, sys
from importlib import import_module, invalidate_caches

def test_what_a_test_writes_is_never_stale(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    for number in range(5):
        (tmp_path / "program.py").write_text(f"NUMBER = {number}")
        invalidate_caches()
        sys.modules.pop("program", None)
        assert import_module("program").NUMBER == number

def test_what_was_collected_is_not_looked_at_again():
    assert gc.get_freeze_count() > 1_000
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(MODULE)
    (tmp_path / "test_writes.py").write_text(WRITES)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib\n")
    return tmp_path


def run(folder: Path, *words: str) -> str:
    """The closing line of a run with the plugin, in two processes that are told to keep no bytecode."""
    plugins = ["-p", "xdist", "-p", "tests.tools.collecting", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", *plugins, *words]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()[-1]


@pytest.mark.slow
def test_two_processes_begin_at_two_ends_and_leave_bytecode_of_test_modules(folder: Path) -> None:
    assert "5 passed in" in run(folder)
    told = [line.split() for line in (folder / "imported").read_text().splitlines()]
    order = {worker: [name for who, name in told if who == worker] for worker in ("gw0", "gw1")}
    assert order["gw0"] == [Path(name).name for name in NAMES]
    assert order["gw1"] == order["gw0"][::-1]
    kept = {path.name.partition(".")[0] for path in folder.rglob("*-pytest-*.pyc")}
    assert kept == {"test_a", "test_b", "test_c", "test_writes"}


@pytest.mark.slow
def test_files_and_tests_can_be_named(folder: Path) -> None:
    assert "2 passed in" in run(folder, "two/test_c.py", "one/test_a.py::test_passes")
