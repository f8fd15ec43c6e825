"""A process that was forked, and the file that it prints to."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from threading import Lock

from tests.hosting.launcher import Process, Zygote


class Started:
    """Its text stays when it has ended. env, arguments, descriptors: see `launcher.Zygote.fork`."""

    def __init__(
        self, zygote: Zygote, env: Mapping[str, str], arguments: Sequence[str], descriptors: Sequence[int] = ()
    ) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the process)
        self._last: str | None = None
        self._process: Process = zygote.fork(env, arguments, self._log, descriptors)
        self._lock = Lock()

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        with self._lock:
            return self._process.wait()

    def output(self) -> str:
        """What it has printed."""
        if self._last is not None:
            return self._last
        descriptor = self._log.fileno()  # its position is the process's
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode("utf-8", "replace")

    def close(self) -> None:
        """End it, and all that it started."""
        self._process.kill()
        self.wait()
        self._last = self.output()
        self._log.close()
