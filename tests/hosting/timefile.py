"""The time of a deployment in a file, for worker processes, which cannot see the broker's clock.

Standard library only.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

VARIABLE = "CLOUDLESS_TIME_FILE"
"""The setting that names the file to a worker; without it, workers live in real time."""

_SECONDS = struct.Struct("d")


class TimeFile:
    """Eight bytes, replaced as a whole: readers never see half of a time."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def tell(self, now_s: float) -> None:
        """Say what time it is, seconds since the epoch."""
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(descriptor, _SECONDS.pack(now_s), 0)
        finally:
            os.close(descriptor)


def time_in(path: Path) -> float:
    """What time it is."""
    now_s: float = _SECONDS.unpack(path.read_bytes())[0]
    return now_s
