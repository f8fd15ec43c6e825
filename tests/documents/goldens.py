"""Generated files, kept as they were when somebody looked at them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest


class Goldens:
    """folder: where they are kept. made: the files by path, as they are generated now.

    Python's have `.txt` behind their name: they are no code of ours.
    """

    def __init__(self, folder: Path, made: Callable[[], Mapping[str, bytes]]) -> None:
        self._folder = folder
        self._made = made

    def current(self) -> dict[str, str]:
        """The texts by path, as they are generated now."""
        return {_shown(path): text.decode() for path, text in sorted(self._made().items())}

    def kept(self) -> dict[str, str]:
        """The texts by path, as they were when somebody looked at them."""
        files = [file for file in self._folder.rglob("*") if file.is_file()]
        return {file.relative_to(self._folder).as_posix(): file.read_text("utf-8") for file in files}

    def modules(self) -> list[str]:
        """Paths of those of Python."""
        return sorted(path for path in self.current() if path.endswith(".py.txt"))

    def unlike_by_hand(self, path: str) -> str:
        """What a formatter would change in a module of Python; "" where it reads as a careful person writes it."""
        pytest.importorskip("ruff")
        ruff = [sys.executable, "-m", "ruff", "--config", "line-length=120", "format", "--diff", "-"]
        done = subprocess.run(ruff, input=self.kept()[path], capture_output=True, text=True, check=False)
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def write(self) -> None:
        """Make them what is generated now."""
        shutil.rmtree(self._folder, ignore_errors=True)
        for path, text in self.current().items():
            (self._folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self._folder / path).write_text(text, "utf-8")


def _shown(path: str) -> str:
    return f"{path}.txt" if path.endswith(".py") else path
