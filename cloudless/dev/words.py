"""What handlers print and log: shown where it always was, and noted with the call that wrote it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, TextIO

from cloudless.dev.feed import Line

PRINT = "print"
LONGEST = 2_000
"""Characters of a line that are noted."""

_FORM = "%(levelname)s %(name)s: %(message)s"


class Spy:
    """A text stream that also notes each line that goes through it; all else it leaves to the stream."""

    def __init__(self, stream: TextIO, note: Callable[[Line], None]) -> None:
        self._stream = stream
        self._note = note
        self._begun = ""

    def write(self, text: str) -> int:
        *whole, rest = f"{self._begun}{text}".split("\n")
        for line in whole:
            self._note(Line(PRINT, line[:LONGEST]))
        self._begun = rest[:LONGEST]
        return self._stream.write(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Notes(logging.Handler):
    """Notes log records."""

    def __init__(self, note: Callable[[Line], None]) -> None:
        super().__init__()
        self._note = note
        self.setFormatter(logging.Formatter("%(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """Note a record, with its traceback where it has one."""
        self._note(Line(record.levelname.lower(), self.format(record)[:LONGEST]))


@contextmanager
def noted(note: Callable[[Line], None]) -> Generator[None]:
    """Note what is written in the block.

    An application that configures no logging gets INFO and above on stderr: on a cloud it would be in the log too.
    """
    root, notes, stdout = logging.getLogger(), Notes(note), sys.stdout
    if not root.handlers:
        logging.basicConfig(level=logging.INFO, format=_FORM)
    root.addHandler(notes)
    sys.stdout = Spy(stdout, note)
    try:
        yield
    finally:
        sys.stdout = stdout
        root.removeHandler(notes)
