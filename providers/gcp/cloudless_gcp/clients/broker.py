"""Calls of the broker (runtime/broker.py): events, and executions where a function may not ask Workflows itself.

{"op": "send", "event": "approval", "orchestration": "fulfil", "execution": "7", "message": {"system": …, "body": …}}
→  {"v": value}, or {"refused": ["NotFound", "…"]}
"""

from __future__ import annotations

import time

from cloudless.codec import is_object
from cloudless.driver import rest
from cloudless.driver.refusal import refused
from cloudless.driver.rest import Lost
from cloudless.errors import InternalError, Unavailable
from cloudless.system import packed
from cloudless_gcp.clients.denied import Grant, needing, unknown
from cloudless_gcp.clients.errors import of_status
from cloudless_gcp.clients.function import INVOKE, NOT_TAKEN, post

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless.driver.rest import Answer
    from cloudless.message import Envelope
    from cloudless_gcp.clients.rest import Google

TIMEOUT_S = 50.0
"""Within which the broker answers: its own time-out is 30 s, and it may have to start first."""


class BrokerClient:
    """The broker of a stage. Safe from several threads. url: of its function, "" where there is none."""

    __slots__ = ("_google", "url")

    def __init__(self, url: str, google: Google) -> None:
        self.url = url
        self._google = google

    def send(self, orchestration: str, execution: str, event: str, message: Envelope) -> None:
        """See OrchestrationDriver.send. The broker knows events by their ids."""
        request = {"event": event, "orchestration": orchestration, "execution": execution, "message": packed(message)}
        self.ask(Grant("send", "event", event, f"{INVOKE} (as one of its senders)", self.url), "send", request)

    def ask(self, grant: Grant, op: str, request: Mapping[str, Any]) -> Any:
        """The value of the broker's answer to what may be repeated, at most three times.

        grant: what that needs. Raises what the broker refuses with.
        """
        if not self.url:
            raise unknown(grant.verb, grant.noun, grant.name, ())
        what = f"{grant.verb} {grant.noun} {grant.name!r}"
        with needing(grant):
            self._google.tokens.identity(self.url)  # kept; who gives tokens is asked again by whoever asks it, not here
            for number in range(1, rest.TRIES):
                try:
                    return self._once({"op": op, **request}, what)
                except Unavailable:
                    time.sleep(rest.BACKOFF_S * number)
            return self._once({"op": op, **request}, what)

    def close(self) -> None:
        """Nothing: the connections are the cloud's."""

    def _once(self, request: Mapping[str, Any], what: str) -> Any:
        try:
            answer = post(self._google, self.url, request, TIMEOUT_S)
        except (TimeoutError, Lost) as problem:
            raise Unavailable(f"{what}: the broker did not answer: {problem}") from problem
        found = answer.json()
        if is_object(found) and "v" in found:
            return found["v"]
        if is_object(found) and "refused" in found:
            raise refused(found["refused"], "the broker")
        said = f"{what}: the broker answered {answer.status}: {answer.text()}"
        raise of_status(answer.status, said) if answer.status in NOT_TAKEN else _of_platform(answer, said)


def _of_platform(answer: Answer, said: str) -> Exception:
    return InternalError(said) if answer.status < 300 else Unavailable(said)
