"""Where in the user's source a declaration stands. Lowest layer; one frame walk a declaration."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import CodeType, FrameType

_PACKAGE = __file__.rpartition("source.py")[0]
PROGRAMS = _PACKAGE + "conformance"
"""Where the programs of the conformance suite lie: they are users, wherever we are installed."""

_UNIT = 2
"""Bytes of an instruction."""


class Place:
    """file: absolute path. line: from 1. The front end finds the columns.

    Python finds the line of a frame by reading the table of its code from the start, which is slow in a module of a
    thousand declarations: so it is looked up where somebody asks, and the table is read once.
    """

    __slots__ = ("_code", "_offset", "file")

    def __init__(self, frame: FrameType) -> None:
        self._code = frame.f_code
        self._offset = frame.f_lasti
        self.file = self._code.co_filename

    @property
    def line(self) -> int:
        known = _LINES.get(id(self._code))
        if known is None:
            known = _LINES[id(self._code)] = self._code, _lines(self._code)
        return known[1][self._offset]

    def __repr__(self) -> str:
        return f"{self.file}:{self.line}"


_LINES: dict[int, tuple[CodeType, Mapping[int, int]]] = {}
"""By id of a code object, which stays for that: the line of each of its offsets."""


def _lines(code: CodeType) -> dict[int, int]:
    found = code.co_lines()
    return {at: line or code.co_firstlineno for start, end, line in found for at in range(start, end, _UNIT)}


def calling() -> Place:
    """The line outside of cloudless that is being executed."""
    frame = sys._getframe(1)
    while frame.f_back is not None and is_ours(frame.f_code.co_filename):
        frame = frame.f_back
    return Place(frame)


def is_ours(file: str) -> bool:
    """Whether a file is part of cloudless, and not a program of its conformance suite."""
    return file.startswith(_PACKAGE) and not file.startswith(PROGRAMS)
