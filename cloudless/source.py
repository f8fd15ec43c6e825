"""Where in the user's source a declaration stands. Lowest layer; one frame walk a declaration."""

from __future__ import annotations

import sys

_PACKAGE = __file__.rpartition("source.py")[0]
PROGRAMS = _PACKAGE + "conformance"
"""Where the programs of the conformance suite lie: they are users, wherever we are installed."""


class Place:
    """file: absolute path. line: from 1. The front end finds the columns."""

    __slots__ = ("file", "line")

    def __init__(self, file: str, line: int) -> None:
        self.file = file
        self.line = line

    def __repr__(self) -> str:
        return f"{self.file}:{self.line}"


def calling() -> Place:
    """The line outside of cloudless that is being executed."""
    frame = sys._getframe(1)
    while frame.f_back is not None and is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    return Place(frame.f_code.co_filename, frame.f_lineno)


def is_ours(file: str) -> bool:
    """Whether a file is part of cloudless, and not a program of its conformance suite."""
    return file.startswith(_PACKAGE) and not file.startswith(PROGRAMS)
