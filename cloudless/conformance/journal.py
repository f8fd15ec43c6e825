"""The journal: what handlers note, so that a test can read it although they run in other processes.

CLOUDLESS_JOURNAL names a file of JSON lines; without it notes are kept in this process (the in-memory cloud).
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, NoReturn

from cloudless.runtime.crash import Crash

VARIABLE = "CLOUDLESS_JOURNAL"
_kept: list[dict[str, Any]] = []


def note(handler: str, **facts: object) -> None:
    """Write one line. facts: JSON values."""
    line = {"handler": handler, **facts}
    file = os.environ.get(VARIABLE)
    if file is None:
        _kept.append(json.loads(json.dumps(line)))
        return
    with Path(file).open("a", encoding="utf-8") as journal:
        journal.write(json.dumps(line) + "\n")


def crash() -> NoReturn:
    """Die as an instance dies: at once, and without telling anybody."""
    if VARIABLE in os.environ:
        os._exit(9)
    raise Crash


def kept() -> list[dict[str, Any]]:
    """The notes of this process."""
    return list(_kept)


def clear() -> None:
    """Forget the notes of this process."""
    _kept.clear()


def read(file: Path) -> list[dict[str, Any]]:
    """The notes in a file; none where it does not exist yet."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []
