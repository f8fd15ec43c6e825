"""Servers that do what no server should: each connection is told one text, and closed."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Semaphore, Thread
from types import TracebackType
from typing import Self


def answer(body: str, status: str = "200 OK", *headers: str) -> bytes:
    """A whole answer."""
    lines = (f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers, "", body)
    return "\r\n".join(lines).encode()


class Scripted:
    """The n-th connection gets the n-th text once it has asked. requests: how many have.

    closed: acquired once for each connection that has been closed.
    """

    def __init__(self, *texts: bytes) -> None:
        self.requests = 0
        self.closed = Semaphore(0)
        self._texts = texts
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # which ends an `accept`
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        for text in self._texts:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as read:
                length = 0
                while line := read.readline().strip():
                    name, _, value = line.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                read.read(length)
                self.requests += 1
                connection.sendall(text)
            self.closed.release()
