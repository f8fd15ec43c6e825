"""The process that watches the project's files, and starts the server anew when they change.

A fresh process each time: modules that are imported again in the old one would share state with what they were.
What is queued is left in a file, and taken by the next one (handover.py). That one is a spare, which has imported all
but the program while nobody waited, and begins when it is told to: most of a start is imports.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory

from cloudless.dev.port import listening, port_of

POLL_S = 0.1
"""Between two looks at the files; where there are many, ten times as long as a look takes."""

SPARE_S = 1.0
"""How long a server runs before the next one is prepared: it has the processor for itself first."""

GRACE_S = 3.0
"""How long a server may take to end; one whose handler blocks is killed then."""

_SKIPPED = frozenset({"__pycache__", "build", "node_modules"})
Snapshot = Mapping[Path, tuple[int, int]]
"""Path → time of modification in nanoseconds, and size."""


def snapshot(config: Path) -> Snapshot:
    """cloudless.toml, and every *.py below its folder; not in hidden folders, virtual environments and the like."""
    found: dict[Path, tuple[int, int]] = {}
    for path in (config, *_sources(config.parent)):
        with suppress(OSError):  # it was deleted meanwhile
            status = path.stat()
            found[path] = (status.st_mtime_ns, status.st_size)
    return found


def _sources(root: Path) -> Iterator[Path]:
    for name, folders, files in os.walk(root):
        folder = Path(name)
        folders[:] = [one for one in folders if _is_watched(folder / one)]
        yield from (folder / one for one in files if one.endswith(".py"))


def _is_watched(folder: Path) -> bool:
    is_environment = (folder / "pyvenv.cfg").exists()
    return not (folder.name.startswith(".") or folder.name in _SKIPPED or is_environment)


class Reloader:
    """command: of the server; `--parent`, `--state`, `--go` and `--fd` (`--port` on Windows) are added.

    config: cloudless.toml.

    tell: gets a line for people. The socket is made here, and each server in turn inherits it: requests that come
    between two of them wait. Where a server ended by itself the socket is closed, so that they are refused.
    """

    def __init__(self, command: Sequence[str], config: Path, tell: Callable[[str], None]) -> None:
        self._command = command
        self._config = config
        self._tell = tell
        self._listener: socket | None = None
        self._state: Path | None = None
        self._spare: Spare | None = None

    def run(self, host: str, port: int) -> None:
        """Go on until SIGINT or SIGTERM; then nothing is left running.

        Raises InvalidArgument where the port is taken, before anything is started.
        """
        self._listener = listening(host, port)
        port = port_of(self._listener)
        with _signals() as stopped, TemporaryDirectory(prefix="cloudless-") as folder:
            self._state = Path(folder) / "state.json"
            try:
                while not stopped:
                    self._until_change(host, port, stopped)
            finally:
                self._close()

    def _until_change(self, host: str, port: int, stopped: list[int]) -> None:
        """Run one server until a file changes, or wait for that where it ended before."""
        seen = snapshot(self._config)
        self._listener = self._listener or listening(host, port)
        server = self._started(self._listener, port)
        try:
            changed = self._changed(server, seen, stopped)
        finally:
            _end(server)
        if changed:
            self._tell(f"{self._named(changed)} changed: starting again")

    def _changed(self, server: subprocess.Popen[bytes], seen: Snapshot, stopped: list[int]) -> list[Path]:
        """The files that are new, gone or others, as soon as there are some; none where a signal comes first."""
        is_lost, began_s = False, time.monotonic()
        while not stopped:
            looked_s = time.monotonic()
            if found := _differing(seen, snapshot(self._config)):
                return found
            if not is_lost and server.poll() is not None:
                is_lost = True
                self._lost(server.returncode)
            if not is_lost and self._spare is None and looked_s - began_s > SPARE_S:
                self._spare = self._prepared()
            time.sleep(max(POLL_S, 10 * (time.monotonic() - looked_s)))
        return []

    def _started(self, listener: socket, port: int) -> subprocess.Popen[bytes]:
        if sys.platform == "win32":  # no file descriptors are inherited there
            self._close()
            return subprocess.Popen([*self._words(), f"--port={port}"])
        spare, self._spare = self._spare, None
        if spare is None or not spare.begin():
            with _interrupts_blocked():
                fd = listener.fileno()
                return subprocess.Popen([*self._words(), f"--fd={fd}"], pass_fds=[fd])
        return spare.process

    def _words(self) -> list[str]:
        return [*self._command, f"--parent={os.getpid()}", f"--state={self._state}"]

    def _prepared(self) -> Spare | None:
        """The next server, which waits."""
        if sys.platform == "win32" or self._listener is None:
            return None
        return Spare(self._words(), self._listener.fileno())

    def _lost(self, status: int) -> None:
        self._close()
        self._tell("waiting for a change" if status == 1 else f"the server ended ({status}): waiting for a change")

    def _close(self) -> None:
        if self._spare is not None:  # it holds the socket too
            self._spare.close()
        self._spare = None
        if self._listener is not None:
            self._listener.close()
        self._listener = None

    def _named(self, paths: Sequence[Path]) -> str:
        more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        return f"{paths[0].relative_to(self._config.parent)}{more}"


class Spare:
    """A server that has begun, and waits at a pipe before it imports the program; it ends where the pipe is closed.

    words: of its command. fd: of the socket.
    """

    def __init__(self, words: Sequence[str], fd: int) -> None:
        reader, self._writer = os.pipe()
        with _interrupts_blocked():
            self.process = subprocess.Popen([*words, f"--fd={fd}", f"--go={reader}"], pass_fds=[fd, reader])
        os.close(reader)

    def begin(self) -> bool:
        """Let it go on; False where it has ended."""
        try:
            os.write(self._writer, b"\n")
        except BrokenPipeError:
            return False
        finally:
            os.close(self._writer)
        return self.process.poll() is None

    def close(self) -> None:
        """End it."""
        os.close(self._writer)
        _end(self.process)


def wait_to(go: int) -> None:
    """Wait until the reloader says so; SystemExit where it is gone."""
    with os.fdopen(go, "rb") as pipe:
        if not pipe.read(1):
            raise SystemExit(0)


def _differing(before: Snapshot, after: Snapshot) -> list[Path]:
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


@contextmanager
def _signals() -> Generator[list[int]]:
    """The signals to stop that have come so far; none of them raises."""
    came: list[int] = []
    wanted = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(one, lambda number, _: came.append(number)) for one in wanted]
    try:
        yield came
    finally:
        for one, handler in zip(wanted, before, strict=True):
            signal.signal(one, handler)


@contextmanager
def _interrupts_blocked() -> Generator[None]:
    """Let a process that is started here not see Ctrl-C until it asks for it: while it imports, it would say so."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
