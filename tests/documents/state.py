"""Where Terraform keeps a state, over HTTP: https://developer.hashicorp.com/terraform/language/backend/http."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, Self


class State:
    """A state, and its lock; b"" where there is none. `backend` is what Terraform is told, in the block."""

    def __init__(self) -> None:
        self.content = b""
        self.lock = b""
        self._server = _Server(self)

    @property
    def backend(self) -> dict[str, str]:
        url = f"http://127.0.0.1:{self._server.server_port}/prod"
        return dict.fromkeys(("address", "lock_address", "unlock_address"), url)

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Serve no longer, as often as it is said."""
        self._server.shutdown()
        self._server.server_close()


class _Server(HTTPServer):
    def __init__(self, state: State) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.state = state


class _Handler(BaseHTTPRequestHandler):
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]

    def do_GET(self) -> None:
        self._answer(200 if self._state.content else 404, self._state.content)

    def do_POST(self) -> None:
        self._state.content = self._body()
        self._answer(200)

    def do_LOCK(self) -> None:
        body = self._body()
        if self._state.lock:
            self._answer(423, self._state.lock)
            return
        self._state.lock = body
        self._answer(200)

    def do_UNLOCK(self) -> None:
        self._body()
        self._state.lock = b""
        self._answer(200)

    def log_message(self, format: str, *args: Any) -> None: ...

    @property
    def _state(self) -> State:
        return self.server.state

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _answer(self, status: int, content: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
