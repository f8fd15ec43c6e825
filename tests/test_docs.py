"""Every code block of README and the documentation runs; `tests/docs/page.py` has the rules."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import NamedTuple

import pytest

from tests.docs import worker
from tests.docs.page import Command, Page
from tests.hosting.launcher import Zygote

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
SHELLS = set("|&;<>$`*?~#")
"""What means something to a shell, roughly."""


class Done(NamedTuple):
    """What became of a process."""

    code: int
    output: str


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote(Path(sys.executable), [str(ROOT)], "tests.docs.worker") as process:
        yield process


def env_in(folder: Path) -> dict[str, str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "PYTHONPATH": str(folder), "NO_COLOR": "1", "COLUMNS": "110"}


def run(zygote: Zygote, folder: Path, module: str, words: Sequence[str], **env: str) -> Done:
    """Run a module as `python -m` does, in a fork of what has imported it."""
    with TemporaryFile() as log:
        code = zygote.fork({**env_in(folder), **env}, [str(folder), module, *words], log).wait()
        log.seek(0)
        return Done(code, log.read().decode())


def play(zygote: Zygote, folder: Path, command: Command) -> Done:
    """Run a line of a session: what a shell has to read is its, and so is a pytest with its plugins."""
    if command.line.startswith("cloudless ") and SHELLS.isdisjoint(command.line):
        return run(zygote, folder, worker.CLI, shlex.split(command.line)[1:])
    done = subprocess.run(
        ["sh", "-c", command.line], cwd=folder, env=env_in(folder), check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    return Done(done.returncode, done.stdout)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def python_files(page: Page) -> list[str]:
    return [name for name in page.files if name.endswith(".py")]


@pytest.mark.parametrize("path", [path for path, page in PAGES.items() if python_files(page)], ids=name_of)
def test_the_python_of_a_page_runs(path: Path, tmp_path: Path, zygote: Zygote) -> None:
    page = PAGES[path]
    page.write(tmp_path)
    words = [*PYTEST, "--rootdir", str(tmp_path), *python_files(page)]
    done = run(zygote, tmp_path, worker.PYTEST, words, **worker.ALONE)
    assert done.code in {0, NO_TESTS}, done.output


@pytest.mark.parametrize("path", [path for path, page in PAGES.items() if page.commands], ids=name_of)
def test_the_commands_of_a_page_print_what_it_shows(path: Path, tmp_path: Path, zygote: Zygote) -> None:
    page = PAGES[path]
    page.write(tmp_path)
    for command in page.commands:
        done = play(zygote, tmp_path, command)
        assert done.code == 0, f"$ {command.line}\n{done.output}"
        assert command.matches(done.output), f"$ {command.line}\n{done.output}"
