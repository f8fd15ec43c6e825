"""Artifact: the files of one build."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from cloudless.errors import InvalidArgument

MANIFEST = ".cloudless.json"
"""Names what a build wrote, so that the next one removes what it no longer has, and nothing else."""


class Artifact:
    """files: content by path, relative and with slashes, e.g. "main.tf.json". Equal programs give equal bytes.

    Raises InvalidArgument for a path that leads out of the folder.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        for path in files:
            parts = PurePosixPath(path).parts
            if (
                not parts
                or path.startswith("/")
                or "\\" in path
                or {"..", "."} & set(path.split("/"))
                or path == MANIFEST
            ):
                raise InvalidArgument(
                    f"a build cannot have a file {path!r}: paths are relative, and stay in the folder"
                )
        self.files = dict(sorted(files.items()))

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(map(len, self.files.values()))

    def write(self, folder: Path) -> list[str]:
        """Make the folder hold these files, and return the paths that changed, removed ones included.

        Files that no build wrote stay as they are (Terraform's own, the user's *.tf); equal content is not touched.
        Raises InvalidArgument where the folder holds files, and no build of ours.
        """
        before = _written(folder)
        changed = [path for path, content in self.files.items() if _differs(folder / path, content)]
        for path in changed:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(self.files[path])
        gone = sorted(before - self.files.keys())
        for path in gone:
            (folder / path).unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MANIFEST).write_text(json.dumps({"files": list(self.files)}, indent=2) + "\n")
        return sorted([*changed, *gone])


def _written(folder: Path) -> set[str]:
    """What the last build wrote."""
    try:
        return set(json.loads((folder / MANIFEST).read_text())["files"])
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (ValueError, KeyError, TypeError) as problem:
        raise InvalidArgument(
            f"{folder / MANIFEST} cannot be read: {problem}; remove the folder, and build again"
        ) from problem
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InvalidArgument(f"{folder} is not empty, and no build wrote it: give another --out, or empty it")
    return set()


def _differs(file: Path, content: bytes) -> bool:
    return not file.is_file() or file.read_bytes() != content
