"""Both APIs and the callbacks on loopback, for ordinary REST clients.

https://cloud.google.com/workflows/docs/reference/rest
https://cloud.google.com/workflows/docs/creating-callback-endpoints
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from providers.gcp.tests.gcwsim.api.callbacks import received
from providers.gcp.tests.gcwsim.errors import ApiError, Unspecified
from providers.gcp.tests.gcwsim.service import Workflows
from tests.hosting.serving import Serving

HOST = "127.0.0.1"


class Server:
    """url: where clients send. unspecified: what requests asked that no page answers; each was answered with 501."""

    def __init__(self, service: Workflows) -> None:
        self.service = service
        self.url = ""
        self.unspecified: list[Unspecified] = []

    def answer(self, method: str, target: str, headers: Mapping[str, str], content: bytes) -> tuple[int, Any]:
        """Status and body for a request."""
        try:
            path = urlsplit(target).path
            if "/callbacks/" in path:
                return received(self.service, path.removeprefix("/v1/"), method, headers, content), {}
            return 200, self.service.call(method, path, _json(content), dict(parse_qsl(urlsplit(target).query)))
        except ApiError as error:
            return error.code, {"error": {"code": error.code, "message": error.message, "status": error.status}}
        except Unspecified as unspecified:
            self.unspecified.append(unspecified)
            return 501, {"error": {"code": 501, "message": str(unspecified), "status": "UNIMPLEMENTED"}}


def _json(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError as error:
        raise ApiError(400, "INVALID_ARGUMENT", f"Invalid JSON payload received. {error}") from error


@contextmanager
def serve(service: Workflows) -> Generator[Server]:
    """A server on a free port, for the length of the block. Callbacks of executions that begin in it go to it."""
    front = Server(service)
    handler = type("Front", (_Front,), {"front": front})
    server = ThreadingHTTPServer((HOST, 0), handler)
    server.daemon_threads = True
    front.url = f"http://{HOST}:{server.server_port}"
    base, service.callback_base = service.callback_base, f"{front.url}/v1/"
    try:
        with Serving(server):
            yield front
    finally:
        service.callback_base = base


class _Front(BaseHTTPRequestHandler):
    """Every method of HTTP: callbacks take any."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: two wait for an acknowledgement in between
    front: Server

    def do_GET(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, answer = self.front.answer(self.command, self.path, dict(self.headers.items()), content)
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def __getattr__(self, name: str) -> Any:
        """Do the same for every other method: do_POST, do_PATCH."""
        if name.startswith("do_"):
            return self.do_GET
        raise AttributeError(name)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
