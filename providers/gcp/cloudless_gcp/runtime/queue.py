"""The entry of a deployed consumer: a Pub/Sub push request in, an HTTP status out.

The generated main.py names it outright, under functions-framework's HTTP signature:

    receive = receiver(FACTS, ADDRESSES)          # see cloudless.runtime.boot for the facts

204 acknowledges; 500 returns the message, and the subscription's retry policy waits before the next
push. So the policy must be the plan's: `minimum_backoff` = delay, `maximum_backoff` = max_delay. A delay
that the handler chose (RetryAfter) or that a lease asks for is not kept, and a postponed delivery counts:
the gap `queue.retry_after`. The attempt number is the base in our attribute plus `deliveryAttempt`, which a
push has only where its subscription has a dead-letter policy.
"""

from __future__ import annotations

import json
from binascii import Error as NotBase64
from binascii import a2b_base64

from cloudless.driver.current import serve_from
from cloudless.runtime import boot
from cloudless.runtime.outcome import Again
from cloudless_gcp.clients.cloud import GoogleCloud
from cloudless_gcp.wire import envelope_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol

    from cloudless.message import Envelope
    from cloudless.runtime.consumer import Deliver

    class Request(Protocol):
        """What functions-framework hands over: a Flask request, of which only the body counts."""

        def get_data(self) -> bytes: ...

    Receive = Callable[[Request], tuple[str, int]]

ACKNOWLEDGE = ("", 204)
RETURN = ("", 500)
NO_PUSH = ("this is not a Pub/Sub push request\n", 400)


def receiver(facts: Mapping[str, Any], addresses: Mapping[str, Any]) -> Receive:
    """The function to deploy. facts: as in `cloudless.runtime.boot`; addresses: as in `GoogleCloud`."""
    cloud = GoogleCloud(addresses)
    serve_from(cloud)
    return answer_with(deliverer(facts, cloud))


def deliverer(facts: Mapping[str, Any], cloud: GoogleCloud) -> Deliver:
    """The handler of single messages; a batch handler gets lists of one."""
    if facts["kind"] != "batch":
        return boot.consumer(facts, cloud)[1]
    _, deliver_all = boot.batch(facts, cloud)
    return lambda envelope: deliver_all([envelope])[0]


def answer_with(deliver: Deliver) -> Receive:
    """Unwrap a push, deliver it, and answer with what became of it."""

    def receive(request: Request) -> tuple[str, int]:
        try:
            envelope = envelope_of_push(json.loads(request.get_data()))
        except (ValueError, KeyError, TypeError, AttributeError):
            return NO_PUSH
        return RETURN if isinstance(deliver(envelope), Again) else ACKNOWLEDGE

    return receive


def envelope_of_push(push: Mapping[str, Any]) -> Envelope:
    """The envelope of a wrapped push, or of the same shape from Eventarc.

    https://cloud.google.com/pubsub/docs/push#receive_push
    Raises KeyError, TypeError or ValueError for any other shape.
    """
    message = push["message"]
    try:
        data = a2b_base64(message.get("data", ""))
    except NotBase64 as problem:
        raise ValueError("the data is not base64") from problem
    return envelope_of(
        data,
        message.get("attributes") or {},
        id=message["messageId"],
        attempt=push.get("deliveryAttempt", 1),
        group=message.get("orderingKey", ""),
        sent_s=lambda: seconds_of(message["publishTime"]),
    )


def seconds_of(timestamp: str) -> float:
    """Seconds since the epoch of a time such as 2021-02-26T19:13:55.749Z."""
    from datetime import datetime

    return datetime.fromisoformat(timestamp).timestamp()
