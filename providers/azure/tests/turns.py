"""Durable goes on while somebody waits for an answer of its app, as in the cloud; otherwise only `pump` moves it."""

from __future__ import annotations

from threading import Event, Thread

from providers.azure.tests.functionshost.host import FunctionsHost
from providers.azure.tests.functionshost.http import Request, Response

PATIENCE_S = 0.05
"""How long an answer may take until Durable makes turns meanwhile, and from then on how often: what ends an execution,
for one, waits for it to have ended. Most answers come before, so that tests see executions as they left them."""


class Turning:
    """The answers of a host: `Loopback.serve(Turning(host))`."""

    def __init__(self, host: FunctionsHost) -> None:
        self._host = host

    def __call__(self, request: Request) -> Response:
        if self._host.durable is None:
            return self._host.http(request)
        answered = Event()
        Thread(target=self._turn, args=(answered,), daemon=True).start()
        try:
            return self._host.http(request)
        finally:
            answered.set()

    def _turn(self, answered: Event) -> None:
        while not answered.wait(PATIENCE_S):
            if self._host.durable:
                self._host.durable.run()
