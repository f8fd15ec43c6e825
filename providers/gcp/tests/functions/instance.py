"""An instance of a function: its process, and requests to it."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import Any

from providers.gcp.tests.functions.function import Function
from tests.hosting.http import Request, Response
from tests.hosting.launcher import Zygote
from tests.hosting.started import Started

HOST = "127.0.0.1"
_BACKLOG = 64
_HOP = frozenset({"connection", "content-length", "transfer-encoding", "keep-alive"})
"""Headers of a connection, and not of what goes on."""


class Died(Exception):
    """No answer came, and none will."""


class Instance:
    """Listens from the moment it is made; requests wait for the process. env: all variables beside the function's."""

    def __init__(self, zygote: Zygote, function: Function, env: Mapping[str, str]) -> None:
        with socket.create_server((HOST, 0), backlog=_BACKLOG) as listening:
            self.port: int = listening.getsockname()[1]
            variables = {**env, **function.variables()}
            self._process = Started(zygote, variables, function.arguments(), [listening.fileno()])

    def answer(self, request: Request, timeout_s: float) -> Response:
        """Raises Died, and TimeoutError after so many real seconds."""
        target = f"{request.path}?{request.query}" if request.query else request.path
        with closing(HTTPConnection(HOST, self.port, timeout=timeout_s)) as connection:
            try:
                _send(connection, request, target)
                found: Any = connection.getresponse()
                body: bytes = found.read()
            except TimeoutError:
                raise
            except (OSError, HTTPException) as problem:
                raise Died(repr(problem)) from problem
        headers = tuple((name, value) for name, value in found.getheaders() if name.lower() not in _HOP)
        return Response(status=found.status, headers=headers, body=body)

    def output(self) -> str:
        """What its process has printed."""
        return self._process.output()

    def close(self) -> None:
        self._process.close()


def _send(connection: HTTPConnection, request: Request, target: str) -> None:
    """As it is: headers may be there twice, the path is not looked at."""
    connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in request.headers:
        if name.lower() not in _HOP:
            connection.putheader(name, value)
    if not request.header("Host"):
        connection.putheader("Host", "localhost")
    connection.putheader("Content-Length", str(len(request.body)))
    connection.endheaders(request.body)
