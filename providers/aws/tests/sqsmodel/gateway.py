"""The proxy before ministack: it refuses what SQS would refuse, and keeps time for the model.

ministack delays and hides in real time, and lets pass most of what SQS refuses. So a request to send is checked, and
its delay is noted for the model instead of being waited for; visibility of what the model delivered is the model's;
a receive never waits. Everything else goes through as it is.

SQS speaks JSON: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-json.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from providers.aws.tests.emulators import HOST
from providers.aws.tests.sqsmodel.message import Refused, check_request
from providers.aws.tests.sqsmodel.source import EventSource
from tests.hosting.serving import Serving

_PASSED = ("content-type", "x-amz-target", "x-amz-date", "authorization")
Headers = Mapping[str, str]
Forward = Callable[[Headers, bytes], tuple[int, bytes]]
"""Passes a request on: its headers and body in, status and body out."""


@dataclass(slots=True)
class Gateway:
    """upstream: URL of ministack, or what passes requests on to it. url: where clients send.

    sends: what was stored so far, (queue, entry).

    failing: statuses and codes to answer the next requests with. refusing: codes to answer the next entry with, once,
    by its Id. delays: seconds by SQS's message id. touched: queues to which something was sent since the model looked;
    used: ever.
    """

    upstream: str | Forward
    url: str = ""
    sends: list[tuple[str, dict[str, Any]]] = field(default_factory=list[tuple[str, dict[str, Any]]])
    failing: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    refusing: dict[int, str] = field(default_factory=dict[int, str])
    delays: dict[str, int] = field(default_factory=dict[str, int])
    touched: set[str] = field(default_factory=set[str])
    used: set[str] = field(default_factory=set[str])
    _sources: dict[str, tuple[EventSource, Callable[[], int]]] = field(
        default_factory=dict[str, tuple[EventSource, Callable[[], int]]]
    )

    def attach(self, source: EventSource, now_us: Callable[[], int]) -> None:
        """Let the model keep the visibility of a queue's messages."""
        self._sources[source.settings.queue] = source, now_us

    def answer(self, headers: Headers, body: bytes) -> tuple[int, bytes]:
        """Status and body for one request of a client. headers: by name in lower case."""
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        request = json.loads(body or b"{}")
        if self.failing:
            status, code = self.failing.pop(0)
            return _error(status, code, "as the test wants it")
        try:
            if operation == "SendMessageBatch":
                return self._send(headers, request)
            if operation == "SendMessage":
                return self._send_one(headers, request)
            if operation == "ChangeMessageVisibilityBatch" and _queue(request) in self._sources:
                return self._hide(request)
        except Refused as problem:
            return _error(400, problem.code, problem.text)
        request.pop("WaitTimeSeconds", None)
        return self._forward(headers, request)

    def arrived(self, queue: str) -> None:
        """Something was stored in a queue."""
        self.touched.add(queue)
        self.used.add(queue)

    def _send(self, headers: Headers, request: dict[str, Any]) -> tuple[int, bytes]:
        queue = _queue(request)
        entries: dict[str, dict[str, Any]] = {entry["Id"]: entry for entry in request["Entries"]}
        check_request(request["Entries"], is_fifo=queue.endswith(".fifo"))
        refused = [_refusal(id, self.refusing.pop(int(id))) for id in entries if int(id) in self.refusing]
        for one in refused:
            del entries[one["Id"]]
        if not entries:
            return 200, json.dumps({"Successful": [], "Failed": refused}).encode()
        stripped = [{key: entry[key] for key in entry if key != "DelaySeconds"} for entry in entries.values()]
        status, body = self._forward(headers, {**request, "Entries": stripped})
        answer = json.loads(body)
        for stored in answer.get("Successful", ()):
            entry = entries[stored["Id"]]
            self.sends.append((queue, entry))
            self.delays[stored["MessageId"]] = entry.get("DelaySeconds", 0)
        self.arrived(queue)
        return status, json.dumps({**answer, "Failed": [*answer.get("Failed", ()), *refused]}).encode()

    def _send_one(self, headers: Headers, request: dict[str, Any]) -> tuple[int, bytes]:
        """As a batch of one."""
        entry = {"Id": "0", **{name: value for name, value in request.items() if name != "QueueUrl"}}
        batch = {**headers, "x-amz-target": f"{headers['x-amz-target']}Batch"}
        status, body = self._send(batch, {"QueueUrl": request["QueueUrl"], "Entries": [entry]})
        answer = json.loads(body)
        if status != HTTPStatus.OK:
            return status, body
        if answer["Failed"]:
            return _error(500, answer["Failed"][0]["Code"], answer["Failed"][0].get("Message", ""))
        return status, json.dumps(answer["Successful"][0]).encode()

    def _hide(self, request: dict[str, Any]) -> tuple[int, bytes]:
        source, now_us = self._sources[_queue(request)]
        done: list[dict[str, Any]] = []
        failed: list[dict[str, Any]] = []
        for entry in request["Entries"]:
            if source.hide(entry["ReceiptHandle"], entry["VisibilityTimeout"], now_us()):
                done.append({"Id": entry["Id"]})
            else:
                failed.append({"Id": entry["Id"], "SenderFault": True, "Code": "ReceiptHandleIsInvalid"})
        return 200, json.dumps({"Successful": done, "Failed": failed}).encode()

    def _forward(self, headers: Headers, request: dict[str, Any]) -> tuple[int, bytes]:
        passed = {name: headers[name] for name in _PASSED if name in headers}
        if callable(self.upstream):
            return self.upstream(passed, json.dumps(request).encode())
        connection = HTTPConnection(urlsplit(self.upstream).netloc)
        connection.request("POST", "/", json.dumps(request).encode(), passed)
        with connection.getresponse() as response:
            answer = response.status, response.read()
        connection.close()
        return answer


def _queue(request: Mapping[str, Any]) -> str:
    return str(request.get("QueueUrl", "")).rpartition("/")[2]


def _refusal(id: str, code: str) -> dict[str, Any]:
    return {"Id": id, "SenderFault": code != "InternalError", "Code": code, "Message": "as the test wants it"}


def _error(status: int, code: str, text: str) -> tuple[int, bytes]:
    return status, json.dumps({"__type": f"com.amazonaws.sqs#{code}", "message": text}).encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    gateway: Gateway


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: two wait for an acknowledgement in between

    def do_POST(self) -> None:
        assert isinstance(self.server, _Server)
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, body = self.server.gateway.answer(headers, self.rfile.read(int(headers["content-length"])))
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def gateway(upstream: str) -> Generator[Gateway]:
    """Serve a gateway before ministack at `upstream`, for the length of the block."""
    server = _Server((HOST, 0), _Handler)
    server.gateway = Gateway(upstream, f"http://{HOST}:{server.server_port}")
    with Serving(server):
        yield server.gateway
