"""The shell: a folder of commands for the path, and what forks one whenever one is run."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from shlex import quote
from shutil import rmtree
from tempfile import mkdtemp
from threading import Thread
from types import TracebackType
from typing import NamedTuple, Self

from tests.hosting.launcher import Process, Zygote

_ROOT = Path(__file__).parents[2]
_CLIENT = Path(__file__).with_name("client.py")
_NAMES = ("cloudless", "pytest", "python")
_ENV = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""Some plugins would have to be there before Hypothesis is."""


class Done(NamedTuple):
    """What became of a script. output: what it printed, and its complaints."""

    code: int
    output: str


class Shell:
    """Use it as a context, one for many scripts; they may run at the same time."""

    def __init__(self) -> None:
        self._folder = Path(mkdtemp(prefix="shell-"))  # a short path: those of sockets are limited
        self._zygote = Zygote(Path(sys.executable), [str(_ROOT)], "tests.shell.worker")
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._running: set[Process] = set()

    def __enter__(self) -> Self:
        address = self._folder / "socket"
        self._listening.bind(str(address))
        self._listening.listen()
        for name in _NAMES:
            command = self._folder / name
            words = [sys.executable, "-ISE", str(_CLIENT), str(address), name]
            command.write_text(f'#!/bin/sh\nexec {" ".join(map(quote, words))} "$@"\n')
            command.chmod(0o755)
        self._zygote.__enter__()
        Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for process in list(self._running):
            process.kill()
        self._zygote.__exit__(kind, problem, traceback)
        rmtree(self._folder)

    def run(self, script: str, folder: Path, env: Mapping[str, str] | None = None) -> Done:
        """Run a script of sh in a folder. env: beside what this process has."""
        path = os.pathsep.join([str(self._folder), str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        done = subprocess.run(
            ["sh", "-c", script],
            cwd=folder,
            env={**os.environ, **_ENV, **(env or {}), "PATH": path},
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return Done(done.returncode, done.stdout)

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            _, descriptors, _, _ = socket.recv_fds(client, 1, 3)
            with client.makefile("rb") as reader:
                told = json.load(reader)
            stdin, stdout, stderr = (os.fdopen(one, "rb", buffering=0) for one in descriptors)
            with stdin, stdout, stderr:
                arguments = [told["folder"], told["name"], *told["words"]]
                process = self._zygote.fork(told["env"], arguments, stdout, [stdin.fileno(), stderr.fileno()])
            self._running.add(process)
            code = process.wait()
            self._running.remove(process)
            client.sendall(str(code if code >= 0 else 128 - code).encode())
