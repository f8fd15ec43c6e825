"""Sending events: calls of the broker (runtime/broker.py), by the alias that stands for the event.

{"op": "send", "orchestration": "fulfil", "execution": "7", "message": {"system": …, "body": …}}
→  {"v": null}, or {"refused": ["NotFound", "…"]}
"""

from __future__ import annotations

from cloudless.codec import is_object, load
from cloudless.driver.refusal import refused
from cloudless.errors import InternalError, InvalidBody, RemoteError, Unavailable
from cloudless.system import packed
from cloudless_aws.clients.denied import Grant, needing, unknown
from cloudless_aws.clients.invocation import invoke
from cloudless_aws.clients.sdk import TRIES, Client, pause
from cloudless_aws.names import event_alias

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless.message import Envelope
    from cloudless_aws.clients.sdk import Sdk

TIMEOUT_S = 40.0
"""Within which the broker answers: its own time-out is 30 s, and it may have to start first."""


class BrokerClient:
    """The broker of a stage. Safe from several threads. name: of its Lambda function, "" where there is none."""

    __slots__ = ("_client", "_name", "_sdk")

    def __init__(self, name: str, sdk: Sdk) -> None:
        self._name = name
        self._sdk = sdk
        self._client = Client(sdk, "lambda", TIMEOUT_S)

    def send(self, orchestration: str, execution: str, event: str, message: Envelope) -> None:
        """See OrchestrationDriver.send. Repeated, at most three times: the broker knows events by their ids."""
        if not self._name:
            raise unknown("send", "event", event, ())
        request = {
            "op": "send",
            "orchestration": orchestration,
            "execution": execution,
            "message": packed(message),
        }
        alias = event_alias(event)
        arn = self._sdk.arn("lambda", f"function:{self._name}:{alias}")
        with needing(Grant("send", "event", event, "lambda:InvokeFunction", arn)):
            _see(self._patiently(f"sending event {event!r}", alias, request))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _patiently(self, what: str, alias: str, request: Mapping[str, Any]) -> str:
        for attempt in range(1, TRIES):
            try:
                return self._once(what, alias, request)
            except Unavailable:
                pause(attempt)
        return self._once(what, alias, request)

    def _once(self, what: str, alias: str, request: Mapping[str, Any]) -> str:
        try:
            return invoke(self._client, what, self._name, alias, request)
        except (RemoteError, TimeoutError) as problem:
            raise Unavailable(f"{what}: the broker did not answer: {problem}") from problem


def _see(text: str) -> None:
    """Raise what the broker refuses with."""
    try:
        found = load(text)
    except InvalidBody:
        found = None
    if not is_object(found) or not ("v" in found or "refused" in found):
        raise InternalError(f"the broker gave an answer that is none: {text[:200]}")
    if "refused" in found:
        raise refused(found["refused"], "the broker")
