"""Generated files, kept as they were when somebody looked at them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path


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

    def write(self) -> None:
        """Make them what is generated now."""
        shutil.rmtree(self._folder, ignore_errors=True)
        for path, text in self.current().items():
            (self._folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self._folder / path).write_text(text, "utf-8")


def _shown(path: str) -> str:
    return f"{path}.txt" if path.endswith(".py") else path
