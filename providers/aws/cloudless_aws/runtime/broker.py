"""The broker's entry: events to executions, on Step Functions' task tokens. The mailboxes: cloudless/runtime/broker.py.

    from a state machine, by the alias `wait`   {"op": "wait", "orchestration": "fulfil", "execution": "7", "event":
                                                 "approval", "token": "…", "started": "2026-01-02T12:00:00.000Z"}
    from who sends, by the alias of the event   {"op": "send", "orchestration": "fulfil" or "", "execution": "7",
                                                 "message": {"system": …, "body": …}}
    →   {"v": null}, or {"refused": ["NotFound", "…"]}

Who may invoke an alias may do what it stands for, and nothing else: so the event's name is the alias's, whatever the
request says. A wait that cannot be kept raises, so that the state machine repeats it, with another token.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
"""

from __future__ import annotations

import time
from datetime import datetime

from cloudless.codec import is_object, load
from cloudless.driver.error import error_of
from cloudless.driver.refusal import refusal_of
from cloudless.errors import CloudlessError, InvalidArgument, NotFound, Unavailable
from cloudless.execution import checked_id
from cloudless.runtime.addressee import addressed
from cloudless.runtime.broker import Broker, Mailbox, text_of
from cloudless.runtime.failure import shortened
from cloudless.system import opened, word
from cloudless_aws.names import WAIT, event_of
from cloudless_aws.runtime.failure import raised
from cloudless_aws.runtime.stage import starting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from cloudless_aws.clients.cloud import AwsCloud

    Handler = Callable[[Any, Any], dict[str, Any]]

_REFUSALS = (InvalidArgument, NotFound, Unavailable)
"""What a sender is told; anything else is a failure of the broker."""


@starting
def broker(facts: Mapping[str, Any], cloud: AwsCloud) -> Handler:
    """The handler of the broker's function. facts: {"events": {"approval": ["fulfil"]}}: who waits for what."""
    post = _Post(facts["events"], cloud, Broker(cloud.store, cloud.tokens, cloud.now_s, _pause))

    def handler(request: Any, context: Any) -> dict[str, Any]:
        alias = str(context.invoked_function_arn).rpartition(":")[2]
        if not is_object(request):
            raise InvalidArgument(f"the broker was given {type(request).__name__}, not an object")
        if alias == WAIT:
            return _kept(post, request)
        try:
            return post.send(event_of(alias), request)
        except _REFUSALS as problem:
            return {"refused": refusal_of(problem)}

    return handler


def _kept(post: _Post, request: Mapping[str, Any]) -> dict[str, Any]:
    """A wait. Where it cannot be kept, the state machine tries it again, as it does with failures of the platform."""
    try:
        return post.wait(request)
    except InvalidArgument:
        raise
    except CloudlessError as problem:
        error = error_of("UnavailableError", shortened(f"the broker of events: {problem}"))
        raise raised(error, error["mro"][1:2]) from problem


class _Post:
    """Requests to a broker. waiters: of each event, the orchestrations that wait for it."""

    __slots__ = ("_broker", "_cloud", "_waiters")

    def __init__(self, waiters: Mapping[str, Sequence[str]], cloud: AwsCloud, broker: Broker) -> None:
        self._waiters = waiters
        self._cloud = cloud
        self._broker = broker

    def wait(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """An execution waits."""
        orchestration, execution, event, token = (
            text_of(request, part) for part in ("orchestration", "execution", "event", "token")
        )
        self._broker.wait(Mailbox(orchestration, execution, event, _moment(request.get("started"))), token)
        return {"v": None}

    def send(self, event: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Somebody sends."""
        execution, message = checked_id(text_of(request, "execution")), opened(request.get("message"))
        said, waiters = word(request.get("orchestration")), self._waiters.get(event, ())
        name, snapshot = addressed(event, said, execution, waiters, self._cloud.orchestrations.describe, pause=_pause)
        mailbox = Mailbox(name, execution, event, snapshot.started_s)
        self._broker.send(mailbox, message.deduplication, load(message.body))
        return {"v": None}


def _moment(started: Any) -> float:
    """Seconds since the epoch of an ISO time; 0 where none is said."""
    if not isinstance(started, str) or not started:
        return 0.0
    try:
        return datetime.fromisoformat(started).timestamp()
    except (ValueError, OverflowError) as problem:
        raise InvalidArgument(f"the broker was given {started!r:.80}, which is no time") from problem


def _pause(seconds: float) -> None:
    time.sleep(seconds)
