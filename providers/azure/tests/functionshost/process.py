"""Worker: the host's side of one worker process. Orders go out from any thread, answers come in any order."""

from __future__ import annotations

import json
import os
import socket
import tempfile
from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import suppress
from itertools import count
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from uuid import uuid4

from providers.azure.tests.functionshost.launcher import Launcher

Plain = dict[str, Any]


class IndexingFailed(Exception):
    """The function app could not be read; the message is the worker's."""


class WorkerExited(Exception):
    """The worker process ended during an invocation; the text is the host's."""

    def __init__(self, code: int) -> None:
        super().__init__(f"python exited with code {code} (0x{code & 0xFFFFFFFF:X})")
        self.code = code


class Worker:
    """A process that serves the app in `folder`. functions: what it indexed. Raises IndexingFailed."""

    def __init__(self, launcher: Launcher, folder: Path, env: Mapping[str, str]) -> None:
        self._link, other = socket.socketpair()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  (closed with the worker)
        self._answers = self._link.makefile("rb")
        try:
            with other:
                self._process = launcher.launch(folder, env, other, self._log)
        except BaseException:  # a test is skipped by one, where the worker library is missing
            self._release()
            raise
        self._lock = Lock()
        self._waiting: dict[int, Future[Plain]] = {}
        self._numbers = count()
        self.exit: WorkerExited | None = None
        self.functions: list[Plain] = self._indexed()
        self._reader = Thread(target=self._read, name=f"answers of {folder.name}", daemon=True)
        self._reader.start()

    def _indexed(self) -> list[Plain]:
        line = self._answers.readline()
        first: Plain = json.loads(line) if line else {"error": "the worker process ended"}
        if "error" in first:
            self._process.kill()
            self._process.wait()
            problem = IndexingFailed(f"{first['error']}\n{self.log()}".strip())
            self._release()
            raise problem
        functions: list[Plain] = first["functions"]
        return functions

    def _read(self) -> None:
        """Hand answers to those who wait, until the process ends."""
        while line := self._line():
            answer = json.loads(line)
            with self._lock:
                waiting = self._waiting.pop(answer["number"])
            waiting.set_result(answer)
        code = self._process.wait()
        with self._lock:
            self.exit = WorkerExited(code)
            left, self._waiting = list(self._waiting.values()), {}
        for one in left:
            one.set_exception(self.exit)

    def _line(self) -> bytes:
        try:
            return self._answers.readline()
        except ConnectionError:
            return b""

    def order(self, function: str, inputs: Plain, metadata: Plain) -> Future[Plain]:
        """Have a function called, by its id. The future raises WorkerExited."""
        answer: Future[Plain] = Future()
        with self._lock:
            if self.exit:
                answer.set_exception(self.exit)
                return answer
            number = next(self._numbers)
            self._waiting[number] = answer
            line = json.dumps({
                "number": number, "invocation": str(uuid4()), "function": function, "inputs": inputs,
                "metadata": metadata,
            })  # fmt: skip
            with suppress(OSError):  # it is ending: the reader fails the order
                self._link.sendall(line.encode() + b"\n")
        return answer

    def kill(self) -> None:
        """End the process at once; what it was doing fails."""
        self._process.kill()
        self._reader.join()

    def close(self) -> None:
        """Let the process end, with nothing to do, and forget it."""
        if self.exit is None:
            self._link.shutdown(socket.SHUT_WR)
            self._reader.join(STOP_S)
        if self.exit is None:
            self.kill()
        self._release()

    def _release(self) -> None:
        self._answers.close()
        self._link.close()
        self._log.close()

    def log(self) -> str:
        """What the process has printed."""
        descriptor = self._log.fileno()  # its position is the process's
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode("utf-8", "replace")


STOP_S = 5.0
"""How long a worker may take to end once it has nothing more to do."""
