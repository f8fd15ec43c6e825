"""HTTP to one server over kept connections: what drivers over REST share.

The TLS context is one a process, since loading the authorities' certificates takes tens of milliseconds.
Part of a bundle: standard library only.
"""

from __future__ import annotations

import json
import time
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from math import inf
from threading import Lock
from urllib.parse import urlsplit

from cloudless.errors import Unavailable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from email.message import Message
    from ssl import SSLContext
    from typing import Any

    Pause = Callable[[float], None]

TRIES = 3
"""Of a request that the server was too busy for."""
BACKOFF_S = 0.5
BACKOFF_MAX_S = 5.0
"""Longer than that nobody waits, whatever Retry-After says: the caller is told to come again."""
IDLE_S = 60.0
"""How long a kept connection is trusted with a request that must not be repeated; front ends close after minutes."""
_WAITS = 4
"""What a call may wait for: a kept connection's answer; then to be connected, to shake hands, and for an answer."""
BUSY = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses of servers that may do better soon.

https://learn.microsoft.com/en-us/azure/architecture/best-practices/retry-service-specific#general-rest-and-retry-guidelines
https://cloud.google.com/storage/docs/retry-strategy#retryable
"""


class Answer:
    """What a server answered. headers: by name in any case, as `http.client` has them."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Message, body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    def json(self) -> Any:
        """The JSON value of the body; None where it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def text(self) -> str:
        """The beginning of the body, for people."""
        return self.body[:500].decode("utf-8", "replace")


class _Request:
    """What is sent. path: begins with "/"."""

    __slots__ = ("body", "headers", "method", "path")

    def __init__(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str] | None) -> None:
        self.method = method
        self.path = path
        self.body = body
        self.headers = dict(headers or {})


class Lost(Exception):
    """A request was sent, and its answer never came: nobody knows whether it was carried out."""


class _Kept:
    """An open connection, and when it was last used (by the clock of the process)."""

    __slots__ = ("connection", "used_s")

    def __init__(self, connection: HTTPConnection) -> None:
        self.connection = connection
        self.used_s = time.monotonic()


class Service:
    """One server, e.g. Service("https://x.vault.azure.net/base", "Key Vault", 10). Safe from several threads.

    url: its scheme, host and base path. what: its name in errors. timeout_s: of connecting, and of waiting for the next
    bytes of an answer. pause: waits between tries.
    """

    __slots__ = ("_host", "_idle", "_is_secure", "_pause", "_timeout_s", "_what", "base", "url")

    def __init__(self, url: str, what: str, timeout_s: float, pause: Pause = time.sleep) -> None:
        parts = urlsplit(url)
        self.url = url.rstrip("/")
        self.base = parts.path.rstrip("/")
        self._host = parts.netloc
        self._is_secure = parts.scheme != "http"
        self._what = what
        self._timeout_s = timeout_s
        self._pause = pause
        self._idle: list[_Kept] = []

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        within_s: float = inf,
    ) -> Answer:
        """Exchange what may be repeated: a kept connection that turns out to be closed is replaced by a new one.

        path: begins with "/". within_s: how long all of it may take. Raises Unavailable where there is no answer.
        """
        request, kept = _Request(method, path, body, headers), self._taken()
        timeout_s = min(self._timeout_s, within_s / _WAITS)
        if kept is not None:
            try:
                return self._exchange(kept, request, timeout_s)
            except (OSError, HTTPException):
                pass
        try:
            return self._exchange(self._opened(timeout_s), request, timeout_s)
        except (OSError, HTTPException) as problem:
            raise self._unavailable(problem) from problem

    def patiently(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """As `call`, and again where the server is too busy, as soon as it says: `TRIES` in all."""
        for number in range(1, TRIES):
            answer = self.call(method, path, body, headers)
            if answer.status not in BUSY:
                return answer
            self._pause(wait_s(answer, number))
        return self.call(method, path, body, headers)

    def once(self, method: str, path: str, body: bytes, headers: Mapping[str, str], timeout_s: float) -> Answer:
        """Exchange what must not be repeated.

        Raises Unavailable where nothing was sent, TimeoutError after `timeout_s`, and Lost.
        """
        kept = self._alive() or self._reached()
        try:
            return self._exchange(kept, _Request(method, path, body, headers), timeout_s)
        except TimeoutError:
            raise
        except (OSError, HTTPException) as problem:
            raise Lost(f"{self._what} gave no answer: {problem!r}") from problem

    def close(self) -> None:
        """Close what is connected; the service may be used again."""
        while (kept := self._taken()) is not None:
            kept.connection.close()

    def _exchange(self, kept: _Kept, request: _Request, timeout_s: float) -> Answer:
        connection = kept.connection
        try:
            if connection.sock is not None:
                connection.sock.settimeout(timeout_s)
            connection.request(request.method, f"{self.base}{request.path}", request.body, request.headers)
            with connection.getresponse() as response:
                answer = Answer(response.status, response.headers, response.read())
        except BaseException:
            connection.close()
            raise
        kept.used_s = time.monotonic()
        self._idle.append(kept)
        return answer

    def _taken(self) -> _Kept | None:
        """A kept connection, which nobody else has then."""
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _alive(self) -> _Kept | None:
        """A kept connection that the server has not closed, as far as can be known."""
        while (kept := self._taken()) is not None:
            if time.monotonic() - kept.used_s < IDLE_S and _is_open(kept.connection):
                return kept
            kept.connection.close()
        return None

    def _opened(self, timeout_s: float) -> _Kept:
        if self._is_secure:
            return _Kept(HTTPSConnection(self._host, timeout=timeout_s, context=_tls()))
        return _Kept(HTTPConnection(self._host, timeout=timeout_s))

    def _reached(self) -> _Kept:
        """A new connection, established."""
        kept = self._opened(self._timeout_s)
        try:
            kept.connection.connect()
        except (OSError, HTTPException) as problem:
            kept.connection.close()
            raise self._unavailable(problem) from problem
        return kept

    def _unavailable(self, problem: Exception) -> Unavailable:
        ours = Unavailable(f"{self._what} did not answer: {problem!r}")
        ours.native = problem
        return ours


def wait_s(answer: Answer, number: int) -> float:
    """Seconds before the next try, after try `number`: what the server says, else longer each time."""
    said = answer.headers.get("Retry-After") or ""
    return min(float(said) if said.isdigit() else BACKOFF_S * 2 ** (number - 1), BACKOFF_MAX_S)


def _is_open(connection: HTTPConnection) -> bool:
    """Whether nothing came on an idle connection: what would come is its end."""
    from selectors import EVENT_READ, DefaultSelector  # select() takes no descriptor above 1,023

    if connection.sock is None:
        return False
    with DefaultSelector() as selector:
        selector.register(connection.sock, EVENT_READ)
        return not selector.select(0)


_context: list[SSLContext] = []
_loading = Lock()


def _tls() -> SSLContext:
    """The one context of this process."""
    with _loading:
        if not _context:
            from ssl import create_default_context

            _context.append(create_default_context())
    return _context[0]
