"""Cache: what a build made, and can make again, kept for this user by what it was made of."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

_KEPT_S = 30 * 86_400


def kept(parts: Iterable[str | bytes], make: Callable[[Path], None], cache: Path) -> Path:
    """The folder that `make` fills for these parts, filled once; not to be changed. cache: where such folders are.

    One that no build used for a month goes. Safe from several builds at once.
    """
    digest = sha256()
    for part in parts:
        text = part if isinstance(part, bytes) else part.encode()
        digest.update(len(text).to_bytes(8) + text)
    folder = cache / digest.hexdigest()[:32]
    if folder.is_dir():
        os.utime(folder)
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=cache) as name:
        made = Path(name) / "made"
        made.mkdir()
        make(made)
        _forget(cache)
        try:
            made.rename(folder)
        except OSError:  # another build was faster
            if not folder.is_dir():
                raise
    return folder


def cache_folder(what: str) -> Path:
    """Where this user's programs keep what they can make again. what: a name of one's own in it."""
    if sys.platform == "win32":
        home = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        home = Path.home() / "Library" / "Caches"
    else:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "cloudless" / what


def _forget(cache: Path) -> None:
    """Remove what no build used for a month."""
    oldest = time.time() - _KEPT_S
    for folder in cache.iterdir():
        if folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)
