"""Faults of a program: what befalls the next call of a handler, the same wherever it runs.

    exception   it raises a ConnectionError before it does anything
    crash       its instance dies before it does anything
    lost        its instance dies when it has done everything: the platform does not know, and calls it again

`arm` leaves a file beside the trace, and whichever process calls that handler next takes it. May import: the standard
library, and cloudless where it is called: it runs in functions, too.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

EXCEPTION, CRASH, LOST = "exception", "crash", "lost"
KINDS = (EXCEPTION, CRASH, LOST)
_FOLDER = "faults"


def arm(trace: Path, kind: str, handler: str) -> None:
    """Let a fault befall the next call of a handler. trace: the file that calls are written to."""
    if kind not in KINDS:
        raise ValueError(f"fault {kind!r}: there are {', '.join(KINDS)}")
    folder = trace.parent / _FOLDER
    folder.mkdir(exist_ok=True)
    (folder / handler).write_text(kind)


def armed(trace: Path) -> list[str]:
    """The handlers whose fault has befallen nobody yet."""
    return sorted(file.name for file in (trace.parent / _FOLDER).glob("*"))


def taken(trace: Path, handler: str) -> str:
    """The fault of the call that begins now, "" for none; nobody else has it then."""
    file = trace.parent / _FOLDER / handler
    mine = trace.parent / f"{handler}-{uuid4()}"
    try:
        os.rename(file, mine)  # noqa: PTH104  (one process alone can)
    except FileNotFoundError:
        return ""
    kind = mine.read_text()
    mine.unlink()
    return kind


def die() -> NoReturn:
    """As an instance dies: at once, and without telling anybody."""
    os._exit(9)
