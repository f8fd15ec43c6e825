"""The API on loopback: AWS JSON 1.0, for boto3.

https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
"""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from providers.aws.tests.stepfunctions.errors import ApiError, Unspecified
from providers.aws.tests.stepfunctions.service import StepFunctions
from tests.hosting.serving import Serving

HOST = "127.0.0.1"
TARGET = "AWSStepFunctions."


class Server:
    """url: where clients send. unspecified: what requests asked that no page answers; each was answered with 500."""

    def __init__(self, service: StepFunctions) -> None:
        self.service = service
        self.url = ""
        self.unspecified: list[Unspecified] = []

    def answer(self, target: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """Status and body for the target and the body of a request."""
        try:
            if not target.startswith(TARGET):
                raise ApiError("UnknownOperationException", f"no operation: {target}")
            return 200, self.service.call(target.removeprefix(TARGET), json.loads(body or b"{}"))
        except ApiError as error:
            return error.status, {"__type": error.code, "message": error.message}
        except Unspecified as unspecified:
            self.unspecified.append(unspecified)
            return 500, {"__type": "Unspecified", "message": str(unspecified)}


@contextmanager
def serve(service: StepFunctions) -> Generator[Server]:
    """A server on a free port, for the length of the block."""
    front = Server(service)
    handler = type("Front", (_Front,), {"front": front})
    server = ThreadingHTTPServer((HOST, 0), handler)
    server.daemon_threads = True
    front.url = f"http://{HOST}:{server.server_port}"
    with Serving(server):
        yield front


class _Front(BaseHTTPRequestHandler):
    """POST / with X-Amz-Target: AWSStepFunctions.StartExecution."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: two wait for an acknowledgement in between
    front: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, answer = self.front.answer(self.headers.get("X-Amz-Target", ""), body)
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
