"""Claim: one command at a time in a folder of this machine. The system gives it up for a process that dies."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from cloudless.errors import TerraformError


@contextmanager
def claimed(file: Path, what: str) -> Generator[None]:
    """Hold the file for the block; TerraformError where another process has it. what: is claimed, for people."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b") as held:
        if not _lock(held.fileno()):
            raise TerraformError(f"another cloudless is at work in {what}: wait until it has ended")
        yield


def _lock(descriptor: int) -> bool:
    """Whether nobody else had it. Closing the file gives it up."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
