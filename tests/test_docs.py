"""Every code block of README and the documentation runs; `tests/docs/page.py` has the rules."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.page import Page

ROOT = Path(__file__).parents[1]
HISTORY = {"decisions", "changes"}
"""Folders whose pages are history: true when written, not kept running."""
PAGES = {
    path: Page(path.read_text())
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    if HISTORY.isdisjoint(path.relative_to(ROOT).parts)
}
PYTEST = [
    *(sys.executable, "-m", "pytest", "-c", os.devnull, "-q", "-W", "error", "-p", "no:cacheprovider"),
    "--import-mode=importlib",  # `shop/app.py` is imported once, as `shop.app`
    *("-p", "no:hypothesispytest", "-p", "no:xdist"),  # no page needs them: half of what a start takes
]
NO_TESTS = 5
"""pytest's exit code when every file was imported and none held a test."""


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(folder), "NO_COLOR": "1", "COLUMNS": "110"}
    return subprocess.run(
        command, cwd=folder, env=env, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def python_files(page: Page) -> list[str]:
    return [name for name in page.files if name.endswith(".py")]


@pytest.mark.parametrize("path", [path for path, page in PAGES.items() if python_files(page)], ids=name_of)
def test_the_python_of_a_page_runs(path: Path, tmp_path: Path) -> None:
    page = PAGES[path]
    page.write(tmp_path)
    done = run([*PYTEST, "--rootdir", str(tmp_path), *python_files(page)], tmp_path)
    assert done.returncode in {0, NO_TESTS}, done.stdout


@pytest.mark.parametrize("path", [path for path, page in PAGES.items() if page.commands], ids=name_of)
def test_the_commands_of_a_page_print_what_it_shows(path: Path, tmp_path: Path) -> None:
    page = PAGES[path]
    page.write(tmp_path)
    for command in page.commands:
        done = run(["sh", "-c", command.line], tmp_path)
        assert done.returncode == 0, f"$ {command.line}\n{done.stdout}"
        assert command.matches(done.stdout), f"$ {command.line}\n{done.stdout}"
