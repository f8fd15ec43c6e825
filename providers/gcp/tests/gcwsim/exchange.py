"""HTTP requests of a workflow, and what comes back.

https://cloud.google.com/workflows/docs/http-requests
https://cloud.google.com/workflows/docs/reference/stdlib/http/request
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from providers.gcp.tests.gcwsim.decode import decoded
from providers.gcp.tests.gcwsim.errors import Raised, Unspecified, raised
from providers.gcp.tests.gcwsim.limits import HTTP_TIMEOUT_MAX_S, HTTP_TIMEOUT_S, RESPONSE_BYTES
from providers.gcp.tests.gcwsim.pages import HTTP
from providers.gcp.tests.gcwsim.strand import Strand
from providers.gcp.tests.gcwsim.value import Partial
from tests.virtual import US, Agenda, Entry

CONNECTION_ERRORS = ("ConnectionError", "ConnectionFailedError")


@dataclass(frozen=True, slots=True)
class Request:
    """One request. body: the workflow's value, None without one; auth: {"type": "OIDC", "audience": …}, or None.

    timeout_s: None where the workflow gives none. execution: the resource name of who sends it.
    """

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict[str, str])
    query: dict[str, Any] = field(default_factory=dict[str, Any])
    body: Any = None
    auth: dict[str, Any] | None = None
    timeout_s: float | None = None
    execution: str = ""

    def content(self) -> bytes:
        """The body on the wire."""
        if isinstance(self.body, bytes):
            return self.body
        if isinstance(self.body, str) and not self.headers.get("Content-Type", "").startswith("application/json"):
            return self.body.encode()
        return b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class Response:
    """What the server answers. after_s: virtual seconds that it takes.

    body: bytes as they are; with a Content-Type of text/… text; anything else is a value, which goes as JSON.
    """

    code: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    after_s: float = 0.0


class ConnectionFailed(Exception):
    """The server could not be reached ("ConnectionFailedError"), or was lost on the way ("ConnectionError")."""

    def __init__(self, tag: str = "ConnectionFailedError", *, after_s: float = 0.0) -> None:
        if tag not in CONNECTION_ERRORS:
            raise ValueError(f"{tag}: one of {CONNECTION_ERRORS}")
        super().__init__(tag)
        self.tag = tag
        self.after_s = after_s


Send = Callable[[Request], Response]
"""Carries one request out; raises ConnectionFailed. It is called without any lock held."""


class Exchange:
    """One request and its answer, as what a strand waits for."""

    def __init__(self, agenda: Agenda, now_us: Callable[[], int], lock: Any, send: Send, request: Request) -> None:
        self._agenda = agenda
        self._now_us = now_us
        self._lock = lock
        self._send = send
        self._request = request
        self._entry: Entry | None = None
        self._is_cancelled = False

    def start(self, strand: Strand) -> None:
        self._strand = strand
        self._entry = self._agenda.add(self._now_us(), lambda: self._work)

    def cancel(self) -> None:
        self._is_cancelled = True
        if self._entry is not None:
            self._entry.cancel()

    def _work(self) -> None:
        """Send it, without the service's lock, and have the answer arrive when it does."""
        began_us = self._now_us()
        try:
            response = self._send(self._request)
            after_s, value, error = response.after_s, response, None
        except ConnectionFailed as failed:
            after_s, value, error = failed.after_s, None, raised(failed.tag, f"{failed.tag}: {self._request.url}")
        with self._lock:
            if not self._is_cancelled:
                self._arrive(began_us, after_s, value, error)

    def _arrive(self, began_us: int, after_s: float, value: Response | None, error: Raised | None) -> None:
        limit_s = self._limit_s(after_s)
        if after_s > limit_s:
            after_s, value, error = limit_s, None, raised("TimeoutError", f"no answer within {limit_s:g} s")
        due_us = max(self._now_us(), began_us + round(after_s * US))
        self._entry = self._agenda.add(due_us, lambda: self._strand.resume(value, error))

    def _limit_s(self, after_s: float) -> float:
        if self._request.timeout_s is not None:
            return self._request.timeout_s
        if HTTP_TIMEOUT_S < after_s <= HTTP_TIMEOUT_MAX_S:
            raise Unspecified(f"the time-out of a request without one that takes {after_s:g} s", HTTP)
        return HTTP_TIMEOUT_MAX_S


def answered(response: Response) -> Any:
    """The map that a response becomes. Raises Raised for code 400 and above, Unspecified."""
    headers = {_canonical(name): text for name, text in response.headers.items()}
    if "Content-Type" not in headers and not isinstance(response.body, bytes):
        headers["Content-Type"] = "application/json"
    parts: dict[str, Any] = {"code": response.code, "headers": Partial(headers, "the headers", HTTP)}
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    parts.update(_body_of(response.body, kind))
    if response.code >= 400:
        raise raised("HttpError", f"HTTP server responded with error code {response.code}", **parts)
    if response.code < 200 or response.code >= 300:
        raise Unspecified(f"an answer with code {response.code}", HTTP)
    return Partial(parts, f"an answer of type {kind or 'unknown'}", HTTP)


def _canonical(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))


def _body_of(body: Any, kind: str) -> dict[str, Any]:
    """{"body": …}; {} where nobody wrote down what it is."""
    if kind == "application/json":
        return _json_of(body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False))
    content = body.encode() if isinstance(body, str) else body
    _check_size(len(content or b""))
    if kind.startswith("text/") and content is not None:
        return {"body": content.decode()}
    return {}


def _json_of(text: str | bytes) -> dict[str, Any]:
    _check_size(len(text.encode() if isinstance(text, str) else text))
    try:
        return {"body": decoded(text)}
    except ValueError:
        return {}


def _check_size(size_bytes: int) -> None:
    if size_bytes > RESPONSE_BYTES:
        raise raised("ResourceLimitError", f"an answer of more than {RESPONSE_BYTES:,} bytes")
