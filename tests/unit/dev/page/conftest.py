"""The page as a browser asks it, without a server in between."""

import asyncio
from collections.abc import Generator, MutableMapping
from json import dumps, loads
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cloudless.dev.feed import News
from cloudless.dev.host import Hosts
from cloudless.dev.running import Running
from cloudless.testing import simulate
from tests.unit.dev.stall import app

PREFIX = "/_cloudless"
HOST = ("host", "localhost:8000")
SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return loads(self.body)


class Page:
    """The page of the stall's application. news: all that was told to others."""

    def __init__(self, running: Running, news: list[News]) -> None:
        self.running = running
        self.news = news
        self.site = running.site(lambda: SVG)
        self._asgi = self.site.application(Hosts("127.0.0.1"))

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        headers: tuple[tuple[str, str], ...] = (HOST,),
        client: str = "127.0.0.1",
        query: str = "",
    ) -> Reply:
        """The answer to a request."""
        sent: list[MutableMapping[str, Any]] = []
        parts: list[MutableMapping[str, Any]] = [{"type": "http.request", "body": body}]

        async def receive() -> MutableMapping[str, Any]:
            if not parts:
                await asyncio.Event().wait()
            return parts.pop(0)

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        raw = [(name.encode(), value.encode()) for name, value in headers]
        scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "root_path": ""}
        scope |= {"headers": raw, "client": (client, 5), "query_string": query.encode(), "scheme": "http"}
        scope |= {"server": ("localhost", 8000), "http_version": "1.1"}
        asyncio.run(self._asgi(scope, receive, send))
        start, *rest = sent
        names = {name.decode(): value.decode() for name, value in start["headers"]}
        return Reply(start["status"], names, b"".join(part.get("body", b"") for part in rest))

    def get(self, path: str) -> Any:
        """What an address of the API answers, as JSON."""
        answer = self.ask("GET", f"{PREFIX}/api{path}")
        assert answer.status == 200, answer
        return answer.json

    def act(self, name: str, **given: Any) -> Reply:
        """The answer to an action, as the page sends it; then all that is due happens."""
        body = dumps(given).encode()
        length = ("content-length", str(len(body)))
        kind = ("content-type", "application/json")
        own = ("origin", "http://localhost:8000"), ("sec-fetch-site", "same-origin")
        answer = self.ask("POST", f"{PREFIX}/api/actions/{name}", body, headers=(HOST, kind, length, *own))
        self.settle()
        return answer

    def settle(self) -> None:
        """Let everything that is due happen."""
        while not self.running.clock.catch_up():
            pass

    @property
    def entries(self) -> list[Any]:
        return [loads(one.text) for one in self.running.journal.after(0, 10_000).entries]

    @property
    def lines(self) -> list[str]:
        return [" ".join([one["kind"], one["name"], one.get("outcome", "")]).strip() for one in self.entries]


@pytest.fixture
def page() -> Generator[Page]:
    pytest.importorskip("starlette", reason="needs the extra dev")
    with simulate(app, history=10_000) as simulation:
        news: list[News] = []
        folder = Path(__file__).parents[1]
        yield Page(Running(simulation, folder, 1, news.append, secrets=["correct horse"]), news)
