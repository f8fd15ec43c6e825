"""A thread that takes the connections of a server, and sleeps until one comes.

`serve_forever` wakes up again and again to see whether it shall end: two hundred servers that nobody asks anything are
half a core.
"""

from __future__ import annotations

import socket
from socketserver import TCPServer
from threading import Thread
from types import TracebackType
from typing import Self


class Serving:
    """Serves from the moment it is made, until it is closed, and the server with it. name: of the thread."""

    def __init__(self, server: TCPServer, name: str = "serving") -> None:
        self._server = server
        self._is_closing = False
        self._thread = Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not self._is_closing:
            self._server.handle_request()

    def close(self) -> None:
        """Take no more connections."""
        self._is_closing = True
        self._wake()
        self._thread.join()
        self._server.server_close()

    def _wake(self) -> None:
        """Connect, and say nothing."""
        socket.create_connection(self._server.socket.getsockname()).close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
