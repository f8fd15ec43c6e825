"""A server that requests are passed on to, over kept connections."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from tests.hosting.http import Headers, Request, Response

_OURS = frozenset({"host", "connection", "content-length", "accept-encoding", "expect", "transfer-encoding"})
"""Headers of a connection, and not of what goes on."""


class Upstream:
    """url: of the server. Connections are kept, until `close`. Safe from several threads.

    A request is made again where a kept connection turns out to be closed: servers of tests close those that are idle.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._netloc = urlsplit(url).netloc
        self._idle: list[HTTPConnection] = []

    def forward(self, request: Request) -> Response:
        """The server's answer to a request."""
        target = f"{request.path}?{request.query}" if request.query else request.path
        headers = {name: value for name, value in request.headers if name.lower() not in _OURS}
        return self._asked(request.method, target, request.body, headers)

    def _asked(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> Response:
        connection, is_used = self._taken()
        try:
            answer = _answer(connection, method, target, body, headers)
        except (OSError, HTTPException):
            connection.close()
            if not is_used:
                raise
            return self._asked(method, target, body, headers)  # it was closed meanwhile
        self._idle.append(connection)
        return answer

    def _taken(self) -> tuple[HTTPConnection, bool]:
        """A connection, and whether it was used before."""
        try:
            return self._idle.pop(), True
        except IndexError:
            return HTTPConnection(self._netloc), False

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()


def _answer(connection: HTTPConnection, method: str, target: str, body: bytes, headers: dict[str, str]) -> Response:
    connection.request(method, target, body, headers)
    found: Any = connection.getresponse()
    read: bytes = found.read()
    pairs: Headers = tuple((name, value) for name, value in found.getheaders() if name.lower() not in _OURS)
    return Response(status=found.status, headers=pairs, body=read)
