"""Access tokens from a metadata server of ours, found by google-auth's own variable."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cloudless.errors import PermissionDenied, Unavailable
from cloudless_gcp.clients.token import Tokens
from tests import tools


class Metadata(BaseHTTPRequestHandler):
    """Answers as https://cloud.google.com/compute/docs/metadata/overview says."""

    lifetime_s = 3_600
    asked = 0
    status = 200

    def do_GET(self) -> None:
        kind = type(self)
        kind.asked += 1
        assert self.path == "/computeMetadata/v1/instance/service-accounts/default/token"
        assert self.headers["Metadata-Flavor"] == "Google"
        facts = {"access_token": f"token-{kind.asked}", "expires_in": kind.lifetime_s, "token_type": "Bearer"}
        body = json.dumps(facts).encode()
        self.send_response(kind.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.fixture
def metadata(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Metadata]]:
    kind = type("OneMetadata", (Metadata,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        monkeypatch.setenv("GCE_METADATA_HOST", f"127.0.0.1:{server.server_port}")
        monkeypatch.setenv("K_SERVICE", "orders")
        yield kind
        server.shutdown()


def test_a_token_is_fetched_once_for_its_life(metadata: type[Metadata]) -> None:
    tokens = Tokens()
    assert [tokens.current(), tokens.current()] == ["token-1", "token-1"]


def test_a_token_that_is_about_to_end_is_replaced(metadata: type[Metadata]) -> None:
    metadata.lifetime_s = 59
    tokens = Tokens()
    assert [tokens.current(), tokens.current()] == ["token-1", "token-2"]


def test_a_refusal_is_an_error_of_ours(metadata: type[Metadata]) -> None:
    metadata.status = 403
    with pytest.raises(PermissionDenied, match="refused a token"):
        Tokens().current()


def test_a_metadata_server_that_does_not_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GCE_METADATA_HOST", f"127.0.0.1:{tools.free_port()}")
    monkeypatch.setenv("K_SERVICE", "orders")
    with pytest.raises(Unavailable, match="did not answer"):
        Tokens().current()


def test_outside_the_cloud_google_auth_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("K_SERVICE", raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")
    with pytest.raises(PermissionDenied, match=r"nowhere/key\.json"):
        Tokens().current()
