"""Keys of token issuers: from where they really are."""

from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from cloudless import App, jwt
from cloudless.dev.issuer import Web
from cloudless.errors import Unavailable
from cloudless.testing import simulate
from cloudless.testing.token import Issuer


class Publisher(BaseHTTPRequestHandler):
    keys = b""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/keys" else 404)
        self.end_headers()
        self.wfile.write(self.keys if self.path == "/keys" else b"")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def origin() -> Generator[str]:
    with HTTPServer(("127.0.0.1", 0), Publisher) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_token_is_checked_with_the_keys_that_its_issuer_publishes(origin: str) -> None:
    auth = jwt(issuer=origin, audience="shop", keys_url=f"{origin}/keys", algorithms=["ES256"])
    issuer, app = Issuer([auth]), App("shop")
    Publisher.keys = issuer.keys()

    @app.get("/me", auth=auth)
    def me() -> str:  # pyright: ignore[reportUnusedFunction]
        return "me"

    with simulate(app) as cloud:
        cloud.cloud.http.issuers = Web()
        token = issuer.token(auth, {"iss": origin, "aud": "shop", "exp": int(cloud.now.timestamp()) + 60})
        assert cloud.http.get("/me", token=token).status == 200
        assert cloud.http.get("/me", token=token[:-8]).status == 401


def test_an_issuer_that_cannot_be_asked_is_unavailable(origin: str) -> None:
    with pytest.raises(Unavailable, match=f"{origin}/nowhere cannot be read"):
        Web()[f"{origin}/nowhere"]
