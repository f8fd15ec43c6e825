"""A Lambda Runtime API of ours, which Amazon's own runtime client (awslambdaric) in a process of its own talks to.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Protocol

from providers.aws.tests.emulators import ACCOUNT, HOST, PATHS, REGION
from tests import tools
from tests.hosting.serving import Serving

PATIENCE_S = 30.0
"""Real seconds that a call may take before its process is taken for dead."""
ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:function"


class FunctionFailed(Exception):
    """The function gave no reply. kind: the error's type as the runtime client tells it, or how the process ended."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind = kind


class Process(Protocol):
    """A process with the runtime client."""

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        ...

    def output(self) -> str:
        """What it has printed."""
        ...

    def close(self) -> None:
        """End it."""
        ...


Start = Callable[[str], Process]
"""Starts a process for the API at an address, "host:port"."""


@dataclass(frozen=True, slots=True)
class Call:
    """id: of the request. arn: as it was called. timeout_s: real seconds."""

    id: str
    event: bytes
    arn: str = ARN
    timeout_s: float = PATIENCE_S


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call.

    kind: "response" or "error", with what the process posted; "init", an error before the first call; "exited", with
    the exit code; "timed out". In all but the first two the process is gone.
    """

    kind: str
    body: bytes = b""


class Instance:
    """One execution environment: the API's server, and the process that asks it for work. One call at a time."""

    def __init__(self, start: Start) -> None:
        self._calls: SimpleQueue[Call | None] = SimpleQueue()
        self._answers: SimpleQueue[Answer] = SimpleQueue()
        self._ends = ExitStack()
        port = self._serve()
        try:
            self._process = start(f"{HOST}:{port}")
        except BaseException:  # a test is skipped by one, where the runtime client is missing
            self._ends.close()
            raise
        self._ends.callback(self._process.close)
        threading.Thread(target=self._watch, daemon=True).start()

    def call(self, call: Call) -> Answer:
        """Have it work; what does not answer in time is ended."""
        self._calls.put(call)
        try:
            answer = self._answers.get(timeout=call.timeout_s)
        except Empty:
            answer = Answer("timed out")
        if answer.kind not in {"response", "error"}:
            self.close()
        return answer

    def output(self) -> str:
        """What the process has printed."""
        return self._process.output()

    def close(self) -> None:
        self._calls.put(None)
        self._ends.close()

    def _serve(self) -> int:
        handler = type("RuntimeApi", (_RuntimeApi,), {"calls": self._calls, "answers": self._answers})
        server = _Server((HOST, 0), handler)
        self._ends.enter_context(Serving(server))
        return server.server_port

    def _watch(self) -> None:
        code = self._process.wait()
        self._answers.put(Answer("exited", str(code).encode()))


class LambdaFunction:
    """One function: its process is started by the first call, and again by the next one after it died.

    folder: holds the code. handler: "module.function". env: added to Lambda's own variables.
    """

    def __init__(self, folder: Path, handler: str, env: Mapping[str, str]) -> None:
        self._folder = folder
        self._handler = handler
        self._env = env
        self._ids = count(1)
        self._instance: Instance | None = None
        self.starts = 0

    def invoke(self, event: Mapping[str, Any]) -> Any:
        """Call it and give its reply; FunctionFailed where it raised, died or never answered."""
        if self._instance is None:
            self._instance = Instance(self._start)
            self.starts += 1
        answer = self._instance.call(Call(f"request-{next(self._ids)}", json.dumps(event).encode()))
        if answer.kind == "response":
            return json.loads(answer.body)
        if answer.kind in {"error", "init"}:
            problem = json.loads(answer.body)
            self._instance = None if answer.kind == "init" else self._instance
            raise FunctionFailed(problem["errorType"], problem["errorMessage"])
        output, self._instance = self._instance.output()[-2_000:], None
        raise FunctionFailed(answer.kind, f"with code {answer.body.decode()}: {output}")

    def close(self) -> None:
        if self._instance is not None:
            self._instance.close()
            self._instance = None

    def _start(self, address: str) -> Process:
        lambda_env = {
            "AWS_LAMBDA_RUNTIME_API": address,
            "LAMBDA_TASK_ROOT": str(self._folder),
            "_HANDLER": self._handler,
            "AWS_LAMBDA_FUNCTION_NAME": "function",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/function",
            "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
            "PYTHONPATH": ":".join(map(str, (self._folder, *PATHS))),
        }
        command: list[str | Path] = [tools.require("awslambdaric"), "-m", "awslambdaric", self._handler]
        return _Fresh(tools.serve(command, {**lambda_env, **self._env}, cwd=self._folder))


class _Fresh:
    """A fresh interpreter, which keeps its output for those who ask after its end."""

    def __init__(self, serving: Any) -> None:
        self._ends = ExitStack()
        self._server: tools.Server = self._ends.enter_context(serving)
        self._last: str | None = None

    def wait(self) -> int:
        return self._server.process.wait()

    def output(self) -> str:
        return self._server.output() if self._last is None else self._last

    def close(self) -> None:
        self._last = self.output()
        self._ends.close()


@contextmanager
def function(folder: Path, env: Mapping[str, str], *, handler: str = "main.handler") -> Generator[LambdaFunction]:
    """A function whose process ends with the block."""
    served = LambdaFunction(folder, handler, env)
    try:
        yield served
    finally:
        served.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing where a process was ended; of anything else, what is usual."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _RuntimeApi(BaseHTTPRequestHandler):
    """GET …/invocation/next waits for a call; POST …/invocation/{id}/response or /error, or …/init/error ends it."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: two wait for an acknowledgement in between
    calls: SimpleQueue[Call | None]
    answers: SimpleQueue[Answer]

    def do_GET(self) -> None:
        call = self.calls.get()
        if call is None:
            self.close_connection = True
            return
        with suppress(OSError):
            self._reply(200, call.event, _headers(call))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._reply(202, b'{"status": "OK"}', {})
        *_, place, kind = self.path.split("/")
        self.answers.put(Answer("init" if place == "init" else kind, body))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _reply(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _headers(call: Call) -> dict[str, str]:
    return {
        "Lambda-Runtime-Aws-Request-Id": call.id,
        "Lambda-Runtime-Deadline-Ms": str(int((time.time() + call.timeout_s) * 1_000)),
        "Lambda-Runtime-Invoked-Function-Arn": call.arn,
        "Lambda-Runtime-Trace-Id": "Root=1-65a1b2c3-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=0",
    }
