"""Callback endpoints of an execution.

An endpoint keeps one request until `await_callback` takes it; what comes meanwhile is refused with 429.
https://cloud.google.com/workflows/docs/creating-callback-endpoints
https://cloud.google.com/workflows/docs/reference/stdlib/events/await_callback
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from providers.gcp.tests.gcwsim.errors import Unspecified, raised
from providers.gcp.tests.gcwsim.pages import CALLBACKS
from providers.gcp.tests.gcwsim.strand import Strand
from tests.virtual import Agenda, Entry, Kind

METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"}
OK = 200
NOT_FOUND = 404
TOO_MANY = 429


@dataclass(slots=True)
class Endpoint:
    """received: the request that waits to be taken. waiter: the strand that waits for one."""

    method: str
    received: Any = None
    waiter: Await | None = None


class Callbacks:
    """The endpoints of one execution. base: what their URLs begin with. new_id: names them."""

    def __init__(self, base: str, agenda: Agenda, now_us: Callable[[], int], new_id: Callable[[], str]) -> None:
        self.base = base
        self.is_closed = False
        self.agenda = agenda
        self.now_us = now_us
        self._new_id = new_id
        self._endpoints: dict[str, Endpoint] = {}

    def create(self, method: str) -> dict[str, str]:
        """A new endpoint, as the workflow gets it."""
        id = self._new_id()
        self._endpoints[id] = Endpoint(method)
        return {"url": f"{self.base}/{id}"}

    def listed(self) -> dict[str, Endpoint]:
        return dict(self._endpoints)

    def of(self, url: Any) -> Endpoint:
        """The endpoint with a URL. Raises Unspecified for one of another execution."""
        found = self._endpoints.get(str(url).removeprefix(f"{self.base}/"))
        if found is None:
            raise Unspecified(f"awaiting the endpoint {url!r}, which this execution did not create", CALLBACKS)
        return found

    def deliver(self, id: str, method: str, received: Any) -> int:
        """Take a request of the outside in; the code that answers it."""
        endpoint = self._endpoints.get(id)
        if self.is_closed or endpoint is None:
            return NOT_FOUND
        if method != endpoint.method:
            raise Unspecified(f"{method} to a callback endpoint for {endpoint.method}", CALLBACKS)
        if endpoint.received is not None:
            return TOO_MANY
        if endpoint.waiter is None:
            endpoint.received = received
        else:
            endpoint.waiter.arrive(received)
            endpoint.waiter = None
        return OK


class Await:
    """Until a request comes, or time is up."""

    def __init__(self, callbacks: Callbacks, endpoint: Endpoint, until_us: int) -> None:
        self._callbacks = callbacks
        self._endpoint = endpoint
        self._until_us = until_us

    def start(self, strand: Strand) -> None:
        if self._endpoint.waiter is not None:
            raise Unspecified("two branches that await one endpoint", CALLBACKS)
        self._strand = strand
        self._endpoint.waiter = self
        self._entry: Entry = self._callbacks.agenda.add(self._until_us, self._time_out, Kind.LIMIT)

    def arrive(self, received: Any) -> None:
        self._entry.cancel()
        self._entry = self._callbacks.agenda.add(self._callbacks.now_us(), lambda: self._strand.resume(received))

    def cancel(self) -> None:
        self._entry.cancel()
        if self._endpoint.waiter is self:
            self._endpoint.waiter = None

    def _time_out(self) -> None:
        self._endpoint.waiter = None
        self._strand.resume(error=raised("TimeoutError", "no callback within the time-out"))
