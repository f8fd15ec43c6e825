"""The site below /_cloudless: files, what the page reads, the stream, and actions.

    GET  /_cloudless/                        the page, and its files
    GET  /_cloudless/api/app                 Catalogue
    GET  /_cloudless/api/graph               an SVG
    GET  /_cloudless/api/stream?after=N      server-sent events: Status and Entry
    GET  /_cloudless/api/journeys/{id}       [Entry]
    GET  /_cloudless/api/letters/{queue}     [Letter]
    GET  /_cloudless/api/runs/{name}         [Run]
    GET  /_cloudless/api/runs/{name}/{id}    {"run": Run, "steps": [Step]}
    POST /_cloudless/api/actions/{name}      see Actions

Needs Starlette, which the extra `dev` brings.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from cloudless.codec import is_object, load
from cloudless.dev.page.action import Actions
from cloudless.dev.page.catalogue import catalogue
from cloudless.dev.page.guard import BODY_MOST, Guard
from cloudless.dev.page.journal import read
from cloudless.dev.page.plain import written
from cloudless.dev.page.stream import Stream
from cloudless.dev.page.view import View
from cloudless.errors import CloudlessError, InvalidArgument, InvalidBody, NotFound
from cloudless.runtime.problem import PROBLEM, problem

if TYPE_CHECKING:
    from starlette.requests import Request

    from cloudless.dev.host import Hosts
    from cloudless.dev.running import Running


PREFIX = "/_cloudless"
STATIC = Path(__file__).parent / "static"


class Site:
    """running: what it shows and steers. picture: draws the graph, as the text of an SVG. clean: hides secrets."""

    def __init__(self, running: Running, picture: Callable[[], str], clean: Callable[[str], str]) -> None:
        self._running = running
        self._picture = picture
        self._view = View(running.simulation.cloud, clean)
        self._actions = Actions(running.simulation, running.clock)
        self._is_over = False
        self._stream = Stream(running.journal, running.reader.status, lambda: self._is_over)

    def close(self) -> None:
        """End the streams: the server ends."""
        self._is_over = True
        self._running.journal.changed.set()

    def application(self, hosts: Hosts) -> Guard:
        """The ASGI application."""
        api = [
            Route("/app", self._app),
            Route("/graph", self._graph),
            Route("/stream", self._events),
            Route("/journeys/{id}", self._journey),
            Route("/letters/{queue}", self._letters),
            Route("/runs/{name}", self._runs),
            Route("/runs/{name}/{id}", self._steps),
            Route("/actions/{name}", self._act, methods=["POST"]),
        ]
        routes = [Mount("/api", routes=api), Mount("/", StaticFiles(directory=STATIC, html=True))]
        site = Starlette(
            routes=[Route(PREFIX, _home), Mount(PREFIX, routes=routes)],
            exception_handlers={CloudlessError: _refused, HTTPException: _unknown},
        )
        return Guard(site, hosts)

    # --- what is read

    async def _app(self, _: Request) -> Response:
        cloud = self._running.simulation.cloud
        return _json(catalogue(cloud.app, cloud.application).plain())

    async def _graph(self, _: Request) -> Response:
        return Response(self._picture(), media_type="image/svg+xml")

    async def _journey(self, request: Request) -> Response:
        return _json(read(self._running.journal.journey(request.path_params["id"])))

    async def _letters(self, request: Request) -> Response:
        return _json(self._view.letters(request.path_params["queue"]))

    async def _runs(self, request: Request) -> Response:
        return _json(self._view.runs(request.path_params["name"]))

    async def _steps(self, request: Request) -> Response:
        return _json(self._view.steps(request.path_params["name"], request.path_params["id"]))

    async def _events(self, request: Request) -> Response:
        """From behind the entry that the browser has: as it says itself where it asks again, else in the query."""
        asked = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
        after = int(asked) if asked.isdecimal() and len(asked) < 16 and self._is_ours(request) else 0
        hello = {"run": self._running.run, "app": self._running.simulation.cloud.app.name}
        return StreamingResponse(self._stream.events(hello, after), media_type="text/event-stream")

    def _is_ours(self, request: Request) -> bool:
        """Whether the number that a browser names is of this run."""
        return request.query_params.get("run", self._running.run) == self._running.run

    # --- what is done

    async def _act(self, request: Request) -> Response:
        given = load((await _body(request)).decode("utf-8", "replace"))
        if not is_object(given):
            raise InvalidBody("send a JSON object")
        try:
            answer = self._actions.do(request.path_params["name"], given)
        finally:
            self._running.feed.flush()
            self._running.clock.wake()
        return _json(answer)


async def _home(_: Request) -> Response:
    return RedirectResponse(f"{PREFIX}/")


async def _body(request: Request) -> bytes:
    """At most 1 MiB, whatever its header says."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > BODY_MOST:
            raise InvalidArgument(f"the body is over {BODY_MOST:,} bytes")
    return bytes(body)


def _json(value: Any) -> Response:
    return Response(written(value), media_type="application/json")


async def _refused(_: Request, error: Exception) -> Response:
    """What an action cannot do, and why: for whoever asked, who is at this machine."""
    return _problem(404 if isinstance(error, NotFound) else 422, f"{type(error).__name__}: {error}")


async def _unknown(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _problem(status, "")


def _problem(status: int, detail: str) -> Response:
    return Response(problem(status, detail).body, status, media_type=PROBLEM)
