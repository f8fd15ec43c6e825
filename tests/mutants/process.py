"""A process of its own for each mutant, forked by one that has imported what all of them need, and ended in time."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryFile
from threading import Event, Timer
from typing import NamedTuple

from tests.hosting.launcher import Zygote

ROOT = Path(__file__).parents[2]
_ENV = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""No plugin that happens to be installed has a part in what is tried."""


class Ended(NamedTuple):
    """What became of a process. code: as subprocess counts. told: what it printed. is_late: it had to be killed."""

    code: int
    told: str
    is_late: bool

    @property
    def last_line(self) -> str:
        return self.told.strip().rpartition("\n")[2]


def zygote(worker: str) -> Zygote:
    """What forks processes of a module, as a context: see `tests.hosting.launcher.Zygote`."""
    return Zygote(Path(sys.executable), [str(ROOT)], worker)


def run(zygote: Zygote, arguments: Sequence[str], limit_s: float) -> Ended:
    """Let a forked process do its work. limit_s: after which it is killed."""
    with TemporaryFile() as log:
        process = zygote.fork({**os.environ, **_ENV}, arguments, log)
        late = Event()

        def kill() -> None:
            late.set()
            process.kill()

        limit = Timer(limit_s, kill)
        limit.start()
        code = process.wait()
        limit.cancel()
        log.seek(0)
        return Ended(code, log.read().decode(), late.is_set())
