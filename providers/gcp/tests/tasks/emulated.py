"""gcloud-tasks-emulator behind REST, for clients that speak no gRPC: run by the Python of its own environment.

    python -P emulated.py PORT PUBSUB_HOST

    POST /v2/projects/p/locations/r/queues           makes a queue
    POST /v2/projects/p/locations/r/queues/q/tasks   makes a task, which goes to Pub/Sub's emulator in place of Pub/Sub

A body that Google's own types of messages do not take is refused. Its gRPC server is not started: it would listen on
every interface. https://pypi.org/project/gcloud-tasks-emulator/
"""

from __future__ import annotations

import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import Any

_PATH = re.compile(r"/v2/(?P<place>projects/[^/]+/locations/[^/]+)/queues(?:/(?P<queue>[^/]+)/tasks)?")
_PUBSUB = re.compile(r"https://([a-z0-9-]+-)?pubsub\.googleapis\.com/")


class Emulator:
    """Queues and tasks. pubsub: host and port of where tasks publish."""

    def __init__(self, pubsub: str) -> None:
        server: Any = import_module("gcloud_tasks_emulator.server")
        self._types: Any = import_module("google.cloud.tasks_v2.types")
        self._pubsub = pubsub
        self._state = server.QueueState("127.0.0.1", 80, 0)
        server.Processor(self._state).start()

    def answer(self, path: str, body: str) -> tuple[int, str]:
        found = _PATH.fullmatch(path)
        if found is None:
            return 404, json.dumps({"error": {"code": 404, "message": path, "status": "NOT_FOUND"}})
        try:
            return 200, self._make(found["place"], found["queue"], body)
        except Exception as problem:  # noqa: BLE001  (what the types refuse is told as Google would)
            told = {"code": 400, "message": f"{type(problem).__name__}: {problem}", "status": "INVALID_ARGUMENT"}
            return 400, json.dumps({"error": told})

    def _make(self, place: str, queue: str | None, body: str) -> str:
        types = self._types
        if queue is None:
            made = self._state.create_queue(place, types.Queue.from_json(body))
            return str(types.Queue.to_json(made))
        task = types.CreateTaskRequest.from_json(body).task
        task.http_request.url = _PUBSUB.sub(f"http://{self._pubsub}/", task.http_request.url)
        made = self._state.create_task(f"{place}/queues/{queue}", task)
        return str(types.Task.to_json(made))


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    emulator: Emulator

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        status, text = self.emulator.answer(self.path, body)
        sent = text.encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    port, pubsub = int(sys.argv[1]), sys.argv[2]
    Handler.emulator = Emulator(pubsub)
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
