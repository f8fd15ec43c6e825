"""A package index in a folder: wheels and source archives, written by hand, for uv without a network."""

from __future__ import annotations

import tarfile
from base64 import urlsafe_b64encode
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

PURE = "py3-none-any"


class Index:
    """folder: of the archives. `requirements` are lines that let uv see this index alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()

    @property
    def requirements(self) -> str:
        return f"--no-index\n--find-links {self._folder}\n"

    def wheel(self, name: str, files: dict[str, str], *, tag: str = PURE, needs: tuple[str, ...] = ()) -> None:
        """Add version 1.0 of a package. needs: what it requires itself."""
        information = f"{name}-1.0.dist-info"
        required = "".join(f"Requires-Dist: {one}\n" for one in needs)
        texts = {
            **files,
            f"{information}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{required}",
            f"{information}/WHEEL": f"Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: {tag}\n",
            f"{information}/entry_points.txt": f"[console_scripts]\n{name} = {name}:main\n",
        }
        record = "".join(f"{path},sha256={_digest(text)},{len(text.encode())}\n" for path, text in texts.items())
        texts[f"{information}/RECORD"] = f"{record}{information}/RECORD,,\n"
        with ZipFile(self._folder / f"{name}-1.0-{tag}.whl", "w") as archive:
            for path, text in texts.items():
                archive.writestr(path, text)

    def source(self, name: str) -> None:
        """Add version 1.0 of a package that has no wheel."""
        with tarfile.open(self._folder / f"{name}-1.0.tar.gz", "w:gz") as archive:
            content = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode()
            entry = tarfile.TarInfo(f"{name}-1.0/PKG-INFO")
            entry.size = len(content)
            archive.addfile(entry, BytesIO(content))


def _digest(text: str) -> str:
    return urlsafe_b64encode(sha256(text.encode()).digest()).decode().rstrip("=")
