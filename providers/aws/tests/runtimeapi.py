"""A Lambda Runtime API of ours, which Amazon's own runtime client (awslambdaric) in a process of its own talks to.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from providers.aws.tests.emulators import ACCOUNT, HOST, PATHS, REGION
from tests import tools

PATIENCE_S = 30
"""Real seconds that a call may take before its process is taken for dead."""


class FunctionFailed(Exception):
    """The function gave no reply. kind: the error's type as the runtime client tells it, or how the process ended."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind


class LambdaFunction:
    """One function: its process is started by the first call, and again by the next one after it died.

    folder: holds the code. handler: "module.function". env: added to Lambda's own variables.
    """

    def __init__(self, folder: Path, handler: str, env: Mapping[str, str]) -> None:
        self._folder = folder
        self._handler = handler
        self._env = env
        self._ids = count(1)
        self._instance: _Instance | None = None
        self.starts = 0

    def invoke(self, event: Mapping[str, Any]) -> Any:
        """Call it and give its reply; FunctionFailed where it raised, died or never answered."""
        if self._instance is None:
            self._instance = _Instance(self._folder, self._handler, self._env)
            self.starts += 1
        kind, body = self._instance.call(f"request-{next(self._ids)}", json.dumps(event).encode())
        if kind == "response":
            return json.loads(body)
        if kind != "error":
            self.close()
            raise FunctionFailed(kind, body.decode())
        problem = json.loads(body)
        raise FunctionFailed(problem["errorType"], problem["errorMessage"])

    def close(self) -> None:
        if self._instance is not None:
            self._instance.close()
            self._instance = None


@contextmanager
def function(folder: Path, env: Mapping[str, str], *, handler: str = "main.handler") -> Generator[LambdaFunction]:
    """A function whose process ends with the block."""
    served = LambdaFunction(folder, handler, env)
    try:
        yield served
    finally:
        served.close()


class _Instance:
    """One execution environment: the API's server, and the process that asks it for work."""

    def __init__(self, folder: Path, handler: str, env: Mapping[str, str]) -> None:
        self._calls: SimpleQueue[tuple[str, bytes] | None] = SimpleQueue()
        self._answers: SimpleQueue[tuple[str, bytes]] = SimpleQueue()
        self._ends = ExitStack()
        port = self._serve()
        command = [tools.require("awslambdaric"), "-m", "awslambdaric", handler]
        lambda_env = {
            "AWS_LAMBDA_RUNTIME_API": f"{HOST}:{port}",
            "LAMBDA_TASK_ROOT": str(folder),
            "_HANDLER": handler,
            "AWS_LAMBDA_FUNCTION_NAME": "function",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/function",
            "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
            "PYTHONPATH": ":".join(map(str, (folder, *PATHS))),
        }
        self._server = self._ends.enter_context(tools.serve(command, {**lambda_env, **env}, cwd=folder))
        threading.Thread(target=self._watch, daemon=True).start()

    def call(self, id: str, event: bytes) -> tuple[str, bytes]:
        """("response" or "error", what the process posted), or ("exited", its output)."""
        self._calls.put((id, event))
        try:
            return self._answers.get(timeout=PATIENCE_S)
        except Empty:
            return "timed out", self._server.output().encode()

    def close(self) -> None:
        self._ends.close()
        self._calls.put(None)

    def _serve(self) -> int:
        handler = type("RuntimeApi", (_RuntimeApi,), {"calls": self._calls, "answers": self._answers})
        server = ThreadingHTTPServer((HOST, 0), handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self._ends.callback(server.server_close)
        self._ends.callback(server.shutdown)
        return server.server_port

    def _watch(self) -> None:
        code = self._server.process.wait()
        self._answers.put(("exited", f"with code {code}: {self._server.output()[-2_000:]}".encode()))


class _RuntimeApi(BaseHTTPRequestHandler):
    """GET …/invocation/next waits for a call; POST …/invocation/{id}/response or /error, or …/init/error ends it."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: two wait for an acknowledgement in between
    calls: SimpleQueue[tuple[str, bytes] | None]
    answers: SimpleQueue[tuple[str, bytes]]

    def do_GET(self) -> None:
        call = self.calls.get()
        if call is None:
            self.close_connection = True
            return
        id, event = call
        with suppress(OSError):
            self._reply(200, event, id)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._reply(202, b'{"status": "OK"}')
        self.answers.put((self.path.rpartition("/")[2], body))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _reply(self, status: int, body: bytes, id: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if id:
            self.send_header("Lambda-Runtime-Aws-Request-Id", id)
            self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + PATIENCE_S) * 1_000)))
            arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:function"
            self.send_header("Lambda-Runtime-Invoked-Function-Arn", arn)
        self.end_headers()
        self.wfile.write(body)
