"""Delays beyond what SQS can do: one-off schedules of EventBridge Scheduler, each sending one message.

A schedule is in the group of its queue, has the queue's own role, and goes when it is done. It fires within a minute of
its time, and never before it.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#one-time
"""

from __future__ import annotations

from hashlib import sha256
from math import ceil

from cloudless.codec import dump
from cloudless.errors import NotFound
from cloudless.message import utc
from cloudless.pattern import pattern
from cloudless_aws.clients.denied import Grant
from cloudless_aws.clients.entry import typed
from cloudless_aws.clients.sdk import Client

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless.message import Envelope
    from cloudless_aws.clients.sdk import Sdk

    Delay = Mapping[str, str]
    """Where schedules of a queue are, and as whom they send: {"group": name, "role": name or ARN}."""

_NAME = pattern(r"[0-9a-zA-Z_-]{1,64}\Z")
"""https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html"""
_PLACEHOLDER = "<aws.scheduler."
"""What Scheduler would replace, were it in a message of the user's.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
"""
_ESCAPED = "\\u003caws.scheduler."


class Delays:
    """Sends later. Safe from several threads. delays: by logical name of a queue. now_s: the clock that they add to."""

    __slots__ = ("_client", "_delays", "_now_s", "_sdk")

    def __init__(self, delays: Mapping[str, Delay], sdk: Sdk, now_s: Callable[[], float]) -> None:
        self._delays = delays
        self._sdk = sdk
        self._now_s = now_s
        self._client = Client(sdk, "scheduler")

    def send(self, queue: str, url: str, message: Envelope) -> None:
        """Have the message sent in `message.delay_s` seconds. One that is already to be sent is not sent twice.

        url: of the queue. One try. Raises NotFound (no group for this queue), PermissionDenied, Unavailable.
        """
        found = self._delays.get(queue)
        if found is None:
            raise NotFound(
                f"this function has no schedule group for later messages of queue {queue!r}; "
                f"it has some for: {sorted(self._delays)}"
            )
        request = self._request(found, url, message)
        self._client.once(f"scheduling a message of queue {queue!r}", lambda client: _create(client, request))

    def grant(self, queue: str) -> Grant:
        """What a sender needs."""
        group = self._delays.get(queue, {}).get("group", "*")
        resource = self._sdk.arn("scheduler", f"schedule/{group}/*")
        return Grant(
            "send", "queue", queue, "scheduler:CreateSchedule (and iam:PassRole on the queue's role)", resource
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _request(self, delay: Delay, url: str, message: Envelope) -> dict[str, Any]:
        at = utc(ceil(self._now_s() + message.delay_s))
        name = message.id if _NAME.match(message.id) else sha256(message.id.encode()).hexdigest()
        return {
            "Name": name,
            "GroupName": delay["group"],
            "ClientToken": name,
            "ScheduleExpression": f"at({at:%Y-%m-%dT%H:%M:%S})",
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "DELETE",
            "Target": {
                "Arn": f"arn:{self._sdk.partition}:scheduler:::aws-sdk:sqs:sendMessage",
                "RoleArn": self._sdk.role(delay["role"]),
                "Input": input_of(url, message),
            },
        }


def input_of(url: str, message: Envelope) -> str:
    """What Scheduler gives to SQS, as JSON."""
    request = {"QueueUrl": url, "MessageBody": message.body, "MessageAttributes": typed(message)}
    return dump(request).replace(_PLACEHOLDER, _ESCAPED)


def _create(client: Any, request: dict[str, Any]) -> None:
    """Create it, unless a request before this one did, whose answer was lost."""
    try:
        client.create_schedule(**request)
    except client.exceptions.ConflictException:
        return
