"""Run a program that must not be cut off: what it has made by then would be in no state.

An interrupt is handed on once, so that the program ends in order, and waited for. The program writes to the terminal
and to files itself, never into a pipe of ours: it goes on where we die.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any, Self

from cloudless.node import node

INTERRUPTED = "interrupted: waiting until it ends in order, and what it made is in the state"
INSISTED = "still ending, so that nothing is lost. Interrupt once more to drop what is being made"
_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
_DROPS = 3
"""Which interrupt is handed on again. At the second that it gets, Terraform drops everything."""


@node()
class Done:
    """code: of the exit. output: what it wrote, "" where it was shown. errors: what it wrote to stderr."""

    code: int
    output: str
    errors: str


class Runner:
    """say: takes a line for whoever waits. aside: whether output that is shown goes to stderr instead of stdout."""

    def __init__(self, say: Callable[[str], None], *, aside: bool = False) -> None:
        self._say = say
        self._aside = aside

    def run(self, words: Sequence[str], folder: Path, environ: Mapping[str, str], *, shown: bool) -> Done:
        """Run a program in a folder, without input; where it is shown, it writes to the terminal as it goes.

        Raises KeyboardInterrupt, or SystemExit, where we were interrupted meanwhile: after the program has ended, and
        what it wrote to stderr was said.
        """
        sys.stdout.flush()
        sys.stderr.flush()
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors, _Bell() as bell:
            stdout: Any = output if not shown else sys.__stderr__ if self._aside else None
            with _started(words, cwd=folder, env=dict(environ), stdout=stdout, stderr=errors) as process:
                came = self._wait(process, bell)
            done = Done(process.returncode, _text(output), _text(errors))
        if came:
            self._tell(done.errors.strip())
            raise KeyboardInterrupt if came[0] == signal.SIGINT else SystemExit(128 + came[0])
        return done

    def _wait(self, process: subprocess.Popen[Any], bell: _Bell) -> list[int]:
        """Signals that came before the process ended."""
        came: list[int] = []
        for number in bell.rings(process):
            came.append(number)
            if len(came) in {1, _DROPS} and os.name == "posix":  # elsewhere it has the signal already
                process.send_signal(signal.SIGINT if number == signal.SIGHUP else number)
            self._tell(INTERRUPTED if len(came) == 1 else INSISTED)
        return came

    def _tell(self, text: str) -> None:
        with suppress(OSError):  # of a terminal that is gone
            self._say(text)


class _Bell:
    """Rings for signals that would end us, and when a process has ended.

    It is a pipe that Python writes to in the very moment, so that none is missed, and nothing is done in a handler.
    Only the main thread gets signals.
    """

    def __init__(self) -> None:
        self._is_main = threading.current_thread() is threading.main_thread()
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self._ears, self._mouth = os.pipe()
        os.set_blocking(self._mouth, False)
        if self._is_main:
            self._before = {number: signal.signal(number, _take) for number in _SIGNALS}
            self._woken = signal.set_wakeup_fd(self._mouth, warn_on_full_buffer=False) if os.name == "posix" else -1
        return self

    def __exit__(self, *raised: object) -> None:
        if self._is_main and os.name == "posix":
            signal.set_wakeup_fd(self._woken)
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        os.close(self._ears)
        os.close(self._mouth)

    def rings(self, process: subprocess.Popen[Any]) -> Iterator[int]:
        """Signals, one after the other, until the process has ended."""
        threading.Thread(target=self._listen, args=(process,), daemon=True).start()
        while number := os.read(self._ears, 1)[0]:
            if number in self._before:
                yield number

    def _listen(self, process: subprocess.Popen[Any]) -> None:
        process.wait()
        os.write(self._mouth, b"\0")


def _started(words: Sequence[str], **settings: Any) -> subprocess.Popen[Any]:
    """In a group of its own: Ctrl-C reaches it through us alone. What it writes is private: there are secrets in it."""
    if os.name == "posix":
        settings |= {"process_group": 0, "umask": 0o077}
    return subprocess.Popen(words, stdin=subprocess.DEVNULL, **settings)


def _take(number: int, frame: FrameType | None) -> None:
    """Take a signal, so that it ends nobody; the bell has rung."""


def _text(file: Any) -> str:
    file.seek(0)
    content: bytes = file.read()
    return content.decode("utf-8", "replace")
