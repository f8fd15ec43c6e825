from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import urlopen

import pytest

from tests.hosting.serving import Serving


class Greeter(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> ThreadingHTTPServer:
    return ThreadingHTTPServer(("127.0.0.1", 0), Greeter)


def test_one_connection_after_the_other_is_served(server: ThreadingHTTPServer) -> None:
    with Serving(server):
        for _ in range(3):
            with urlopen(f"http://127.0.0.1:{server.server_port}") as answer:
                assert answer.status == 204


def test_nobody_is_served_after_its_end_and_no_thread_is_left(server: ThreadingHTTPServer) -> None:
    Serving(server, "the one that ends").close()
    assert "the one that ends" not in {one.name for one in threading.enumerate()}
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.server_port))


def test_whoever_came_before_its_end_does_not_keep_it(server: ThreadingHTTPServer) -> None:
    serving = Serving(server)
    with socket.create_connection(("127.0.0.1", server.server_port)) as silent:
        silent.sendall(b"GET /")
        serving.close()
