"""How worker processes come to be: forked by a zygote, which has imported what all of them need. See zygote.py."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import IO, Any, Protocol, Self

_BOOT = """
import sys
from importlib import import_module
paths, module, *arguments = sys.argv[1:]
sys.path[:0] = paths.split(":")
import_module(module).main(*arguments)
"""
_ANSWER_MAX = 2**16


class Process(Protocol):
    """A worker process."""

    def kill(self) -> None:
        """End it and what it started, at once; no harm where it has ended."""
        ...

    def wait(self) -> int:
        """Its exit code, once it has ended; below 0 for a signal."""
        ...


class Zygote:
    """Forks workers: use it as a context, one for many. Safe from several threads.

    python: the interpreter. paths: before all others on its path. worker: a module with `forked(arguments,
    descriptors)`, which is the rest of a worker's life, and `MODULES`, the names of what is imported before.
    """

    def __init__(self, python: Path, paths: Sequence[str], worker: str) -> None:
        self._command = (python, paths, worker)

    def __enter__(self) -> Self:
        python, paths, worker = self._command
        self._control, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = Lock()
        with other:
            command = booted(python, paths, "tests.hosting.zygote", str(other.fileno()), worker)
            self._popen = subprocess.Popen(command, pass_fds=[other.fileno()], stdin=subprocess.DEVNULL)
        self._control.recv(_ANSWER_MAX)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._control.close()
        self._popen.wait()

    def fork(
        self, env: Mapping[str, str], arguments: Sequence[str], log: IO[bytes], descriptors: Sequence[int] = ()
    ) -> Process:
        """A new worker. env: all of its environment. arguments, descriptors: for it. log: takes what it prints."""
        request = {"env": dict(env), "arguments": list(arguments)}
        return _Grandchild(self, self.ask(request, [log.fileno(), *descriptors])["pid"])

    def ask(self, request: Mapping[str, Any], descriptors: Sequence[int] = ()) -> dict[str, Any]:
        """One request and its answer; see zygote.py."""
        with self._lock:
            socket.send_fds(self._control, [json.dumps(request).encode()], list(descriptors))
            answer: dict[str, Any] = json.loads(self._control.recv(_ANSWER_MAX))
        return answer


class _Grandchild:
    """A process that the zygote forked, first of its group; a zombie, whose number is its own, until `wait`."""

    def __init__(self, zygote: Zygote, pid: int) -> None:
        self._zygote = zygote
        self._pid = pid
        self._code: int | None = None

    def kill(self) -> None:
        if self._code is None:
            os.killpg(self._pid, signal.SIGKILL)

    def wait(self) -> int:
        if self._code is None:
            self._await_end()
            code: int = self._zygote.ask({"await": self._pid})["code"]
            self._code = code
        return self._code

    def _await_end(self) -> None:
        """Wait without keeping the zygote from others. By poll: select takes no descriptor above 1,023."""
        descriptor = os.pidfd_open(self._pid)
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        try:
            poll.poll()
        finally:
            os.close(descriptor)


def booted(python: Path, paths: Sequence[str], module: str, *arguments: str) -> list[str]:
    """The command that calls `main` of a module in a fresh interpreter."""
    return [str(python), "-c", _BOOT, os.pathsep.join(paths), module, *arguments]


assert sys.platform != "win32", "descriptors are handed over as Unix does it"
