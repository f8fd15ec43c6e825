"""How worker processes come to be: from a fresh interpreter, or forked. See worker.py and tests/hosting/launcher.py."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Protocol

from tests import tools
from tests.hosting import launcher
from tests.hosting.launcher import Process, booted

ROOT = Path(__file__).parents[4]
PATHS = [str(ROOT), str(ROOT / "providers" / "azure")]
WORKER = "providers.azure.tests.functionshost.worker"


class Launcher(Protocol):
    """Makes worker processes."""

    def launch(self, folder: Path, env: Mapping[str, str], link: socket.socket, log: IO[bytes]) -> Process:
        """Start the worker of the app in `folder`. link: its end of the socket. log: takes what it prints."""
        ...


class Fresh:
    """A fresh interpreter each time, as the real host starts one."""

    def launch(self, folder: Path, env: Mapping[str, str], link: socket.socket, log: IO[bytes]) -> Process:
        command = booted(tools.require("azure-worker"), PATHS, WORKER, str(link.fileno()), str(folder))
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


class Zygote(launcher.Zygote):
    """A launcher that forks. What the worker library knows of an app is global: nothing is indexed before the fork."""

    def __init__(self) -> None:
        super().__init__(tools.require("azure-worker"), PATHS, WORKER)

    def launch(self, folder: Path, env: Mapping[str, str], link: socket.socket, log: IO[bytes]) -> Process:
        return self.fork(env, [str(folder)], log, [link.fileno()])


def environment(env: Mapping[str, str]) -> dict[str, str]:
    """This process's environment and an app's settings."""
    return {**os.environ, **env}


__all__ = ["Fresh", "Launcher", "Process", "Zygote", "environment"]
