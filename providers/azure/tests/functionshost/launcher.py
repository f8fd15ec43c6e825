"""How worker processes come to be: from a fresh interpreter, or forked by a zygote. See worker.py and zygote.py."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import IO, Any, Protocol, Self

from tests import tools

ROOT = Path(__file__).parents[4]
PATHS = [str(ROOT), str(ROOT / "providers" / "azure")]
_BOOT = """
import sys
from importlib import import_module
paths, module, *arguments = sys.argv[1:]
sys.path[:0] = paths.split(":")
import_module("providers.azure.tests.functionshost." + module).main(*arguments)
"""
_ANSWER_MAX = 2**16


class Process(Protocol):
    """A worker process."""

    def kill(self) -> None:
        """End it at once; no harm where it has ended."""
        ...

    def wait(self) -> int:
        """Its exit code, once it has ended; below 0 for a signal."""
        ...


class Launcher(Protocol):
    """Makes worker processes."""

    def launch(self, folder: Path, env: Mapping[str, str], link: socket.socket, log: IO[bytes]) -> Process:
        """Start the worker of the app in `folder`. link: its end of the socket. log: takes what it prints."""
        ...


class Fresh:
    """A fresh interpreter each time, as the real host starts one."""

    def launch(self, folder: Path, env: Mapping[str, str], link: socket.socket, log: IO[bytes]) -> Process:
        command = _python("worker", str(link.fileno()), str(folder))
        popen = subprocess.Popen(
            command, env={**env}, pass_fds=[link.fileno()], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        return _Child(popen)


class _Child:
    def __init__(self, popen: subprocess.Popen[bytes]) -> None:
        self._popen = popen

    def kill(self) -> None:
        self._popen.kill()

    def wait(self) -> int:
        return self._popen.wait()


class Zygote:
    """A launcher that forks: use it as a context, one for many apps. Safe from several threads."""

    def __enter__(self) -> Self:
        self._control, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._lock = Lock()
        with other:
            self._popen = subprocess.Popen(
                _python("zygote", str(other.fileno())), pass_fds=[other.fileno()], stdin=subprocess.DEVNULL
            )
        self._control.recv(_ANSWER_MAX)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._control.close()
        self._popen.wait()

    def launch(self, folder: Path, env: Mapping[str, str], link: socket.socket, log: IO[bytes]) -> Process:
        answer = self.ask({"folder": str(folder), "env": {**env}}, [link.fileno(), log.fileno()])
        return _Grandchild(self, answer["pid"])

    def ask(self, request: Mapping[str, Any], descriptors: Sequence[int] = ()) -> dict[str, Any]:
        """One request and its answer; see zygote.py."""
        with self._lock:
            socket.send_fds(self._control, [json.dumps(request).encode()], list(descriptors))
            answer: dict[str, Any] = json.loads(self._control.recv(_ANSWER_MAX))
        return answer


class _Grandchild:
    """A process that the zygote forked; it stays a zombie, and its number its own, until `wait`."""

    def __init__(self, zygote: Zygote, pid: int) -> None:
        self._zygote = zygote
        self._pid = pid
        self._code: int | None = None

    def kill(self) -> None:
        if self._code is None:
            os.kill(self._pid, signal.SIGKILL)

    def wait(self) -> int:
        if self._code is None:
            code: int = self._zygote.ask({"await": self._pid})["code"]
            self._code = code
        return self._code


def _python(module: str, *arguments: str) -> list[str]:
    python = str(tools.require("azure-worker"))
    return [python, "-c", _BOOT, os.pathsep.join(PATHS), module, *arguments]


def environment(env: Mapping[str, str]) -> dict[str, str]:
    """This process's environment and an app's settings."""
    return {**os.environ, **env}


__all__ = ["Fresh", "Launcher", "Process", "Zygote", "environment"]

assert sys.platform != "win32", "descriptors are handed over as Unix does it"
