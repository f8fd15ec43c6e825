"""Unpacks packages of functions. Libraries that are equal stand in one place, and are compiled there once.

They are most of a package, and the same for nearly all that are built; what they import takes long without bytecode.
"""

from __future__ import annotations

import atexit
import json
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile


def unpack(file: Path, folder: Path, libraries: str, own: Sequence[str] = ()) -> None:
    """Unpack a zip into a folder that is not there yet.

    libraries: the folder of the zip that becomes a link to what other packages have, too, e.g. "packages/"; nobody may
    write there but Python. own: beginnings of paths that are left out.
    """
    with ZipFile(file) as package:
        names = [name for name in package.namelist() if not name.startswith(tuple(own))]
        shared = [name for name in names if name.startswith(libraries)]
        package.extractall(folder, [name for name in names if not name.startswith(libraries)])
        if shared:
            link = folder / libraries
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(_shared(package, shared) / libraries)


def _shared(package: ZipFile, names: Sequence[str]) -> Path:
    """Where files of these names and contents are, for as long as this process lives."""
    told = json.dumps([(name, package.getinfo(name).CRC, package.getinfo(name).file_size) for name in sorted(names)])
    folder = _room() / sha256(told.encode()).hexdigest()
    if not folder.exists():
        package.extractall(folder, names)
    return folder


@cache
def _room() -> Path:
    room = TemporaryDirectory()
    atexit.register(room.cleanup)
    return Path(room.name)
