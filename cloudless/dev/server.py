"""Gateway: HTTP from outside ──► the endpoints of the in-memory cloud; and the server that it runs in.

socket ──uvicorn──► ASGI ──Gateway──► Request ──MemoryHttp──► Response ──► ASGI
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable, MutableMapping
from time import perf_counter
from typing import TYPE_CHECKING, Any

from cloudless.dev.feed import Answered
from cloudless.dev.host import Hosts
from cloudless.errors import CloudlessError
from cloudless.memory.http import GATEWAY_MOST
from cloudless.request import Request, Response
from cloudless.runtime.consumer import failure_of
from cloudless.runtime.endpoint import died
from cloudless.runtime.problem import problem

if TYPE_CHECKING:
    from socket import socket
    from types import FrameType

    from uvicorn import Server

    from cloudless.dev.clock import Clock
    from cloudless.dev.feed import Feed
    from cloudless.testing import Simulation

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
    Page = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_S = 30.0
"""How long a body may take to arrive, as long as gateways wait for an answer."""

_OURS = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"})
"""Headers of the connection, which no gateway takes from an endpoint."""

_BODILESS = (204, 304)

_log = logging.getLogger("cloudless.dev")


class Refused(Exception):
    """A request that gets to no endpoint. answer: what it gets instead."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.answer = died(failure_of(self, 1), status, detail)


class Gone(Exception):
    """Whoever sent a request did not wait for its answer."""


class Gateway:
    """An ASGI application. Requests are answered one after another, on the thread of the event loop."""

    def __init__(
        self, simulation: Simulation, clock: Clock, feed: Feed, hosts: Hosts, *, body_s: float = BODY_S
    ) -> None:
        self._simulation = simulation
        self._clock = clock
        self._feed = feed
        self._hosts = hosts
        self._body_s = body_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._check_host(scope)
            answer = self._answered(_request(scope, await self._body(receive)))
        except Refused as refused:
            answer = refused.answer
            self._tell(scope["method"], _path(scope), answer, 0)
        except Gone:
            return
        except Exception:  # noqa: BLE001  (whoever asked gets an answer, and we the traceback)
            _log.exception("%s %s: a bug of cloudless dev", scope["method"], scope["path"])
            answer = problem(500)
        await send({"type": "http.response.start", "status": answer.status, "headers": _headers(scope, answer)})
        await send({"type": "http.response.body", "body": _body(scope, answer)})

    def _check_host(self, scope: Scope) -> None:
        given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if not given or not all(map(self._hosts.has, given)):
            hint = "use localhost in the URL, or name this host: cloudless dev --host"
            raise Refused(403, f"this server is not {', '.join(given) or 'nameless'}: {hint}")

    async def _body(self, receive: Receive) -> bytes:
        """The body, cut one byte behind what the gateway takes. What is left of it, uvicorn discards."""
        body = bytearray()
        try:
            async with asyncio.timeout(self._body_s):
                while len(body) <= GATEWAY_MOST:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Gone
                    body += message.get("body", b"")
                    if not message.get("more_body", False):
                        break
        except TimeoutError as late:
            raise Refused(408, f"the body did not arrive within {self._body_s:g} s") from late
        return bytes(body[: GATEWAY_MOST + 1])

    def _answered(self, request: Request) -> Response:
        self._clock.catch_up()
        began_s = perf_counter()
        answer = self._answer(request)
        self._tell(request.method, request.path, answer, perf_counter() - began_s, request.id)
        self._clock.wake()
        return answer

    def _tell(self, method: str, path: str, answer: Response, took_s: float, id: str = "") -> None:
        now, failure = self._simulation.now, answer.failure
        self._feed.answered(Answered(now, method, path, answer.status, took_s, failure, id=id))

    def _answer(self, request: Request) -> Response:
        try:
            return self._simulation.cloud.http.request(request)
        except CloudlessError as error:  # what no handler may do, and gets away with nowhere
            return died(failure_of(error, 1), 500, "")


class Paths:
    """An ASGI application: what is below a path goes to the page, all else to the gateway."""

    def __init__(self, gateway: Gateway, page: Page, prefix: str) -> None:
        self._gateway = gateway
        self._page = page
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_page = f"{scope['path']}/".startswith(f"{self._prefix}/")
        await (self._page if is_page else self._gateway)(scope, receive, send)


def serve(
    served: Page,
    clock: Clock,
    listener: socket,
    begin: Callable[[], None],
    *,
    end: Callable[[], None] = lambda: None,
    parent: int | None = None,
) -> None:
    """Answer requests and let time go on, until SIGINT or SIGTERM, then return.

    begin: called as soon as signals are heeded. end: when the end begins, e.g. to end answers that go on for ever.
    parent: the process that supervises this one; when it is gone, this one ends too.
    """
    from uvicorn import Config, Server

    config = Config(
        served,
        access_log=False,
        http="h11",
        lifespan="off",
        log_config=None,
        log_level="critical",  # it would show requests that are under way at the end as errors; ours are logged here
        loop="asyncio",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        ws="none",
    )

    class Ending(Server):
        """Says that the end begins: uvicorn waits for answers that are under way."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            end()
            super().handle_exit(sig, frame)

    server = Ending(config)
    _stop_with(server)
    begin()
    asyncio.run(_together(server, listener, [clock.run(), *([_orphaned(parent)] if parent else [])]))


def _stop_with(server: Server) -> None:
    """Let signals end the server. Uvicorn raises them again when it has ended, for these handlers: no traceback."""

    def stop(*_: object) -> None:
        server.should_exit = True

    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, stop)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # reload.py blocks it for as long as imports take


async def _together(server: Server, listener: socket, others: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Serve for as long as none of the others ends, and raise what ended it."""
    tasks = [asyncio.create_task(other) for other in others]
    for task in tasks:
        task.add_done_callback(lambda _: setattr(server, "should_exit", True))
    await server.serve(sockets=[listener])
    for task in tasks:
        task.cancel()
    for end in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(end, Exception):
            raise end


async def _orphaned(parent: int) -> None:
    """Return when the process that started this one is gone."""
    while os.getppid() == parent:  # noqa: ASYNC110  (nobody would set an event)
        await asyncio.sleep(1)


# --- ASGI ──► Request, Response ──► ASGI


def _request(scope: Scope, body: bytes) -> Request:
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    return Request(
        scope["method"],
        _path(scope),
        query_string=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=body,
        client=scope["client"][0] if scope.get("client") else "",
    )


def _path(scope: Scope) -> str:
    path: bytes = scope["raw_path"]
    return path.decode("latin-1")


def _body(scope: Scope, answer: Response) -> bytes:
    return b"" if scope["method"] == "HEAD" or answer.status in _BODILESS else answer.body


def _headers(scope: Scope, answer: Response) -> list[tuple[bytes, bytes]]:
    found = [(name, value) for name, value in answer.headers if name not in _OURS]
    if answer.status not in _BODILESS:
        found.append(("content-length", str(_length(scope, answer))))
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in found]


def _length(scope: Scope, answer: Response) -> int:
    """Bytes of the body; for HEAD, of the one that GET would have: the runtime says it last, behind the endpoint."""
    said = [int(value) for name, value in answer.headers if name == "content-length" and value.isdecimal()]
    return said[-1] if scope["method"] == "HEAD" and not answer.body and said else len(answer.body)
