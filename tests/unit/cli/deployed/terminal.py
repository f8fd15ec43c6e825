"""`cloudless` in a terminal: what people see there, and what they type."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from select import select

INTERRUPT = "\x03"
PATIENCE_S = 2.0
ROOT = str(Path(__file__).parents[4])
MAIN = """\
import fcntl, runpy, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that ^C is an interrupt
signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell in the background has switched off
runpy.run_module("cloudless.cli", run_name="__main__")
"""


class Terminal:
    """A command in a pseudo-terminal. shown: everything that it wrote, up to now."""

    def __init__(self, home: Path, *words: str, environ: Mapping[str, str] = os.environ) -> None:
        self.shown = ""
        self._ours, theirs = pty.openpty()
        around = {**environ, "PYTHONPATH": f"{home}{os.pathsep}{ROOT}", "TERM": "dumb", "COLUMNS": "200"}
        command = [sys.executable, "-c", MAIN, *words]
        self._process = subprocess.Popen(
            command, cwd=home, env=around, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)

    def answers(self, question: str, text: str) -> int:
        """Wait for a question, type an answer, and return the exit code."""
        self.wait_for(question)
        if text == INTERRUPT:
            return self._interrupted()
        self.type(f"{text}\n")
        return self.ends()

    def _interrupted(self) -> int:
        """Type ^C until it ends, as people do.

        Python does not notice one that comes after the question is written, and before it waits for the answer.
        """
        while True:
            self.type(INTERRUPT)
            while select([self._ours], [], [], PATIENCE_S)[0]:
                if not self._read():
                    return self.ends()

    def wait_for(self, text: str) -> None:
        """Read until something is shown."""
        while text not in self.shown:
            if not self._read():
                raise AssertionError(f"it ended without {text!r}:\n{self.shown}")

    def type(self, text: str) -> None:
        """Type something."""
        os.write(self._ours, text.encode())

    def ends(self) -> int:
        """Read until it ends, and return the exit code."""
        while self._read():
            pass
        os.close(self._ours)
        return self._process.wait()

    def _read(self) -> bool:
        try:
            found = os.read(self._ours, 65_536)
        except OSError:  # what Linux says at the end
            return False
        self.shown += found.decode().replace("\r\n", "\n")
        return bool(found)
