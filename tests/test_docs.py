"""Every code block of README and the documentation runs; `tests/docs/page.py` has the rules."""

import os
from pathlib import Path
from shlex import join

import pytest

from tests.docs.page import Page
from tests.shell import Shell

ROOT = Path(__file__).parents[1]
HISTORY = {"decisions", "changes"}
"""Folders whose pages are history: true when written, not kept running."""
PAGES = {
    path: Page(path.read_text())
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    if HISTORY.isdisjoint(path.relative_to(ROOT).parts)
}
PYTEST = [
    *("-c", os.devnull, "-q", "-W", "error", "-p", "no:cacheprovider"),
    "--import-mode=importlib",  # `shop/app.py` is imported once, as `shop.app`
]
NO_TESTS = 5
"""pytest's exit code when every file was imported and none held a test."""
ENV = {"NO_COLOR": "1", "COLUMNS": "110"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def python_files(page: Page) -> list[str]:
    return [name for name in page.files if name.endswith(".py")]


@pytest.mark.parametrize("path", [path for path, page in PAGES.items() if python_files(page)], ids=name_of)
def test_the_python_of_a_page_runs(path: Path, tmp_path: Path, shell: Shell) -> None:
    page = PAGES[path]
    page.write(tmp_path)
    words = ["python", "-m", "pytest", *PYTEST, "--rootdir", str(tmp_path), *python_files(page)]
    done = shell.run(join(words), tmp_path, {**ENV, "PYTHONPATH": str(tmp_path)})
    assert done.code in {0, NO_TESTS}, done.output


@pytest.mark.parametrize("path", [path for path, page in PAGES.items() if page.commands], ids=name_of)
def test_the_commands_of_a_page_print_what_it_shows(path: Path, tmp_path: Path, shell: Shell) -> None:
    page = PAGES[path]
    page.write(tmp_path)
    for command in page.commands:
        done = shell.run(command.line, tmp_path, {**ENV, "PYTHONPATH": str(tmp_path)})
        assert done.code == 0, f"$ {command.line}\n{done.output}"
        assert command.matches(done.output), f"$ {command.line}\n{done.output}"
