"""HTTP on 127.0.0.1, in front of anything that answers a Request with a Response."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from tests.hosting.http import Request, Response
from tests.hosting.serving import Serving

Answer = Callable[[Request], Response]
UNAVAILABLE = Response(status=503, body=b"nothing is running here")
_BODILESS = {204, 304}


class Loopback:
    """A server on a free port from the moment it is made: its address may be told before there is anything behind it.

    Each request has a thread of its own.
    """

    def __init__(self) -> None:
        self._answer: Answer = lambda request: UNAVAILABLE
        outer = self

        class Handler(_Handler):
            def answer(self, request: Request) -> Response:
                return outer._answer(request)

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._serving = Serving(self._server, f"http {self.port}")

    def serve(self, answer: Answer) -> None:
        """Let requests be answered by this."""
        self._answer = answer

    def close(self) -> None:
        """Take no more requests."""
        self._serving.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients may go as they like; whatever else goes wrong is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            traceback.print_exc()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self, request: Request) -> Response:
        raise NotImplementedError

    def _handle(self) -> None:
        target = self.requestline.split(" ")[1]  # `path` has lost what slashes it began with
        path, _, query = target.partition("?")
        headers = tuple(self.headers.items())
        response = self.answer(Request(method=self.command, path=path, query=query, headers=headers, body=self._read()))
        body = b"" if response.status in _BODILESS else response.body
        self.send_response_only(response.status)
        for name, value in response.headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        if response.status not in _BODILESS:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _read(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return b"".join(self._chunks())
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = _handle  # noqa: N815

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""
