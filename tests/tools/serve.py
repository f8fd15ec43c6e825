"""Servers for tests: a subprocess on loopback that lives exactly as long as a `with` block."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

HOST = "127.0.0.1"
POLL_S = 0.02
STOP_S = 5.0
"""How long a server may take to stop on SIGTERM before its process group is killed."""
LOG_TAIL = 4000
"""Characters of a server's output that a failure shows."""


class ServerFailed(Exception):
    """The server ended or never became ready; the message holds its command and the end of its output."""


class Server:
    """A running server: its process, the port it was given (0 if none) and what it wrote so far."""

    __slots__ = ("_log", "port", "process")

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self._log = log

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    def output(self) -> str:
        """Return what the server wrote to stdout and stderr until now."""
        return self._log.read_text(errors="replace")


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nothing listens on now (another process may still take it)."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serve(
    command: Sequence[str | os.PathLike[str]],
    env: Mapping[str, str] | None = None,
    *,
    port: int | None = None,
    ready: Callable[[], bool] | None = None,
    cwd: str | os.PathLike[str] | None = None,
    timeout_s: float = 30.0,
) -> Generator[Server]:
    """Run `command` until the block ends; enter the block once the server is ready.

    env: added to this process's environment.
    port: ready means that 127.0.0.1:port accepts a connection. Give the port to the command yourself.
    ready: ready means that this returns true; with both, the port is waited for first.
    timeout_s: real seconds to become ready; the first poll is immediate.

    The server gets a process group of its own, which is ended (SIGTERM, then SIGKILL) when the block ends.
    Raises ServerFailed when it ends early or is not ready in time.
    """
    with tempfile.TemporaryDirectory(prefix="cloudless-server-") as folder:
        log = Path(folder) / "output.txt"
        with log.open("wb") as stream:
            process = _start(command, env, cwd, stream)
            server = Server(process, port or 0, log)
            try:
                _await_ready(server, port, ready, time.monotonic() + timeout_s)
                yield server
            finally:
                _stop(process)


def _start(
    command: Sequence[str | os.PathLike[str]],
    env: Mapping[str, str] | None,
    cwd: str | os.PathLike[str] | None,
    stream: IO[bytes],
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [os.fspath(part) for part in command],
        env={**os.environ, **(env or {})},
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=stream,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _await_ready(server: Server, port: int | None, ready: Callable[[], bool] | None, deadline: float) -> None:
    if port is not None:
        _poll(server, lambda: _accepts(port), deadline)
    if ready is not None:
        _poll(server, ready, deadline)


def _poll(server: Server, is_ready: Callable[[], bool], deadline: float) -> None:
    while not is_ready():
        if server.process.poll() is not None:
            raise ServerFailed(_report(server, f"ended with code {server.process.returncode}"))
        if time.monotonic() > deadline:
            raise ServerFailed(_report(server, "was not ready in time"))
        with suppress(subprocess.TimeoutExpired):  # a pause that ends at once if the server does
            server.process.wait(POLL_S)


def _accepts(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1.0):
            return True
    except OSError:
        return False


def _report(server: Server, what: str) -> str:
    command = " ".join(map(str, server.process.args))  # type: ignore[arg-type]  # always our list
    return f"{command}\n{what}; its output ends with:\n{server.output()[-LOG_TAIL:]}"


def _stop(process: subprocess.Popen[bytes]) -> None:
    _signal(process, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_S)
    _signal(process, signal.SIGKILL)  # children that outlived their parent, or the parent itself
    process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
