"""Handover: what one server leaves to the next: what is queued, and what was told, in a file for this user alone.

{"version", "run", "real_s", "target_us", "speed", "cloud", "journal"}
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from cloudless.memory.state import resume, state_of

if TYPE_CHECKING:
    from pathlib import Path

    from cloudless.dev.running import Running

VERSION = 1
PATIENCE_S = 0.5
"""How long a handler may go on when its process is to end."""


def leave(running: Running, file: Path) -> None:
    """Write the file, whole or not at all."""
    target_us, read_s = running.clock.reading
    state = {
        "version": VERSION,
        "run": running.run,
        "real_s": read_s,
        "target_us": target_us,
        "speed": running.clock.speed,
        "cloud": state_of(running.simulation.cloud, running.feed.held),
        "journal": running.journal.state(),
    }
    half = file.with_suffix(".half")
    with open(half, "w", encoding="utf-8", opener=_private) as out:
        json.dump(state, out, ensure_ascii=False, separators=(",", ":"))
    half.replace(file)


def leave_in_time(running: Running, file: Path) -> None:
    """Leave, and end this process, where a handler does not come to its end: its message comes again.

    For a process that is to end: the one that supervises it does not wait for long. In a signal's handler, which Python
    runs between two lines of whatever goes on: https://docs.python.org/3/library/signal.html#execution-of-python-signal-handlers
    """
    if sys.platform == "win32":
        return

    def abandon(*_: object) -> None:
        if running.feed.is_busy:
            leave(running, file)
            sys.stdout.flush()
            os._exit(0)

    signal.signal(signal.SIGALRM, abandon)
    signal.setitimer(signal.ITIMER_REAL, PATIENCE_S, PATIENCE_S)


def left(file: Path | None) -> dict[str, Any] | None:
    """What the server before left; None where it left nothing, e.g. because it was killed."""
    if file is None or not file.is_file():
        return None
    state: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return state if state.get("version") == VERSION else None


def take(running: Running, state: dict[str, Any]) -> list[str]:
    """Go on from there; what has no place any more, a line each."""
    running.run = state["run"]
    running.journal.resume(state["journal"])
    return resume(running.simulation.cloud, state["cloud"])


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
