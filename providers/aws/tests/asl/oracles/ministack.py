"""State machines on ministack, https://github.com/ministackorg/ministack, with functions under Amazon's runtime client.

A function asks this process what it shall answer, and returns that or raises it, so that errors are as Lambda makes
them. Waits take no time (SFN_WAIT_SCALE=0): for a sample of what does not depend on time. Executions are synchronous:
ministack carries them out as it does others, and nothing has to ask again and again whether they have ended.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

from providers.aws.tests.asl.oracles.functions import Answering, Ended, Failed, Invocation, timely
from providers.aws.tests.asl.oracles.machine import places
from providers.aws.tests.emulators import HOST, REGION
from tests import tools
from tests.hosting.serving import Serving

Plain = dict[str, Any]
ROLE = "arn:aws:iam::000000000000:role/any"

HANDLER = """
import json
from urllib.request import Request, urlopen

URL = {url!r}

def handler(event, context):
    asked = json.dumps({{"function": context.invoked_function_arn, "payload": event}}).encode()
    told = json.loads(urlopen(Request(URL, asked), timeout=30).read())
    if "error" in told:
        kind = type(told["error"], (Exception,), {{"__str__": lambda self: told["cause"]}})
        raise kind() from None
    return told["payload"]
"""
BOOTSTRAP = """#!/bin/sh
export PYTHONPATH="$LAMBDA_TASK_ROOT"
cd "$LAMBDA_TASK_ROOT"
exec {python} -m awslambdaric "$_HANDLER"
"""


class Ministack:
    """A running ministack. `run` one document after the other; functions are made when they are first named."""

    def __init__(self, url: str, python: Path, asked_at: str) -> None:
        client: Any = import_module("boto3").client
        config: Any = import_module("botocore.config").Config
        given: Plain = {
            "endpoint_url": url,
            "region_name": REGION,
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
            "config": config(inject_host_prefix=False, retries={"total_max_attempts": 1}),
        }
        self._lambda = client("lambda", **given)
        self._states = client("stepfunctions", **given)
        self._code = _zipped(HANDLER.format(url=asked_at), BOOTSTRAP.format(python=python))
        self._known: dict[str, str] = {}
        self._numbers = count(1)
        self.answering: Answering

    def run(self, document: Plain, given: Any, answering: Answering) -> Ended:
        """Run a document to its end. A call that takes longer than its state allows has States.Timeout."""
        self.answering = timely(document, answering)
        for function in _functions(document):
            self._make(function)
        name = f"m{next(self._numbers)}"
        machine = self._states.create_state_machine(name=name, definition=json.dumps(document), roleArn=ROLE)
        told = self._states.start_sync_execution(
            stateMachineArn=machine["stateMachineArn"], name="e", input=json.dumps(given)
        )
        return self._ended(told["executionArn"])

    def _ended(self, arn: str) -> Ended:
        found = self._states.describe_execution(executionArn=arn)
        output = json.loads(found["output"]) if found.get("output") else None
        return Ended(found["status"], output, found.get("error", ""), found.get("cause", ""))

    def _make(self, function: str) -> None:
        name, _, alias = function.partition(":")
        if name in self._known:
            return
        self._known[name] = function
        self._lambda.create_function(
            FunctionName=name,
            Runtime="provided.al2023",
            Role=ROLE,
            Handler="app.handler",
            Code={"ZipFile": self._code},
            Timeout=30,
        )
        if alias:
            version = self._lambda.publish_version(FunctionName=name)["Version"]
            self._lambda.create_alias(FunctionName=name, Name=alias, FunctionVersion=version)

    def told(self, asked: Plain) -> Plain:
        """What a function that asks is told. It knows the version that runs, not the alias."""
        function = self._known[asked["function"].split(":")[6]]
        try:
            return {"payload": self.answering(Invocation(function, asked["payload"])).payload}
        except Failed as failed:
            return {"error": failed.error, "cause": _message(failed.cause)}


def _message(cause: str) -> str:
    """What an exception said, of what Lambda makes of it."""
    text: str = json.loads(cause)["errorMessage"] if cause.startswith("{") else cause
    return text


def _functions(document: Plain) -> Iterable[str]:
    for place in places(document):
        if place.state["Type"] == "Task":
            yield place.state["Arguments"]["FunctionName"]


def _zipped(handler: str, bootstrap: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text, mode in (("app.py", handler, 0o644), ("bootstrap", bootstrap, 0o755)):
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            archive.writestr(info, text)
    return made.getvalue()


@contextmanager
def running() -> Generator[Ministack]:
    """Run ministack, and what its functions ask, on free ports of loopback."""
    port = tools.free_port()
    env = {"BIND_HOST": HOST, "GATEWAY_PORT": str(port), "SFN_WAIT_SCALE": "0"}
    python = tools.require("awslambdaric")
    with _asked() as server, tools.serve([tools.require("ministack")], env, port=port):
        found = Ministack(f"http://{HOST}:{port}", python, f"http://{HOST}:{server.server_address[1]}")
        server.ministack = found
        yield found


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    ministack: Ministack


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = self.server
        assert isinstance(server, _Server)
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps(server.ministack.told(asked)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


@contextmanager
def _asked() -> Generator[_Server]:
    server = _Server((HOST, 0), _Handler)
    with Serving(server):
        yield server
